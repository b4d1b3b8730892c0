"""Organisations are made once, found by what is theirs, and changed by rules that exist."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from support.assertions import NOW

from sp import db
from sp.errors import BadInputError, ConflictError, NotFoundError
from sp.organisations import organisation
from sp.organisations.organisation import RevisionRow

pytestmark = pytest.mark.usefixtures("app")


def add(slug="acme", domains=("acme.example",), name="Acme", **arguments):
    return db.write(
        lambda tx: organisation.add(tx, slug=slug, name=name, domains=domains, at=NOW, **arguments)
    )


def find(slug="acme"):
    with db.read() as transaction:
        return organisation.find(transaction, slug)


def row(here, number=1, **overrides):
    good = RevisionRow(
        organisation_id=here.id,
        number=number,
        digest=f"{number:064x}",
        idp_entity_id="https://idp.example.com/saml",
        created_at=NOW,
        provider="general",
        source="idp.xml",
    )
    return replace(good, **overrides)


def test_a_new_organisation_starts_with_the_careful_rules():
    here = add(domains=("ACME.example", "b\u00fccher.example", "acme.EXAMPLE"))
    assert here == find()
    assert here.domains == ("acme.example", "xn--bcher-kva.example")
    assert (here.sign_in, here.unsolicited, here.create_accounts) == ("optional", "restart", False)
    assert (here.idle_seconds, here.absolute_seconds, here.floor_seconds) == (7200, 43200, 900)
    assert (here.live_revision, here.live_digest, here.required_groups) == (None, None, ())
    assert (here.created_at, here.demo) == (NOW, False)


@pytest.mark.parametrize("slug", ["nobody", "Acme", "a/../b", "", "\ud800", "a\x00"])
def test_a_slug_that_nobody_has_finds_nothing(slug):
    add()
    assert find(slug) is None


@pytest.mark.parametrize("slug", ["a", "acme", "acme-2", "a" * 63])
def test_a_slug_of_letters_digits_and_hyphens_is_taken(slug):
    assert add(slug).slug == slug


@pytest.mark.parametrize(
    "slug", ["", "Acme", "2acme", "-acme", "acme-", "ac_me", "ac me", "acm\u00e9", "a" * 64, "a\n"]
)
def test_a_slug_that_an_identity_provider_would_refuse_is_refused(slug):
    with pytest.raises(BadInputError) as caught:
        add(slug)
    assert caught.value.code == "bad_slug"


@pytest.mark.parametrize("name", ["", "   ", "a" * 121, "Ac\x00me", "Ac\ud800me", "Ac\nme"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(BadInputError) as caught:
        add(name=name)
    assert caught.value.code == "bad_name"


def test_an_organisation_without_a_domain_is_refused():
    with pytest.raises(BadInputError) as caught:
        add(domains=())
    assert caught.value.code == "no_domain"


def test_a_public_mail_domain_is_refused_and_nothing_is_made():
    with pytest.raises(BadInputError) as caught:
        add(domains=("acme.example", "GMail.com"))
    assert caught.value.code == "public_mail_domain"
    assert find() is None


def test_a_slug_is_given_once():
    add()
    with pytest.raises(ConflictError) as caught:
        add(domains=("other.example",))
    assert caught.value.code == "slug_taken"


def test_a_domain_belongs_to_one_organisation():
    add()
    with pytest.raises(ConflictError) as caught:
        add("globex", domains=("globex.example", "ACME.example"))
    assert caught.value.code == "domain_taken"
    assert find("globex") is None


def test_an_organisation_is_found_by_exactly_its_domains():
    here = add(domains=("acme.example", "acme-labs.example"))
    with db.read() as transaction:
        assert organisation.find_by_domain(transaction, "acme-labs.example") == here
        assert organisation.find_by_domain(transaction, "mail.acme.example") is None
        assert organisation.find_by_domain(transaction, "example") is None


def test_organisations_are_listed_by_slug_with_their_own_parts_only():
    globex = add("globex", domains=("globex.example",))
    acme = add()
    db.write(lambda tx: organisation.set_policy(tx, acme.id, {"required_groups": ("staff",)}))
    with db.read() as transaction:
        listed = organisation.list_all(transaction)
    assert listed == [acme._replace(required_groups=("staff",)), globex]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sign_in", "password"),
        ("sign_in", "required"),
        ("unsolicited", "accept"),
        ("unsolicited", "refuse"),
        ("create_accounts", True),
        ("required_groups", ("0f1e-staff", "Gruppe mit Blank")),
    ],
)
def test_a_rule_changes_and_the_others_stay(name, value):
    here = add()
    db.write(lambda tx: organisation.set_policy(tx, here.id, {name: value}))
    assert find() == here._replace(
        **{name: tuple(sorted(value)) if name == "required_groups" else value}
    )


def test_required_groups_are_replaced_as_a_whole():
    here = add()
    for groups in (("a", "b", "a"), ("c",), ()):
        db.write(
            lambda tx, groups=groups: organisation.set_policy(
                tx, here.id, {"required_groups": groups}
            )
        )
        assert find().required_groups == tuple(sorted(set(groups)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sign_in", "maybe"),
        ("sign_in", True),
        ("unsolicited", None),
        ("create_accounts", "yes"),
        ("create_accounts", 1),
        ("create_accounts", None),
        ("slug", "globex"),
        ("live_revision", 1),
        ("required_groups", "staff"),
        ("required_groups", ("",)),
        ("required_groups", (" staff",)),
        ("required_groups", ("a\x00",)),
        ("required_groups", ("a\ud800",)),
        ("required_groups", ("a" * 257,)),
        ("required_groups", tuple(f"group {n}" for n in range(51))),
    ],
)
def test_a_rule_or_value_that_does_not_exist_is_refused_and_nothing_changes(name, value):
    here = add()
    with pytest.raises(BadInputError):
        db.write(
            lambda tx: organisation.set_policy(tx, here.id, {"unsolicited": "accept", name: value})
        )
    assert find() == here


def test_a_rule_of_an_organisation_that_is_gone_is_not_found():
    with pytest.raises(NotFoundError):
        db.write(lambda tx: organisation.set_policy(tx, 4711, {"unsolicited": "accept"}))


def test_revisions_are_logged_newest_first_and_counted_by_organisation():
    acme, globex = add(), add("globex", domains=("globex.example",))
    rows = [row(acme, 1), row(acme, 2), row(globex, 7)]
    for each in rows:
        db.write(lambda tx, each=each: organisation.add_revision(tx, each))
    with db.read() as transaction:
        assert organisation.list_revisions(transaction, acme.id) == [rows[1], rows[0]]
        assert organisation.find_revision(transaction, acme.id, 2) == rows[1]
        assert organisation.find_revision(transaction, acme.id, 7) is None
        assert organisation.find_revision(transaction, acme.id, 2**70) is None
        assert organisation.highest_revision(transaction, globex.id) == 7
        assert organisation.highest_revision(transaction, 4711) == 0
        assert organisation.known_revisions(transaction) == {
            ("acme", 1),
            ("acme", 2),
            ("globex", 7),
        }


def test_going_live_and_back_gives_the_number_before_and_the_digest_in_force():
    here = add()
    for number in (1, 2):
        db.write(lambda tx, number=number: organisation.add_revision(tx, row(here, number)))
    befores = [
        db.write(lambda tx, number=number: organisation.set_live(tx, here.id, number))
        for number in (1, 2, 1)
    ]
    assert befores == [None, 1, 2]
    assert (find().live_revision, find().live_digest) == (1, f"{1:064x}")


@pytest.mark.parametrize("number", [0, -1, 2, 7, 2**70])
def test_a_revision_without_a_row_cannot_go_live(number):
    acme, globex = add(), add("globex", domains=("globex.example",))
    db.write(lambda tx: organisation.add_revision(tx, row(acme, 1)))
    db.write(lambda tx: organisation.add_revision(tx, row(globex, 2)))
    with pytest.raises(NotFoundError):
        db.write(lambda tx: organisation.set_live(tx, acme.id, number))
    assert find().live_revision is None


@pytest.mark.parametrize(
    ("sign_in", "live", "expected"),
    [
        ("password", True, False),
        ("optional", False, False),
        ("optional", True, True),
        ("required", False, True),
        ("required", True, True),
    ],
)
def test_people_are_sent_to_the_company_login_once_it_is_live_or_demanded(sign_in, live, expected):
    here = add()._replace(sign_in=sign_in, live_revision=1 if live else None)
    assert here.signs_in_by_sso is expected


def test_of_two_who_take_one_domain_at_once_one_has_it(app):
    outcomes = []

    def take(slug):
        with app.app_context():
            try:
                outcomes.append(add(slug, domains=("acme.example",)).slug)
            except ConflictError as conflict:
                outcomes.append(conflict.code)

    threads = [threading.Thread(target=take, args=(f"acme-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("domain_taken") == 5
    with db.read() as transaction:
        assert len(organisation.list_all(transaction)) == 1
