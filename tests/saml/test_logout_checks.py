"""Every rule of a logout message breaks alone by its code, and what the rules allow passes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import IDP_ENTITY_ID, NOW, find
from support.logout import IDP, LOGOUT_ID, SLO_URL, code_of_logout, judge
from support.tree_changes import added, removed

from sp.saml import urn
from sp.saml.logout_types import entra_issuers

SECOND = timedelta(seconds=1)
TOLERANCE = timedelta(seconds=180)
AGE = timedelta(minutes=5)
OTHER = "https://other.example/saml"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
STS = f"https://sts.windows.net/{TENANT}/"
LOGIN = f"https://login.microsoftonline.com/{TENANT}/"


def code(change=None, expect=None, **overrides):
    return code_of_logout(IDP.posted(IDP.request(change, **overrides)), **(expect or {}))


def answered(change=None, expect=None, **overrides):
    octets = IDP.posted(IDP.response(change, **overrides))
    return code_of_logout(octets, "LogoutResponse", **({"request_id": LOGOUT_ID} | (expect or {})))


BROKEN = [
    ("version", {"version": "1.1"}),
    ("version", {"version": None}),
    ("issuer", {"issuer": None}),
    ("issuer", {"issuer": ""}),
    ("issuer", {"issuer": OTHER}),
    ("issuer", {"issuer": IDP_ENTITY_ID + "/"}),
    ("issuer", {"issuer_format": urn.PERSISTENT}),
    ("destination", {"destination": None}),
    ("destination", {"destination": ""}),
    ("destination", {"destination": SLO_URL + "2"}),
    ("destination", {"destination": SLO_URL[:-1]}),
    ("destination", {"destination": SLO_URL + "/soap"}),
    ("destination", {"destination": "https://sp.example.com/saml/globex/slo"}),
    ("issue_instant", {"issue_instant": NOW + TOLERANCE + SECOND}),
    ("issue_instant", {"issue_instant": None}),
    ("issue_instant", {"issue_instant": "now"}),
    ("too_old", {"issue_instant": NOW - AGE - TOLERANCE - SECOND}),
]
ALLOWED = [
    {"issuer": f" {IDP_ENTITY_ID}\n"},
    {"issuer_format": urn.ENTITY},
    {"issue_instant": NOW + TOLERANCE},
    {"issue_instant": NOW - AGE - TOLERANCE},
    {"issue_instant": "2026-03-02T09:00:00.123456789+00:00"},
]


@pytest.mark.parametrize(("refused", "overrides"), BROKEN)
@pytest.mark.parametrize("judged", [code, answered])
def test_one_wrong_part_is_refused_by_its_code(judged, refused, overrides):
    assert judged(**overrides) == refused


@pytest.mark.parametrize("overrides", ALLOWED)
@pytest.mark.parametrize("judged", [code, answered])
def test_what_the_rules_allow_is_accepted(judged, overrides):
    assert judged(**overrides) == ""


@pytest.mark.parametrize(
    ("end", "refused"),
    [
        (None, ""),
        (NOW - TOLERANCE + SECOND, ""),
        (NOW - TOLERANCE, "expired"),
        ("soon", "expired"),
        ("", "expired"),
    ],
)
def test_a_request_that_has_ended_is_refused(end, refused):
    assert code(not_on_or_after=end) == refused


@pytest.mark.parametrize("name_id", [None, "", " \n"])
def test_a_request_without_a_name_is_refused(name_id):
    assert code(name_id=name_id) == "name_id"


def test_a_base_id_is_refused():
    def change(root):
        find(root, "saml:NameID").tag = "{urn:oasis:names:tc:SAML:2.0:assertion}BaseID"

    assert code(change) == "name_id"


def test_two_names_are_refused():
    assert code(added(".", "saml:NameID", "grace", index=2)) == "name_id"
    assert code(added(".", "saml:NameID", "grace", index=2), encrypted_name_id=True) == "name_id"


def test_a_name_with_elements_in_it_is_refused():
    assert code(added("saml:NameID", "saml:NameID", "grace")) == "name_id"


@pytest.mark.parametrize("named", [None, "", "_another", LOGOUT_ID + "2", LOGOUT_ID.upper()])
def test_an_answer_to_another_request_or_to_none_is_refused(named):
    assert answered(in_response_to=named) == "in_response_to"


def test_an_answer_over_the_connection_of_its_question_went_to_no_address():
    def over_soap(**overrides):
        octets = IDP.soap(IDP.response(**overrides))
        return code_of_logout(octets, "LogoutResponse", request_id=LOGOUT_ID)

    assert over_soap(destination=None) == ""
    assert over_soap(destination="") == ""
    assert over_soap(destination=SLO_URL + "2") == "destination"
    assert code_of_logout(IDP.soap(IDP.request(destination=None))) == "destination"


def test_an_answer_where_nothing_was_asked_is_refused():
    assert answered(expect={"request_id": None}) == "in_response_to"
    assert answered(expect={"request_id": None}, in_response_to=None) == "in_response_to"


def test_an_answer_without_a_status_is_refused():
    assert answered(status=()) == "status"
    assert answered(removed("samlp:Status/samlp:StatusCode")) == "status"


@pytest.mark.parametrize(
    "status",
    [
        (urn.SUCCESS, urn.PARTIAL_LOGOUT),
        (urn.RESPONDER,),
        (urn.REQUESTER, urn.UNKNOWN_PRINCIPAL),
        (urn.RESPONDER, urn.REQUEST_DENIED, "urn:example:busy"),
    ],
)
def test_a_status_is_data_whatever_it_says(status):
    octets = IDP.posted(IDP.response(status=status, status_message=" Not all. "))
    judgement = judge(octets, "LogoutResponse", request_id=LOGOUT_ID)
    assert judgement.refusal is None
    assert judgement.response.status == status
    assert judgement.response.status_message == "Not all."


def test_entra_signs_by_another_name_of_the_same_tenant():
    expect = {"idp_entity_id": STS, "other_issuers": entra_issuers(STS)}
    assert answered(expect=expect, issuer=STS) == ""
    assert answered(expect=expect, issuer=LOGIN) == ""
    other = LOGIN.replace("72f9", "72fa")
    assert answered(expect=expect, issuer=other) == "issuer"
    assert answered(expect=expect | {"other_issuers": ()}, issuer=LOGIN) == "issuer"


@pytest.mark.parametrize(
    ("entity_id", "others"),
    [
        (STS, (LOGIN,)),
        (LOGIN, (STS,)),
        (STS[:-1], ()),
        (STS.replace("https", "http"), ()),
        (STS + "x", ()),
        (STS + "\n", ()),
        ("https://sts.windows.net/common/", ()),
        ("https://sts.windows.net.evil.example/" + TENANT + "/", ()),
        (IDP_ENTITY_ID, ()),
        ("", ()),
    ],
)
def test_only_entra_has_another_name(entity_id, others):
    assert entra_issuers(entity_id) == others


def test_an_idp_without_a_name_is_nobody():
    assert code(expect={"idp_entity_id": ""}, issuer="") == "issuer"


def test_to_the_end_every_broken_rule_is_told():
    octets = IDP.posted(
        IDP.request(version="1.1", issuer=OTHER, destination=None, name_id=None, not_on_or_after="")
    )
    judgement = judge(octets, to_the_end=True)
    failed = [finding.code for finding in judgement.findings if not finding.ok]
    assert failed == ["name_id", "version", "issuer", "destination", "expired", "schema"]
    assert all(finding.section for finding in judgement.findings)
    assert judgement.request is None


def test_a_finding_tells_what_was_expected_and_what_came():
    finding = judge(IDP.posted(IDP.request(destination=SLO_URL + "2"))).refusal
    assert (finding.expected, finding.actual) == (SLO_URL, SLO_URL + "2")
    assert "3.5.5.2" in finding.section
