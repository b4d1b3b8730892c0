"""The AuthnRequest is bare by default, and says exactly what is asked for otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree

from sp.saml import urn, xml
from sp.saml.authn_request import make_authn_request
from sp.saml.toolkit import PROTOCOL, schema_error

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"


def make(**changes) -> bytes:
    good = {
        "request_id": "_request-1",
        "issue_instant": datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC),
        "sp_entity_id": "https://sp.example.com/saml/acme/metadata",
        "acs_url": "https://sp.example.com/saml/acme/acs",
        "destination": "https://idp.example.com/saml/sso?tenant=1&x=2",
    }
    return make_authn_request(**(good | changes))


def test_a_request_is_bare_by_default():
    root = xml.parse(make())
    assert dict(root.attrib) == {
        "ID": "_request-1",
        "Version": "2.0",
        "IssueInstant": "2026-03-02T09:00:00Z",
        "Destination": "https://idp.example.com/saml/sso?tenant=1&x=2",
        "ProtocolBinding": urn.POST,
        "AssertionConsumerServiceURL": "https://sp.example.com/saml/acme/acs",
    }
    assert [child.tag for child in root] == [urn.q("saml:Issuer")]
    assert root[0].text == "https://sp.example.com/saml/acme/metadata"
    assert root[0].attrib == {}


def test_the_same_arguments_give_the_same_octets():
    assert make() == make()


def test_a_request_has_no_declaration_and_no_document_type():
    assert make().startswith(b"<samlp:AuthnRequest ")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"force_authn": True},
        {"is_passive": True},
        {"allow_create": True},
        {"contexts": (PASSWORD, KERBEROS)},
        {"force_authn": True, "is_passive": True, "allow_create": True, "contexts": (PASSWORD,)},
    ],
)
def test_every_request_is_valid_by_the_schema(changes):
    assert schema_error(xml.parse(make(**changes)), PROTOCOL) is None


def test_the_schema_check_sees_a_broken_request():
    unversioned = make().replace(b'Version="2.0" ', b"")
    assert schema_error(xml.parse(unversioned), PROTOCOL) is not None


def test_the_instant_is_written_in_utc():
    plus_two = timezone(timedelta(hours=2))
    request = make(issue_instant=datetime(2026, 3, 2, 11, 0, 0, tzinfo=plus_two))
    assert xml.parse(request).get("IssueInstant") == "2026-03-02T09:00:00Z"


def test_a_fresh_sign_in_is_demanded_when_asked_for():
    root = xml.parse(make(force_authn=True))
    assert root.get("ForceAuthn") == "true"
    assert root.get("IsPassive") is None


def test_a_passive_request_says_so():
    assert xml.parse(make(is_passive=True)).get("IsPassive") == "true"


def test_allow_create_comes_without_a_format():
    root = xml.parse(make(allow_create=True))
    policy = root.find(urn.q("samlp:NameIDPolicy"))
    assert dict(policy.attrib) == {"AllowCreate": "true"}


def test_contexts_are_demanded_exactly():
    root = xml.parse(make(contexts=(PASSWORD, KERBEROS)))
    requested = root.find(urn.q("samlp:RequestedAuthnContext"))
    assert requested.get("Comparison") == "exact"
    assert [reference.text for reference in requested] == [PASSWORD, KERBEROS]


@pytest.mark.parametrize("request_id", ["", "1abc", "-abc", "a:b", "a b", "ä1", "a\n"])
def test_an_id_that_is_no_ncname_is_refused(request_id):
    with pytest.raises(ValueError, match="begins with a letter"):
        make(request_id=request_id)


def test_what_an_address_holds_cannot_leave_its_place():
    root = xml.parse(make(destination='https://idp.example.com/"><evil a="'))
    assert root.get("Destination") == 'https://idp.example.com/"><evil a="'
    assert len(root) == 1


def test_no_prefix_is_declared_twice():
    root = etree.fromstring(make())
    assert root.nsmap == {"samlp": urn.SAMLP, "saml": urn.SAML}
