"""Commands run as an operator runs them, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from support.idp import Idp

from sp.flows import sign_on
from sp.flows.outcomes import SignedIn
from sp.flows.sign_on_record import Browser, Posted
from sp.saml import bindings


@dataclass
class Done:
    """What a command left: its exit status and its lines."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def sp(app, runner, clock, quick_keys):
    """A function that runs `flask sp` with these words, never ending in a traceback.

    The clock stands still, so that what was made at once stays made at once.
    """

    def run(*words, stdin=None):
        result = runner.invoke(args=["sp", *map(str, words)], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        log_lines = [line for line in result.stderr.splitlines() if line.startswith("{")]
        assert not [line for line in log_lines if '"error"' in line], result.stderr
        err = "\n".join(line for line in result.stderr.splitlines() if line not in log_lines)
        return Done(result.exit_code, result.stdout, err)

    return run


@pytest.fixture
def refused(sp):
    """A function that runs a command which must fail, and gives its one sentence."""

    def run(*words, **arguments):
        done = sp(*words, **arguments)
        assert done.status == 1, done
        assert done.out == ""
        assert done.err.count("\n") == 0
        return done.err

    return run


@pytest.fixture
def acme(sp):
    """The organisation acme, made by the command; no Identity Provider yet."""
    done = sp("organisation", "add", "acme", "--name", "Acme", "--domain", "acme.example")
    assert done.status == 0, done
    return "acme"


@pytest.fixture
def metadata(tmp_path):
    """A file with the metadata of the tests' Identity Provider."""
    path = tmp_path / "idp.xml"
    path.write_bytes(Idp().metadata())
    return path


@pytest.fixture
def live(sp, acme, metadata):
    """Acme with revision 1 in force, making accounts at the first sign-in."""
    assert sp("keys", "generate").status == 0
    assert sp("idp", "import", "acme", metadata).status == 0
    assert sp("idp", "live", "acme", "1").status == 0
    assert sp("organisation", "policy", "acme", "--create-accounts").status == 0
    return acme


@pytest.fixture
def answer(live, sp, config, clock):
    """A function that sends Ada's unsolicited answer to acme, which accepts such answers."""
    assert sp("organisation", "policy", "acme", "--unsolicited", "accept").status == 0
    browser = Browser(
        binding=None,
        restart_mark=False,
        session_token=None,
        address="192.0.2.7",
        user_agent="Test/1.0",
    )

    def send(**changes):
        octets = Idp().response(in_response_to=None, at=clock.now(), **changes)
        posted = Posted(messages=(bindings.encode_post(octets),), in_query=False, relay_state=None)
        return sign_on.answer(config, "acme", browser, posted)

    return send


@pytest.fixture
def signed_in(answer):
    """Ada's session at acme."""
    outcome = answer()
    assert isinstance(outcome, SignedIn)
    return outcome
