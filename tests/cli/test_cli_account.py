"""`flask sp account`."""

from __future__ import annotations

import csv
import io

import pytest


@pytest.fixture
def ada(sp, acme):
    words = ("ada@acme.example", "--role", "admin", "--name", "Ada Lovelace")
    assert sp("account", "add", "acme", *words).status == 0


def test_added_person_is_listed(sp, ada):
    assert sp("account", "list", "acme", "--json").json == [
        {
            "email": "ada@acme.example",
            "name": "Ada Lovelace",
            "role": "admin",
            "origin": "staff",
            "suspended_at": None,
        }
    ]
    assert "ada@acme.example  Ada Lovelace  admin" in sp("account", "list", "acme").out


def test_person_is_added_once_whatever_the_case(ada, refused):
    assert "already" in refused("account", "add", "acme", "ADA@Acme.Example")


@pytest.mark.parametrize("email", ["ada", "ada@", "@acme.example", "Ada <ada@acme.example>"])
def test_what_is_no_address_is_refused(acme, refused, email):
    assert refused("account", "add", "acme", email).endswith(".")


def test_role_changes_for_who_has_an_account(sp, ada, refused):
    assert sp("account", "role", "acme", "ada@acme.example", "auditor").out == (
        "ada@acme.example is auditor at acme.\n"
    )
    assert sp("account", "list", "acme", "--json").json[0]["role"] == "auditor"
    again = refused("account", "role", "acme", "ada@acme.example", "auditor")
    assert again == "ada@acme.example is auditor already."
    assert "has no account" in refused("account", "role", "acme", "x@acme.example", "admin")


def test_role_that_does_not_exist_is_a_usage_error(sp, ada):
    done = sp("account", "role", "acme", "ada@acme.example", "owner")
    assert (done.status, "'owner' is not one of" in done.err) == (2, True)
    assert sp("account", "list", "acme", "--json").json[0]["role"] == "admin"


def test_suspending_and_restoring(sp, ada, refused):
    assert "sessions ended: 0" in sp("account", "suspend", "acme", "ada@acme.example").out
    assert sp("account", "list", "acme", "--json").json[0]["suspended_at"] is not None
    assert "suspended already" in refused("account", "suspend", "acme", "ada@acme.example")
    assert sp("account", "restore", "acme", "ada@acme.example").status == 0
    assert "is not suspended" in refused("account", "restore", "acme", "ada@acme.example")


def test_relinking_somebody_who_never_signed_in_is_refused(ada, refused):
    assert "never signed in" in refused("account", "relink", "acme", "ada@acme.example")


def test_unknown_person_is_one_sentence(acme, refused):
    sentence = refused("account", "suspend", "acme", "grace@acme.example")
    assert sentence == "acme has no account grace@acme.example."


def test_csv_opens_in_a_spreadsheet_without_formulas(sp, acme):
    sp("account", "add", "acme", "grace@acme.example", "--name", '=HYPERLINK("x";"y")')
    rows = list(csv.reader(io.StringIO(sp("account", "list", "acme", "--csv").out)))
    assert rows[0] == ["email", "name", "role", "origin", "suspended_at"]
    assert rows[1] == ["grace@acme.example", '\'=HYPERLINK("x";"y")', "member", "staff", ""]


def test_csv_and_json_at_once_are_refused(acme, refused):
    assert "either" in refused("account", "list", "acme", "--csv", "--json")
