"""After an upgrade from the first version everybody goes on where they were, and the record holds."""

from __future__ import annotations

import pytest
from flask_migrate import upgrade
from support import first_version
from support.commands import assert_well
from support.idp import ADA_ATTRIBUTES
from support.migrating import empty, rows
from support.pages import Person, read

from sp import db
from sp.audit import ledger
from sp.demo.messages import AttributeSpec
from sp.flows import inspection, key_rollover, membership, revocation
from sp.flows.actor import COMMAND_LINE

SESSION, BINDING = "__Host-sp_session", "__Secure-sp_binding"
STAFF = AttributeSpec("groups", ("staff",))


@pytest.fixture
def upgraded(app, config, clock, quick_keys):
    """The program on the upgraded database, a few minutes after the last row of the old one."""
    clock.set(first_version.MONDAY)
    empty()
    upgrade(revision=first_version.REVISION)
    with db.db.engine.begin() as connection:
        first_version.fill(connection, config.settings_directory)
    upgrade()
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    return app


@pytest.fixture
def ada(upgraded):
    """Ada's browser as it was before: signed in, and on its way to sign in once more."""
    had = first_version.recorded()["browser"]
    client = upgraded.test_client()
    of_ours = {"domain": "sp.example.com", "secure": True}
    client.set_cookie(SESSION, had["session"], **of_ours)
    client.set_cookie(BINDING, had["binding"], path="/saml/acme/", **of_ours)
    return Person(client, request_id=had["request_id"], relay_state=had["relay_state"])


def answer(person, name_id, **more):
    signed = {"key": first_version.idp_key(), "attributes": (*ADA_ATTRIBUTES, STAFF)}
    return person.answer(name_id=name_id, **signed | more)


def events(chain="acme"):
    with db.read() as transaction:
        return ledger.list_events(transaction, chain, limit=1000)[::-1]


def verdicts(findings):
    return [(each.code, each.ok) for each in findings]


def id_of(email):
    return next(each.id for each in membership.list_accounts("acme") if each.email == email)


def test_who_was_signed_in_still_is(ada):
    assert ada.client.get("/whoami").json["email"] == "ada@acme.example"


def test_sign_in_that_began_before_it_ends_after_it(ada):
    before = id_of("ada@acme.example")
    done = answer(ada, first_version.ADA)
    assert (done.status_code, done.location) == (303, "/account?after=upgrade")
    assert ada.client.get("/whoami").json["email"] == "ada@acme.example"
    assert [each.account_id for each in revocation.list_sessions("acme")].count(before) == 1


def test_who_was_linked_comes_into_the_same_account(upgraded):
    before = membership.list_accounts("acme")
    linus = Person(upgraded.test_client())
    linus.start()
    mail = AttributeSpec("email", ("linus@acme.example",))
    done = answer(linus, first_version.LINUS, attributes=(mail, STAFF))
    assert (done.status_code, done.location) == (303, "/account")
    assert membership.list_accounts("acme") == before
    assert events()[-1].account_id == id_of("linus@acme.example")


def test_assertion_that_was_used_stays_used(ada):
    done = answer(ada, first_version.ADA, assertion_id=first_version.USED)
    assert read(done).headline == "This sign-in was already used"
    assert events()[-1].code == "replay"


def test_refusals_that_were_only_counted_are_told_in_their_hour(ada, clock):
    clock.set(first_version.MONDAY.replace(hour=9))
    ada.start()
    answer(ada, first_version.ADA)
    (told,) = (each for each in events() if each.kind == "refusals_suppressed")
    assert (told.code, told.detail["count"]) == ("expired", 2)


def test_record_has_its_old_heads_and_every_message_is_judged_as_on_its_day(upgraded):
    heads = first_version.recorded()["heads"]
    for chain, (sequence, digest) in heads.items():
        (report,) = inspection.verify(chain, head=(sequence, digest))
        assert report.ok, report.faults
    judged = [each for chain in heads for each in events(chain) if each.evidence_digest]
    assert len(judged) == len(rows("SELECT id FROM evidence"))
    for event in judged:
        again = inspection.reverify(f"{event.chain}:{event.sequence}")
        assert verdicts(again.now) == verdicts(again.then)
    assert_well(upgraded)


def test_number_of_who_is_gone_is_never_another_persons(upgraded):
    newest = first_version.recorded()["numbers"]
    made = membership.add_account("acme", "new@acme.example", actor=COMMAND_LINE)
    founded = membership.add_organisation("hooli", "Hooli", ["hooli.example"], actor=COMMAND_LINE)
    assert made.id > newest["account"]
    assert founded.id > newest["organisation"]
