"""A worker is killed in the middle of the morning: who was let in is in, and the others get in."""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from http.client import HTTPException

import pytest
from support.commands import assert_well
from support.crowd import Member, at_once
from support.pages import make_live
from support.workers import prepared

from sp.audit import events
from sp.audit.events import EventTable
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.sessions.consumed_assertion import ConsumedAssertionTable
from sp.sessions.session_table import SessionTable

pytestmark = pytest.mark.faults

PEOPLE = 60
ANSWERED_BEFORE = 10


@pytest.fixture
def service(config, tmp_path, quick_keys):
    with prepared(config, tmp_path) as made:
        key_rollover.generate_keys(made.config, actor=COMMAND_LINE)
        make_live(made.config, "acme", "acme.example")
        made.start()
        yield made


class Killer:
    """Kills a process once so many have their answer, while all the others wait for theirs."""

    def __init__(self, process):
        self._process, self._answered, self._counting = process, 0, threading.Lock()

    def post(self, member, octets):
        """Post an answer; None where the one who was to take it died."""
        try:
            answer = member.post(octets)
        except (HTTPException, OSError):
            return None
        with self._counting:
            self._answered += 1
            if self._answered == ANSWERED_BEFORE:
                os.kill(self._process, signal.SIGKILL)
        return answer


def test_worker_that_is_killed_under_load_takes_nobody_s_sign_in_along(service, count):
    crowd = [Member(service.config, "acme", number) for number in range(PEOPLE)]
    at_once(service.app, [each.start for each in crowd])
    minted = [each.mint() for each in crowd]
    victim = service.workers()[0]
    killer = Killer(victim)
    answers = at_once(
        service.app,
        [partial(killer.post, *each) for each in zip(crowd, minted, strict=True)],
    )
    assert victim not in service.wait_until_gone(victim)

    assert_well(service.app)
    let_in = [each for each, answer in zip(crowd, answers, strict=True) if answer is not None]
    assert len(let_in) >= ANSWERED_BEFORE
    assert [each.whoami() for each in let_in] == [each.email for each in let_in]
    assert count(SessionTable) >= len(let_in)
    for each in crowd:
        if each not in let_in:
            assert each.session is None
            answer = each.sign_in()
            assert (answer.status_code, answer.location) == (303, "/reports")

    # Whoever's first answer was recorded and never heard of had that session replaced.
    assert [each.whoami() for each in crowd] == [each.email for each in crowd]
    assert count(SessionTable) == PEOPLE
    done = (EventTable.kind == events.SIGN_IN, EventTable.code == events.DONE)
    assert count(ConsumedAssertionTable) == count(EventTable, *done)
    assert_well(service.app)
