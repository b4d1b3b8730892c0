"""Admission decides before anything is made; every refusal has a code and a sentence of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.assertions import IDP_ENTITY_ID, NOW, PERSISTENT

from sp import db
from sp.accounts import account, admission, identity_link
from sp.accounts.admission import Admitted, Refusal
from sp.organisations.identity import Groups, Identity
from sp.saml.types import NameID

ADA = "ada@acme.example"
GRACE = "grace@acme.example"
HOME = "ada@home.example"
CODES = {
    "not_in_group",
    "groups_missing",
    "groups_overage",
    "suspended",
    "no_account",
    "email_outside_domains",
    "no_email",
    "no_identifier",
    "identity_conflict",
}
GOOD = Identity(
    idp_entity_id=IDP_ENTITY_ID,
    identifiers=(("nameid", "a1d4-ada"),),
    emails=(ADA,),
    email_source="attribute:email",
    name="Ada Lovelace",
    groups=Groups("absent"),
    name_id=NameID("a1d4-ada", PERSISTENT, None, None),
    session_index=None,
)


def identity(**overrides):
    return GOOD._replace(**overrides)


def decide(place, **overrides):
    with db.read() as transaction:
        return admission.admit(transaction, place.here, identity(**overrides))


def sign_in(place, **overrides):
    """Decide and apply, as a sign-in does; return the account."""

    def work(transaction):
        decision = admission.admit(transaction, place.here, identity(**overrides))
        assert isinstance(decision, Admitted), decision
        return admission.apply(transaction, place.here, decision, NOW)

    return db.write(work)


def refusal(place, **overrides):
    """Return the code, having seen that nothing was made."""
    before, refused = everything(place), decide(place, **overrides)
    assert isinstance(refused, Refusal), refused
    assert everything(place) == before
    assert refused.code in CODES
    return refused.code


def everything(place):
    with db.read() as transaction:
        return [
            (person, identity_link.values_of(transaction, person.id, IDP_ENTITY_ID))
            for person in place.people
        ]


@pytest.fixture
def open_acme(acme):
    acme.set(create_accounts=True)
    return acme


# The sentences


def test_every_code_has_a_sentence_of_its_own():
    assert set(admission.SENTENCES) == CODES
    assert len(set(admission.SENTENCES.values())) == len(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_sentence_can_be_said_on_the_phone(code):
    sentence = admission.SENTENCES[code]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 300
    for word in ("SAML", "NameID", "attribute", "assertion", "invalid", "error", "oops", "_"):
        assert word.lower() not in sentence.lower()


# The first time


def test_a_first_sign_in_makes_an_account_where_the_organisation_allows_it(open_acme):
    decision = decide(open_acme)
    assert decision.creates_account
    assert (decision.new_email, decision.old_email, decision.notes) == (None, None, ())
    assert open_acme.people == []
    ada = sign_in(open_acme)
    assert everything(open_acme) == [(ada, {"nameid": "a1d4-ada"})]
    assert (ada.email, ada.name, ada.role, ada.origin) == (ADA, "Ada Lovelace", "member", "sign_on")


def test_a_second_sign_in_changes_nothing(open_acme):
    ada = sign_in(open_acme)
    decision = decide(open_acme)
    assert decision == Admitted(
        account=ada, email=ADA, name="Ada Lovelace", idp_entity_id=IDP_ENTITY_ID
    )
    assert sign_in(open_acme) == ada


def test_without_an_account_nobody_comes_in_where_none_are_made(acme):
    assert refusal(acme) == "no_account"


def test_an_account_that_was_added_before_is_linked_and_gets_its_name(acme):
    added = acme.add(ADA, role="admin")
    decision = decide(acme)
    assert (decision.creates_account, decision.link) == (False, ("nameid", "a1d4-ada"))
    assert sign_in(acme) == added._replace(name="Ada Lovelace")


def test_an_address_links_whatever_its_case(acme):
    added = acme.add(ADA)
    assert sign_in(acme, emails=("ADA@Acme.EXAMPLE",)).id == added.id


def test_the_second_domain_of_the_organisation_is_as_good_as_the_first(open_acme):
    assert sign_in(open_acme, emails=("ada@acme-labs.example",)).email == "ada@acme-labs.example"


def test_without_an_identifier_nobody_comes_in(open_acme):
    assert refusal(open_acme, identifiers=()) == "no_identifier"


@pytest.mark.parametrize("emails", [(), ("Ada <ada@acme.example>",), ("a@b@acme.example", "ada")])
def test_without_a_usable_address_nobody_is_linked_or_made(open_acme, emails):
    open_acme.add(ADA)
    assert refusal(open_acme, emails=emails) == "no_email"


@pytest.mark.parametrize(
    "email",
    [
        HOME,
        "ada@mail.acme.example",
        "ada@acme.example.evil.example",
        "ada@xacme.example",
        "ada@globex.example",
        "ada@\u0430cme.example",
    ],
)
def test_an_address_outside_the_domains_is_refused(open_acme, globex, email):
    assert refusal(open_acme, emails=(email,)) == "email_outside_domains"
    assert globex.people == []


def test_one_address_at_two_organisations_is_two_people(open_acme, globex):
    guest = globex.add(ADA)
    assert sign_in(open_acme).id != sign_in(globex).id
    assert globex.find(ADA).id == guest.id


# Guests


@pytest.mark.parametrize("origin", ["staff", "invitation"])
def test_a_guest_that_was_listed_comes_in_with_an_address_outside_the_domains(acme, origin):
    guest = acme.add(HOME, origin=origin)
    assert sign_in(acme, emails=(HOME,)).id == guest.id


def test_an_account_that_made_itself_is_no_guest_once_its_domain_is_gone(acme):
    acme.add(HOME, origin="sign_on")
    assert refusal(acme, emails=(HOME,)) == "email_outside_domains"


def test_a_guest_of_another_organisation_is_no_guest_here(open_acme, globex):
    globex.add(HOME)
    assert refusal(open_acme, emails=(HOME,)) == "email_outside_domains"


# Several addresses


def test_of_several_addresses_one_inside_the_domains_is_used(open_acme):
    emails = (HOME, "ada@zzz.example", ADA)
    assert sign_in(open_acme, emails=emails).email == ADA


@pytest.mark.parametrize("emails", [(ADA, "countess@acme.example"), ("countess@acme.example", ADA)])
def test_the_order_of_addresses_does_not_decide_who_somebody_is(open_acme, emails):
    assert decide(open_acme, emails=emails).email == ADA
    added = open_acme.add("countess@acme.example")
    assert sign_in(open_acme, emails=emails).id == added.id


def test_addresses_of_two_people_are_a_conflict(open_acme):
    open_acme.add(ADA)
    open_acme.add(GRACE)
    for emails in ((ADA, GRACE), (GRACE, ADA)):
        assert refusal(open_acme, emails=emails) == "identity_conflict"


def test_one_bad_value_does_not_spoil_a_good_one(open_acme):
    assert sign_in(open_acme, emails=("n/a", ADA, "ada@acme.example,x@y.z")).email == ADA


# Who somebody is


def test_another_identity_with_a_taken_address_is_a_conflict(open_acme):
    sign_in(open_acme)
    assert refusal(open_acme, identifiers=(("nameid", "somebody-else"),)) == "identity_conflict"


def test_after_the_link_is_forgotten_the_new_identity_comes_in(open_acme):
    ada = sign_in(open_acme)
    db.write(lambda tx: identity_link.forget(tx, ada.id))
    assert sign_in(open_acme, identifiers=(("nameid", "somebody-else"),)).id == ada.id


def test_another_identity_provider_links_the_same_person_by_address(open_acme):
    ada = sign_in(open_acme)
    moved = sign_in(
        open_acme, idp_entity_id="https://new.example.com/", identifiers=(("nameid", "n"),)
    )
    assert moved.id == ada.id
    assert sign_in(open_acme).id == ada.id


def test_a_better_source_adds_a_link_where_the_others_agree(open_acme):
    ada = sign_in(open_acme)
    both = (("attribute:objectid", "o-1"), ("nameid", "a1d4-ada"))
    assert sign_in(open_acme, identifiers=both).id == ada.id
    assert everything(open_acme)[0][1] == {"attribute:objectid": "o-1", "nameid": "a1d4-ada"}


def test_a_better_source_does_not_hide_that_the_others_disagree(open_acme):
    sign_in(open_acme)
    other = (("attribute:objectid", "o-2"), ("nameid", "somebody-else"))
    assert refusal(open_acme, identifiers=other) == "identity_conflict"


def test_the_same_value_from_another_source_is_another_identity(open_acme):
    ada = sign_in(open_acme)
    other = sign_in(open_acme, identifiers=(("attribute:id", "a1d4-ada"),), emails=(GRACE,))
    assert other.id != ada.id


# Known people and their addresses


@pytest.mark.parametrize(
    ("emails", "note"),
    [((), "email_missing"), (("Ada <x>",), "email_missing"), ((HOME,), "email_outside_domains")],
)
def test_a_known_person_comes_in_without_a_good_address_and_keeps_their_own(
    open_acme, emails, note
):
    ada = sign_in(open_acme)
    assert decide(open_acme, emails=emails).notes == (note,)
    assert sign_in(open_acme, emails=emails) == ada


def test_another_good_address_becomes_the_persons_own(open_acme):
    ada = sign_in(open_acme)
    decision = decide(open_acme, emails=("Countess@acme.example",))
    assert (decision.old_email, decision.new_email) == (ADA, "countess@acme.example")
    changed = sign_in(open_acme, emails=("Countess@acme.example",))
    assert changed == ada._replace(email="countess@acme.example")
    assert open_acme.people == [changed]


def test_a_known_person_keeps_their_address_while_it_is_among_those_sent(open_acme):
    sign_in(open_acme)
    decision = decide(open_acme, emails=("aaa@acme.example", ADA))
    assert (decision.new_email, decision.notes) == (None, ())


def test_a_guest_keeps_the_address_they_were_invited_by_while_it_is_sent(acme):
    guest = acme.add(HOME)
    sign_in(acme, emails=(HOME,))
    assert sign_in(acme, emails=(HOME,)).email == guest.email
    assert decide(acme, emails=(HOME,)).notes == ()


def test_an_address_that_another_person_here_has_is_not_taken_from_them(open_acme):
    ada, grace = sign_in(open_acme), open_acme.add(GRACE)
    decision = decide(open_acme, emails=(GRACE,))
    assert (decision.new_email, decision.notes) == (None, ("email_taken",))
    assert sign_in(open_acme, emails=(GRACE,)) == ada
    assert open_acme.find(GRACE) == grace


def test_of_several_new_addresses_one_that_is_free_is_taken(open_acme):
    sign_in(open_acme)
    open_acme.add("a1@acme.example")
    decision = decide(open_acme, emails=("a2@acme.example", "a1@acme.example"))
    assert decision.new_email == "a2@acme.example"


def test_a_person_that_is_known_needs_no_permission_to_be_made(open_acme):
    ada = sign_in(open_acme)
    open_acme.set(create_accounts=False)
    assert sign_in(open_acme) == ada


def test_a_new_name_is_kept_and_a_missing_one_changes_nothing(open_acme):
    ada = sign_in(open_acme)
    assert sign_in(open_acme, name="Ada King").name == "Ada King"
    assert sign_in(open_acme, name="").name == "Ada King"
    assert open_acme.find(ADA).id == ada.id


# Suspended people


def test_a_suspended_person_stays_out_until_restored(open_acme):
    ada = sign_in(open_acme)
    db.write(lambda tx: account.suspend(tx, ada.id, NOW))
    assert refusal(open_acme) == "suspended"
    assert refusal(open_acme, emails=()) == "suspended"
    db.write(lambda tx: account.restore(tx, ada.id))
    assert sign_in(open_acme) == ada


def test_somebody_suspended_before_their_first_sign_in_stays_out(acme):
    ada = acme.add(ADA)
    db.write(lambda tx: account.suspend(tx, ada.id, NOW - timedelta(days=1)))
    assert refusal(acme) == "suspended"


def test_a_stranger_is_not_told_that_the_account_of_that_address_is_suspended(open_acme):
    ada = sign_in(open_acme)
    db.write(lambda tx: account.suspend(tx, ada.id, NOW))
    assert refusal(open_acme, identifiers=(("nameid", "other"),)) == "identity_conflict"


# Groups


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        (Groups("absent"), "groups_missing"),
        (Groups("empty"), "not_in_group"),
        (Groups("present", ("staff", "CLIENTSHARE")), "not_in_group"),
        (Groups("overage"), "groups_overage"),
        (Groups("overage", ("staff",)), "groups_overage"),
    ],
)
def test_the_group_rule_keeps_people_out_for_a_reason_of_its_own(open_acme, groups, code):
    open_acme.set(required_groups=("clientshare", "auditors"))
    assert refusal(open_acme, groups=groups) == code


@pytest.mark.parametrize(
    "groups",
    [Groups("present", ("staff", "auditors")), Groups("overage", ("clientshare",))],
)
def test_one_of_the_required_groups_is_enough(open_acme, groups):
    open_acme.set(required_groups=("clientshare", "auditors"))
    assert sign_in(open_acme, groups=groups).email == ADA


@pytest.mark.parametrize("state", ["absent", "empty", "overage"])
def test_without_a_group_rule_groups_do_not_matter(open_acme, state):
    assert sign_in(open_acme, groups=Groups(state)).email == ADA


def test_the_group_rule_holds_for_known_people_too(open_acme):
    sign_in(open_acme)
    open_acme.set(required_groups=("clientshare",))
    assert refusal(open_acme, groups=Groups("present", ("staff",))) == "not_in_group"


# What admins are told


def test_a_refusal_tells_admins_what_was_expected_and_what_came(open_acme):
    open_acme.set(required_groups=("clientshare",))
    told = decide(open_acme, groups=Groups("present", ("staff",)))
    assert (told.expected, told.actual) == ("one of: clientshare", "staff")
    open_acme.set(required_groups=())
    told = decide(open_acme, emails=(HOME,))
    assert (told.expected, told.actual) == ("an address in acme-labs.example, acme.example", HOME)
    told = decide(open_acme, emails=("\u202eevil",))
    assert told.actual == "'\\u202eevil'"
