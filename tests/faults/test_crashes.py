"""A process dies before the first, the second … and the last point of a deed, and nothing is half.

Afterwards the record verifies, the doctor finds nothing wrong, and the same person signs in.
"""

from __future__ import annotations

import pytest
from support.commands import amiss, assert_holds, assert_well, run
from support.crashes import assert_turns
from support.idp import Idp
from support.pages import Person

from sp.accounts.account_table import AccountTable
from sp.accounts.identity_link import IdentityLinkTable
from sp.audit import events
from sp.audit.events import EventTable
from sp.audit.evidence import EvidenceTable
from sp.audit.refusals import SeenRefusalTable, UnverifiedHourTable
from sp.keys import STATE
from sp.organisations.revision_log import RevisionTable
from sp.sessions.consumed_assertion import ConsumedAssertionTable
from sp.sessions.pending_request import PendingRequestTable
from sp.sessions.session_table import SessionTable

pytestmark = pytest.mark.faults

BINDING = "__Secure-sp_binding"
OF_ACME = "/saml/acme/"
HOST = "sp.example.com"


def same_browser(app, ada):
    """Give the browser of Ada as it was before anything happened to it in this process."""
    client = app.test_client()
    binding = ada.cookie(BINDING, OF_ACME)
    client.set_cookie(BINDING, binding, domain=HOST, path=OF_ACME, secure=True)
    return Person(client, request_id=ada.request_id, relay_state=ada.relay_state)


def test_start_that_dies_leaves_a_request_or_none(app, ada, count, die_everywhere, sign_in_afresh):
    def check():
        assert_well(app)
        begun = count(PendingRequestTable)
        sign_in_afresh()
        return begun

    assert_turns(die_everywhere(ada.start, check), 0, 1)


@pytest.fixture
def left_by_sign_ins(count):
    """A function that counts everything that a first and a second sign-in leave."""

    def look():
        return {
            "sessions": count(SessionTable),
            "spent": count(ConsumedAssertionTable),
            "answered": count(PendingRequestTable, PendingRequestTable.answered_at.is_not(None)),
            "accounts": count(AccountTable),
            "links": count(IdentityLinkTable),
            "told of accounts": count(EventTable, EventTable.kind == events.ACCOUNT_ADDED),
            "told of sign-ins": count(EventTable, EventTable.kind == events.SIGN_IN),
            "evidence": count(EvidenceTable),
        }

    return look


def assert_answer_signs_in_once(app, ada, octets, *, spent):
    """Post what died once more, as a browser does that is told to send the form again."""
    answer = same_browser(app, ada).post(octets)
    assert answer.status_code == (409 if spent else 303)


def test_first_sign_in_that_dies_is_whole_or_never_was(
    app, ada, left_by_sign_ins, die_everywhere, sign_in_afresh
):
    ada.start()
    octets = ada.make()
    before = left_by_sign_ins()
    assert set(before.values()) == {0}

    def check():
        assert_well(app)
        left = left_by_sign_ins()
        assert_answer_signs_in_once(app, ada, octets, spent=left["spent"])
        sign_in_afresh()
        assert_well(app)
        return left

    outcomes = die_everywhere(lambda: ada.post(octets), check)
    assert_turns(outcomes, before, dict.fromkeys(before, 1))


def test_sign_in_that_dies_while_it_replaces_a_session_leaves_one_of_the_two(
    app, ada, left_by_sign_ins, die_everywhere, sign_in_afresh
):
    ada.sign_in()
    ada.start(
        login_hint="grace@acme.example"
    )  # somebody else's address: a new request all the same
    octets = ada.make()
    before = left_by_sign_ins()

    def check():
        assert_well(app)
        left = left_by_sign_ins()
        assert_answer_signs_in_once(app, ada, octets, spent=left["spent"] == 2)
        sign_in_afresh()
        return left

    after = before | dict.fromkeys(("spent", "answered", "told of sign-ins", "evidence"), 2)
    assert_turns(die_everywhere(lambda: ada.post(octets), check), before, after)


@pytest.mark.parametrize(
    ("counter", "change"),
    [
        pytest.param(UnverifiedHourTable, {"sign": "none"}, id="before a signature verified"),
        pytest.param(
            SeenRefusalTable, {"audiences": (("https://other.example",),)}, id="after it verified"
        ),
    ],
)
def test_refusal_that_dies_is_recorded_and_counted_or_counts_as_none(
    app, ada, count, die_everywhere, sign_in_afresh, counter, change
):
    ada.start()
    bad, good = ada.make(**change), ada.make()

    def check():
        assert_well(app)
        left = (count(EventTable, EventTable.kind == events.SIGN_IN), count(counter))
        assert_answer_signs_in_once(app, ada, good, spent=False)
        sign_in_afresh()
        return left

    assert_turns(die_everywhere(lambda: ada.post(bad), check), (0, 0), (1, 1))


@pytest.fixture
def new_metadata(tmp_path):
    """What Acme's Identity Provider publishes before it changes its key."""
    path = tmp_path / "idp.xml"
    path.write_bytes(Idp(keys=("rsa-a", "rsa-b")).metadata())
    return path


def test_import_that_dies_leaves_a_draft_or_something_harmless(
    app, acme, config, count, die_everywhere, sign_in_afresh, new_metadata
):
    def import_it():
        done = run(app, "idp", "import", "acme", new_metadata)
        assert done.status == 0, done
        return done

    def check():
        assert_well(app)
        left = (count(RevisionTable), count(EventTable, EventTable.kind == events.IDP_IMPORTED))
        sign_in_afresh()
        again = import_it()
        number = again.out.split()[2]
        assert run(app, "idp", "live", "acme", number).status == 0
        person = Person(app.test_client())
        person.start()
        assert person.answer(assertion_id="_under_the_new_one").status_code == 303
        assert_well(app)
        return left

    assert_turns(die_everywhere(import_it, check), (1, 1), (2, 2))


def test_going_live_that_dies_leaves_one_revision_in_force_and_says_which(
    app, acme, die_everywhere, sign_in_afresh, new_metadata, live_revision
):
    assert run(app, "idp", "import", "acme", new_metadata).status == 0

    def go_live():
        assert run(app, "idp", "live", "acme", "2").status == 0

    def check():
        assert_well(app)
        left = live_revision()
        sign_in_afresh()
        return left

    assert_turns(die_everywhere(go_live, check), (1, 1), (2, 2))


def test_key_generation_that_dies_leaves_no_key_in_force_that_nobody_recorded(
    app, acme_without_keys, config, count, die_everywhere, sign_in_afresh
):
    def check():
        assert_holds(app)
        in_force = (config.certificates_directory / STATE).exists()
        # As long as there are none, the doctor says what it said before: make them.
        assert amiss(app) == (set() if in_force else {"keys"})
        assert run(app, "keys", "generate").status == (1 if in_force else 0)
        assert_well(app)
        assert count(EventTable, EventTable.kind == events.KEYS_GENERATED) >= 1
        sign_in_afresh()
        return in_force

    def generate():
        assert run(app, "keys", "generate").status == 0

    assert_turns(die_everywhere(generate, check), before=False, after=True)
