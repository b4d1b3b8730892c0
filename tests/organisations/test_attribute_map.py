"""An assertion becomes an identity: by Name, merged, exact, and never by the order of its values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.assertions import IDP_ENTITY_ID, PERSISTENT, make_assertion

from sp.organisations import attribute_map
from sp.organisations.attribute_map import AttributeMap, Groups, read_identity
from sp.organisations.json_values import UnusableError
from sp.saml.errors import Refused
from sp.saml.types import NameID

DOMAINS = ("acme.example",)
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
OVERAGE = "http://schemas.microsoft.com/claims/groups.link"
MAP = AttributeMap(
    identifiers=("attribute:objectid", "nameid"),
    emails=("attribute:emailaddress", "attribute:mail", "nameid"),
    first_names=("givenName", "firstName"),
    last_names=("sn",),
    display_names=("displayName",),
    groups=("groups", "role"),
    overage=(OVERAGE,),
)


def read(*attributes, attribute_map=MAP, **overrides):
    return read_identity(make_assertion(attributes, **overrides), attribute_map, DOMAINS)


def refusal(*attributes, **overrides):
    with pytest.raises(Refused) as caught:
        read(*attributes, **overrides)
    return caught.value.finding


def test_the_identity_keeps_what_the_session_needs():
    identity = read()
    assert identity.idp_entity_id == IDP_ENTITY_ID
    assert identity.name_id == NameID("a1d4-ada", PERSISTENT, None, None)
    assert identity.session_index == "_s1"


# Identifiers


def test_identifier_sources_are_read_in_order_and_all_are_kept():
    assert read(("objectid", "o-1")).identifiers == (
        ("attribute:objectid", "o-1"),
        ("nameid", "a1d4-ada"),
    )


def test_a_source_without_a_value_is_passed_over():
    for attributes in ((), (("objectid",),), (("objectid", "", " \t\r\n"),)):
        assert read(*attributes).identifiers == (("nameid", "a1d4-ada"),)


@pytest.mark.parametrize(
    "name_id",
    [None, NameID("x", TRANSIENT, None, None), "", " \n", NameID(" ", None, None, None)],
    ids=["absent", "transient", "empty", "blank", "blank without format"],
)
def test_a_transient_blank_or_absent_name_id_names_nobody(name_id):
    assert read(name_id=name_id).identifiers == ()
    assert read(("objectid", "o-1"), name_id=name_id).identifiers == (
        ("attribute:objectid", "o-1"),
    )


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("  Ada\t\n", "Ada"),
        ("AdA", "AdA"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("\u00a0Ada\u00a0", "\u00a0Ada\u00a0"),
        ("Ada@ACME.example", "ada@acme.example"),
        ("\u212ae@acme.example", "\u212ae@acme.example"),
        ("Ada_gmail.com#EXT#@Acme.onmicrosoft.com", "Ada_gmail.com#EXT#@Acme.onmicrosoft.com"),
        ("A@B@C", "A@B@C"),
        ("=?Zm9v+/BAR==", "=?Zm9v+/BAR=="),
        ("\U0001f469" * 256, "\U0001f469" * 256),
    ],
)
def test_an_identifier_is_exact_save_for_outer_blanks_and_the_case_of_an_address(value, kept):
    assert read(name_id=value).identifiers == (("nameid", kept),)
    assert read(("objectid", value)).identifiers[0] == ("attribute:objectid", kept)


def test_an_identifier_with_elements_in_it_is_refused():
    finding = refusal(("objectid", None))
    assert (finding.code, finding.ok, finding.section) == ("attribute", False, "Core 2.7.3.1")


def test_an_identifier_with_several_values_is_refused_because_the_order_would_decide():
    assert refusal(("objectid", "o-1", "o-2")).code == "attribute"
    assert refusal(("objectid", "o-1"), ("ObjectID", "o-2")).code == "attribute"


def test_one_identifier_said_twice_is_one():
    assert read(("objectid", "o-1", " o-1 ", "")).identifiers[0][1] == "o-1"
    assert (
        read(("objectid", "A@acme.example", "a@acme.example")).identifiers[0][1] == "a@acme.example"
    )


def test_an_identifier_longer_than_any_product_makes_is_refused():
    assert read(("objectid", "x" * 1024)).identifiers[0][1] == "x" * 1024
    assert refusal(("objectid", "x" * 1025)).code == "attribute"
    assert refusal(name_id="x" * 1025).code == "attribute"


def test_elements_in_an_attribute_that_nobody_reads_do_not_matter():
    assert read(("photo", None), ("role", None), ("sn", None)).identifiers


# Finding attributes


def test_attributes_are_found_by_name_whatever_its_case():
    assert read(("OBJECTID", "o-1")).identifiers[0] == ("attribute:objectid", "o-1")
    assert read(("EmailAddress", "ada@acme.example")).emails == ("ada@acme.example",)
    assert read(("GIVENNAME", "Ada"), ("SN", "Lovelace")).name == "Ada Lovelace"
    assert read(("Groups", "staff"), ("Role", "admin")).groups == Groups(
        "present", ("staff", "admin")
    )


def test_only_ascii_case_is_ignored():
    kelvin = replace(MAP, identifiers=("attribute:Key",))
    assert read(("\u212aey", "o-1"), attribute_map=kelvin).identifiers == ()


def test_repeated_names_are_merged():
    identity = read(
        ("groups", "a"), ("groups", "b"), ("mail", "ada@acme.example"), ("Mail", "x@y.z")
    )
    assert identity.groups.values == ("a", "b")
    assert identity.emails == ("ada@acme.example", "x@y.z")


def test_attributes_nobody_asked_for_do_not_matter_and_none_at_all_are_fine():
    assert read(("shoe size", "42")) == read()


# E-mail


def test_the_first_email_source_with_a_value_decides():
    identity = read(("mail", "ada@acme.example"), ("emailaddress", "ada@home.example"))
    assert identity.emails == ("ada@home.example",)
    assert identity.email_source == "attribute:emailaddress"


def test_an_email_source_without_a_value_is_passed_over():
    identity = read(("emailaddress", " "), ("mail", "ada@acme.example"))
    assert (identity.emails, identity.email_source) == (("ada@acme.example",), "attribute:mail")


def test_the_name_id_is_an_email_only_where_it_is_written_like_one():
    assert read(name_id="Ada@acme.example").emails == ("Ada@acme.example",)
    for name_id in ("a1d4-ada", "ada_home.example#EXT#@acme.onmicrosoft.com", "a@b@c", "Ada <a@b>"):
        assert read(name_id=name_id).emails == ()
        assert read(name_id=name_id).email_source is None
    assert read(name_id=NameID("ada@acme.example", TRANSIENT, None, None)).emails == ()


def test_a_upn_is_an_email_only_where_somebody_put_it_in_the_map():
    upn = ("upn", "ada@acme.example")
    assert read(upn).emails == ()
    agreed = replace(MAP, emails=(*MAP.emails, "attribute:upn"))
    assert read(upn, attribute_map=agreed).emails == ("ada@acme.example",)


def test_an_email_with_elements_in_it_is_refused():
    assert refusal(("emailaddress", None)).code == "attribute"
    assert refusal(("mail", "ada@acme.example", None)).code == "attribute"
    assert read(("emailaddress", "ada@acme.example"), ("mail", None)).emails == (
        "ada@acme.example",
    )


def test_of_several_addresses_those_inside_the_domains_come_first():
    identity = read(("mail", "a@home.example", "z@ACME.example", "b@home.example"))
    assert identity.emails == ("z@ACME.example", "a@home.example", "b@home.example")


@settings(derandomize=True, deadline=None, max_examples=50)
@given(
    st.permutations(
        [
            "ada@acme.example",
            "ADA@acme.example",
            "a@home.example",
            "b@acme.example",
            "",
            "x",
            "\u00e9@",
        ]
    )
)
def test_the_order_of_addresses_does_not_decide_who_somebody_is(values):
    assert read(("mail", *values)) == read(("mail", *sorted(values)))


# Names


def test_the_display_name_wins_over_first_and_last():
    names = (("givenName", "Ada"), ("sn", "Lovelace"))
    assert read(*names).name == "Ada Lovelace"
    assert read(*names, ("displayName", " Ada L. ")).name == "Ada L."
    assert read(names[1]).name == "Lovelace"
    assert read(("firstName", "Ada"), ("givenName", " ")).name == "Ada"
    assert read().name == ""


def test_256_characters_of_any_unicode_survive_in_a_name():
    name = ("\u05d0\u0301\U0001f469\u200d\U0001f52c<&\"'\\\x85" * 32)[:256].strip()
    assert read(("displayName", name)).name == name
    assert len(read(("givenName", "a" * 9000), ("sn", "b" * 9000)).name) == 1001


# Groups


def test_groups_have_three_states_and_overage():
    assert read().groups == Groups("absent")
    for empty in ((), ("",), (" \n",), (None,)):
        assert read(("groups", *empty)).groups == Groups("empty")
    assert read(("groups", " staff ", "", "staff")).groups == Groups("present", ("staff",))
    assert read((OVERAGE, "https://graph.example/x")).groups == Groups("overage")
    assert read((OVERAGE.upper(),)).groups == Groups("overage")


def test_overage_keeps_the_roles_that_were_sent():
    assert read((OVERAGE, "x"), ("role", "admin")).groups == Groups("overage", ("admin",))


def test_groups_are_exact():
    assert read(("groups", "Staff", "staff ", "CN=Staff,OU=x")).groups.values == (
        "Staff",
        "staff",
        "CN=Staff,OU=x",
    )


# The detail for the record


def test_the_detail_is_plain_and_bounded():
    many = read(
        ("mail", *(f"a{n}@acme.example" for n in range(300))), ("groups", *map(str, range(500)))
    ).as_detail()
    assert many["groups"]["count"] == 500
    assert len(many["groups"]["values"]) == len(many["emails"]) == 200
    assert read(("objectid", "o-1")).as_detail() == {
        "idp": IDP_ENTITY_ID,
        "identifiers": [["attribute:objectid", "o-1"], ["nameid", "a1d4-ada"]],
        "emails": [],
        "email_source": "",
        "name": "",
        "groups": {"state": "absent", "count": 0, "values": []},
    }


# attributes.json


def test_a_map_reads_back_as_it_was_written():
    assert attribute_map.parse(MAP.as_json()) == MAP


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": ["NameID"]}, "identifiers"),
        ({"identifiers": ["attribute:"]}, "identifiers"),
        ({"identifiers": ["nameid", "nameid"]}, "identifiers"),
        ({"identifiers": "nameid"}, "identifiers"),
        ({"emails": []}, "emails"),
        ({"emails": ["mail"]}, "emails"),
        ({"emails": [7]}, "emails"),
        ({"groups": [""]}, "groups"),
        ({"groups": None}, "groups"),
        ({"groups": ["x" * 513]}, "groups"),
        ({"overage": [f"n{n}" for n in range(65)]}, "overage"),
        ({"first_names": ["a\ud800"]}, "first_names"),
        ({"e-mails": []}, "e-mails"),
    ],
)
def test_a_map_with_a_value_nobody_can_use_is_refused(change, name):
    with pytest.raises(UnusableError) as caught:
        attribute_map.parse(MAP.as_json() | change)
    assert str(caught.value) == name


@pytest.mark.parametrize("name", sorted(MAP.as_json()))
def test_a_map_with_a_name_missing_is_refused(name):
    value = MAP.as_json()
    del value[name]
    with pytest.raises(UnusableError):
        attribute_map.parse(value)
