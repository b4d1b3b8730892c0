"""Making our first keys: what is in force is recorded, and of several that make them one wins."""

from __future__ import annotations

import pytest
from support.racing import race

from sp import db, keys
from sp.audit import events as kinds
from sp.audit import ledger
from sp.errors import ConflictError
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.flows.recording import SERVICE_CHAIN
from sp.keys import KeysError


@pytest.fixture
def make(config, clock, quick_keys):
    return lambda: key_rollover.generate_keys(config, actor=COMMAND_LINE)


@pytest.fixture
def recorded(app):
    """A function that gives the numbers of every event that tells of keys, oldest first."""

    def read():
        with db.read() as transaction:
            found = ledger.list_events(
                transaction, SERVICE_CHAIN, kind=kinds.KEYS_GENERATED, limit=10
            )
        return [event.detail for event in reversed(found)]

    return read


def test_keys_in_force_are_the_recorded_ones(make, recorded):
    ring = make()
    assert recorded() == [{"signing": ring.signing.number, "encryption": ring.encryption.number}]


def test_no_key_is_in_force_before_its_event_is_written(make, recorded, config, monkeypatch):
    def fail(*_arguments, **_named):
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "append", fail)
        with pytest.raises(RuntimeError):
            make()
    with pytest.raises(KeysError, match="There are no keys"):
        config.keyring()
    assert recorded() == []
    assert make().signing.number == 2
    assert recorded() == [{"signing": 2, "encryption": 2}]


def test_event_that_a_crash_left_alone_does_not_keep_the_next_run_from_making_keys(
    make, recorded, config, monkeypatch
):
    def die(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys, "_name_first", die)
        with pytest.raises(KeyboardInterrupt):
            make()
    with pytest.raises(KeysError, match="There are no keys"):
        config.keyring()
    assert make().signing.number == 2
    assert [numbers["signing"] for numbers in recorded()] == [1, 2]


def test_of_several_that_make_keys_at_once_one_is_recorded_and_in_force(
    make, recorded, config, app
):
    def attempt(_number):
        try:
            return make().signing.number
        except ConflictError:
            return None

    made = [number for number in race(app, attempt, threads=6) if number is not None]
    assert made == [config.keyring().signing.number]
    assert [numbers["signing"] for numbers in recorded()] == made


def test_second_who_began_before_the_first_was_recorded_changes_nothing(
    make, recorded, config, monkeypatch
):
    write_pairs = keys._write_pairs

    def other_is_between_its_event_and_its_state(*arguments):
        with monkeypatch.context() as patched:
            patched.setattr(keys, "_write_pairs", write_pairs)
            patched.setattr(keys, "_name_first", lambda *_arguments: False)
            with pytest.raises(ConflictError, match="already"):
                make()
        return write_pairs(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(keys, "_write_pairs", other_is_between_its_event_and_its_state)
        with pytest.raises(ConflictError, match="Somebody else"):
            make()
    assert [numbers["signing"] for numbers in recorded()] == [1]
    assert make().signing.number == config.keyring().signing.number == 3
