"""Two first sign-ins at once make one account, one link, and one owner of an address.

On PostgreSQL both decide before either writes, which is the worst case; SQLite lets one in at a
time by itself.
"""

from __future__ import annotations

import threading

import pytest
from support.assertions import IDP_ENTITY_ID, NOW

from sp import db
from sp.accounts import admission, identity_link
from sp.accounts.admission import Admitted
from sp.organisations.identity import Groups, Identity

ADA = "ada@acme.example"
GRACE = "grace@acme.example"


def identity(value, email):
    return Identity(
        idp_entity_id=IDP_ENTITY_ID,
        identifiers=(("nameid", value),),
        emails=(email,),
        email_source="attribute:email",
        name="",
        groups=Groups("absent"),
        name_id=None,
        session_index=None,
    )


@pytest.fixture
def race(app, acme):
    """A function that signs several identities in at once and gives each outcome."""
    acme.set(create_accounts=True)

    def run(*identities):
        outcomes = [None] * len(identities)
        everybody = threading.Barrier(len(identities))

        def sign_in(number):
            first_time = True

            def work(transaction):
                nonlocal first_time
                decision = admission.admit(transaction, acme.here, identities[number])
                if first_time and transaction.dialect != "sqlite":
                    first_time = False
                    everybody.wait(timeout=20)
                if not isinstance(decision, Admitted):
                    return decision.code
                return admission.apply(transaction, acme.here, decision, NOW).id

            with app.app_context():
                outcomes[number] = db.write(work)

        threads = [threading.Thread(target=sign_in, args=(n,)) for n in range(len(identities))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run


def links(person):
    with db.read() as transaction:
        return identity_link.values_of(transaction, person.id, IDP_ENTITY_ID)


def test_one_person_in_several_tabs_gets_one_account(acme, race):
    outcomes = race(*[identity("a1", ADA)] * 4)
    (ada,) = acme.people
    assert outcomes == [ada.id] * 4
    assert links(ada) == {"nameid": "a1"}


def test_of_two_identities_with_one_address_one_gets_it(acme, race):
    outcomes = race(identity("a1", ADA), identity("a2", ADA))
    (ada,) = acme.people
    assert sorted(outcomes, key=str) == [ada.id, "identity_conflict"]


def test_one_identity_with_two_addresses_gets_one_account(acme, race):
    outcomes = race(identity("a1", ADA), identity("a1", GRACE))
    (person,) = acme.people
    assert outcomes == [person.id] * 2


def test_an_account_added_before_is_linked_once(acme, race):
    added = acme.add(ADA)
    outcomes = race(identity("a1", ADA), identity("a2", ADA))
    assert sorted(outcomes, key=str) == [added.id, "identity_conflict"]
    assert len(links(added)) == 1


def test_of_two_people_who_both_move_to_one_address_one_has_it(acme, race):
    race(identity("a1", ADA))
    race(identity("g1", GRACE))
    ada, grace = acme.people
    outcomes = race(identity("a1", "new@acme.example"), identity("g1", "new@acme.example"))
    assert outcomes == [ada.id, grace.id]
    emails = [person.email for person in acme.people]
    assert emails.count("new@acme.example") == 1
    assert len(emails) == 2
