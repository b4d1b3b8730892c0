"""Every check breaks on exactly its own rule, and the variants that the rules allow pass."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
from lxml import etree
from support.idp import ACS_URL, IDP_ENTITY_ID, NOW, REQUEST_ID, SP_ENTITY_ID, Idp, find
from support.judging import IDP, code_of_judgement, judge
from support.tree_changes import added, changed, removed

from sp.demo.messages import AttributeSpec
from sp.saml import checks, urn

SECOND = timedelta(seconds=1)
TOLERANCE = timedelta(seconds=180)
EARLIER = NOW - timedelta(hours=1)
ASSERTION = "saml:Assertion"
CONFIRMATION = "saml:Assertion/saml:Subject/saml:SubjectConfirmation"
DATA = CONFIRMATION + "/saml:SubjectConfirmationData"
CONDITIONS = "saml:Assertion/saml:Conditions"
STATEMENT = "saml:Assertion/saml:AuthnStatement"


def code(change=None, expect=None, **overrides):
    return code_of_judgement(IDP.response(change, **overrides), **(expect or {}))


def test_the_good_message_is_good():
    assert code() == ""


@pytest.mark.parametrize(
    ("refused", "overrides"),
    [
        ("version", {"response_version": "1.1"}),
        ("version", {"assertion_version": "1.1"}),
        ("issuer", {"issuer": "https://other.example/saml"}),
        ("issuer", {"response_issuer": "https://other.example/saml"}),
        ("issuer", {"issuer": ""}),
        ("issuer", {"issuer": f"{IDP_ENTITY_ID}\n"}),
        ("issuer", {"issuer": f"{IDP_ENTITY_ID}\n", "encrypt": True}),
        ("issuer", {"issuer_format": urn.PERSISTENT}),
        ("destination", {"destination": ACS_URL + "2"}),
        ("destination", {"destination": "https://sp.example.com/saml/globex/acs"}),
        ("destination", {"destination": "", "sign": "response"}),
        ("destination", {"destination": None, "sign": "response"}),
        ("recipient", {"recipient": ACS_URL + "2"}),
        ("recipient", {"recipient": "https://evil.example/?" + ACS_URL}),
        ("recipient", {"recipient": None}),
        ("audience", {"audiences": ()}),
        ("audience", {"audiences": (("https://other.example",),)}),
        ("audience", {"audiences": ((SP_ENTITY_ID,), ("https://other.example",))}),
        ("audience", {"audiences": (("",),)}),
        ("audience", {"audiences": ((SP_ENTITY_ID + "/",),)}),
        ("audience", {"audiences": ((f"{SP_ENTITY_ID} ",),)}),
        ("audience", {"audiences": ((f"{SP_ENTITY_ID} ",),), "encrypt": True}),
        ("subject_confirmation", {"confirmation_method": None}),
        (
            "subject_confirmation",
            {"confirmation_method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"},
        ),
        ("subject_confirmation", {"confirmation_not_on_or_after": None}),
        ("subject_confirmation", {"confirmation_not_on_or_after": "soon"}),
        ("subject_confirmation", {"confirmation_not_before": NOW}),
        ("expired", {"confirmation_not_on_or_after": NOW - TOLERANCE}),
        ("expired", {"not_before": EARLIER, "not_on_or_after": NOW - TOLERANCE}),
        ("not_yet_valid", {"not_before": NOW + TOLERANCE + SECOND}),
        ("conditions", {"not_before": NOW, "not_on_or_after": NOW - SECOND}),
        ("conditions", {"not_before": "yesterday"}),
        ("issue_instant", {"assertion_issue_instant": NOW + TOLERANCE + SECOND}),
        ("issue_instant", {"response_issue_instant": NOW + TOLERANCE + SECOND}),
        ("issue_instant", {"response_issue_instant": "now"}),
        ("too_old", {"assertion_issue_instant": NOW - timedelta(hours=24) - TOLERANCE - SECOND}),
        ("authn_instant", {"authn_instant": NOW + TOLERANCE + SECOND}),
        ("authn_instant", {"authn_instant": None}),
        ("session_expired", {"session_not_on_or_after": NOW - TOLERANCE}),
        ("in_response_to", {"response_in_response_to": "_another"}),
        ("in_response_to", {"in_response_to": ""}),
    ],
)
def test_one_wrong_part_is_refused_by_its_code(refused, overrides):
    assert code(**overrides) == refused


@pytest.mark.parametrize(
    "overrides",
    [
        {"destination": None},
        {"not_before": EARLIER, "not_on_or_after": NOW - TOLERANCE + SECOND},
        {"confirmation_not_on_or_after": NOW - TOLERANCE + SECOND},
        {"not_before": NOW + TOLERANCE},
        {"assertion_issue_instant": NOW + TOLERANCE},
        {"authn_instant": NOW + TOLERANCE},
        {"assertion_issue_instant": NOW - timedelta(hours=24)},
        {"session_not_on_or_after": NOW + timedelta(minutes=5)},
        {"session_index": None},
        {"audiences": ((SP_ENTITY_ID, "https://other.example"),)},
        {"audiences": ((SP_ENTITY_ID,), (SP_ENTITY_ID,))},
        {"in_response_to": None},
        {"response_in_response_to": None},
        {"response_issuer": None},
        {"issuer_format": urn.ENTITY},
        {"attributes": ()},
        {"name_id": None},
        {"name_id": "  "},
        {"assertion_issue_instant": "2026-03-02T09:00:00.123456789Z"},
        {"authn_instant": "2026-03-02T09:00:00+00:00"},
        {"not_on_or_after": "2026-03-02T10:00:00.5+00:00"},
    ],
)
def test_what_the_rules_allow_is_accepted(overrides):
    assert code(**overrides) == ""


def test_a_second_authn_statement_is_refused():
    assert code(added(ASSERTION, "saml:AuthnStatement", AuthnInstant="2026-03-02T09:00:00Z")) == (
        "authn_statement"
    )


def test_an_assertion_without_authn_statement_is_refused():
    assert code(removed(STATEMENT)) == "authn_statement"


def test_an_assertion_without_conditions_is_refused():
    assert code(removed(CONDITIONS)) == "conditions"


def test_an_unknown_condition_makes_the_assertion_unusable():
    assert code(added(CONDITIONS, "saml:Condition")) == "unknown_condition"


@pytest.mark.parametrize("tag", ["saml:OneTimeUse", "saml:ProxyRestriction"])
def test_known_conditions_are_fine(tag):
    assert code(added(CONDITIONS, tag)) == ""


def test_one_of_two_confirmations_suffices():
    def add(root):
        add_confirmation(root, Recipient="https://elsewhere.example/")

    assert code(add) == ""


def add_confirmation(root, **data):
    """Put a copy of the confirmation first, its data changed."""
    other = deepcopy(find(root, CONFIRMATION))
    for name, value in data.items():
        other.find("{*}SubjectConfirmationData").set(name, value)
    find(root, "saml:Assertion/saml:Subject").insert(1, other)


def test_a_confirmation_that_does_not_hold_says_nothing_about_the_request():
    judgement = judge(
        IDP.response(
            lambda root: add_confirmation(
                root, Recipient="https://elsewhere.example/", InResponseTo="_another"
            )
        )
    )
    assert judgement.assertion.in_response_to == REQUEST_ID


def test_of_two_confirmations_that_hold_the_one_for_our_request_counts():
    judgement = judge(IDP.response(lambda root: add_confirmation(root, InResponseTo="_another")))
    assert judgement.assertion.in_response_to == REQUEST_ID


def test_an_expired_confirmation_for_somebody_else_moves_no_time():
    def add(root):
        add_confirmation(
            root, Recipient="https://elsewhere.example/", NotOnOrAfter="2020-01-01T00:00:00Z"
        )

    assert code(add) == ""


@pytest.mark.parametrize(
    ("sign", "answered"), [("response", REQUEST_ID), ("both", REQUEST_ID), ("assertion", None)]
)
def test_the_responses_own_in_response_to_counts_where_it_is_signed(sign, answered):
    octets = IDP.response(sign=sign, confirmation_in_response_to=None)
    assert judge(octets).assertion.in_response_to == answered


def test_a_fresh_sign_in_that_was_demanded_must_be_fresh():
    earlier = {"authn_instant": NOW - timedelta(minutes=30)}
    assert code(**earlier) == ""
    assert code(expect={"authenticated_after": NOW - timedelta(minutes=5)}, **earlier) == (
        "authn_instant"
    )
    assert code(expect={"authenticated_after": NOW - timedelta(minutes=5)}) == ""


def test_a_context_that_was_demanded_must_be_the_one():
    wanted = ("urn:oasis:names:tc:SAML:2.0:ac:classes:X509",)
    assert code(expect={"contexts": wanted}) == "authn_context"
    assert code(expect={"contexts": wanted}, authn_context=wanted[0]) == ""


def test_an_answer_to_another_request_is_judged_good_and_says_whose_it_is():
    judgement = judge(IDP.response(in_response_to="_another"))
    assert judgement.refusal is None
    assert judgement.assertion.in_response_to == "_another"


def test_run_to_the_end_every_check_speaks():
    judgement = judge(IDP.response(recipient=None, audiences=()), to_the_end=True)
    codes = [finding.code for finding in judgement.findings]
    failed = {finding.code for finding in judgement.findings if not finding.ok}
    assert {"audience", "recipient"} <= failed
    assert len(codes) >= len(checks.CHECKS)
    assert all(finding.section for finding in judgement.findings)


def test_a_name_with_a_comment_inside_is_read_whole():
    def cut(root):
        name_id = find(root, "saml:Assertion/saml:Subject/saml:NameID")
        name_id.text = "ada@acme.example"
        comment = etree.Comment("x")
        comment.tail = ".evil.example"
        name_id.append(comment)

    for arguments in ({}, {"sign": "response"}, {"sign": "response", "encrypt": True}):
        judgement = judge(IDP.response(cut, **arguments))
        assert judgement.assertion.name_id.value == "ada@acme.example.evil.example"


def test_white_space_around_a_name_is_trimmed():
    judgement = judge(IDP.response(name_id="\n  a1d4-ada\t"))
    assert judgement.assertion.name_id.value == "a1d4-ada"


def test_repeated_names_merge_and_any_text_survives():
    long = "Å" * 300 + "\U0001f511 & <x>"
    attributes = (AttributeSpec("Role", ("a",)), AttributeSpec("Role", (long, "")))
    judgement = judge(IDP.response(attributes=attributes))
    assert judgement.assertion.attributes[0].values == ("a", long, "")


def test_a_value_with_child_elements_is_told_apart():
    def nest(root):
        value = find(
            root, "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue"
        )
        value.attrib.clear()
        added(
            "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue",
            "saml:NameID",
            "ada",
        )(root)

    judgement = judge(IDP.response(nest))
    assert judgement.assertion.attributes[0].values == (None,)


def test_another_method_without_data_does_not_matter():
    def add(root):
        added(
            "saml:Assertion/saml:Subject",
            "saml:SubjectConfirmation",
            Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
        )(root)

    assert code(add) == ""
    assert code(changed(DATA, Address="192.0.2.1")) == ""


def test_two_organisations_with_one_idp_never_share_a_message():
    other = Idp(
        sp_entity_id="https://sp.example.com/saml/globex/metadata",
        acs_url="https://sp.example.com/saml/globex/acs",
    )
    assert code_of_judgement(other.response()) == "destination"
    assert code_of_judgement(other.response(destination=None)) == "audience"
    assert code_of_judgement(other.response(destination=None, audiences=((SP_ENTITY_ID,),))) == (
        "recipient"
    )
