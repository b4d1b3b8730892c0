"""Every rule up to the end of the checks, broken alone on a good message, through the ACS.

Whatever the reason: it stands in the record and nowhere else, nobody is signed in, no account is
made, nothing is spent, and the page is the same one.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from support.idp import ACS_URL, SP_ENTITY_ID, find, key_named
from support.pages import ACS, Person, make_live, read
from support.tree_changes import added, changed, removed

from sp import clock, db
from sp.audit import ledger
from sp.demo import names
from sp.demo.encryption import DEFAULT, encrypt_name_id
from sp.demo.messages import AttributeSpec, to_octets
from sp.flows import key_rollover, membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.saml.errors import Refused
from sp.saml.urn import q

ASSERTION = "saml:Assertion"
SUBJECT = f"{ASSERTION}/saml:Subject"
CONDITIONS = f"{ASSERTION}/saml:Conditions"
SIGNATURE = f"{ASSERTION}/ds:Signature"
INFO = f"{SIGNATURE}/ds:SignedInfo"
REFERENCE = f"{INFO}/ds:Reference"
TRANSFORMS = f"{REFERENCE}/ds:Transforms"
DATA = "saml:EncryptedAssertion/xenc:EncryptedData"
OTHER = "https://other.example/saml"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
USES = (("signing", "rsa-a"), ("encryption", "rsa-b"))


def from_now(**span):
    """Give a function of the moment, so that a case is made for the time it is sent at."""
    return lambda: clock.now() + timedelta(**span)


def around(prefix, suffix=b""):
    """Give a change of a message's octets."""
    return lambda octets: prefix + octets + suffix


def second_assertion(root):
    copy = deepcopy(find(root, ASSERTION))
    copy.set("ID", "_second")
    root.append(copy)


def hidden_assertion(root):
    detail = etree.SubElement(find(root, "samlp:Status"), q("samlp:StatusDetail"))
    copy = deepcopy(find(root, ASSERTION))
    copy.set("ID", "_hidden")
    detail.append(copy)


def second_signature(root):
    find(root, ASSERTION).append(deepcopy(find(root, SIGNATURE)))


def misplaced_signature(root):
    find(root, SUBJECT).append(deepcopy(find(root, SIGNATURE)))


def second_reference(root):
    find(root, INFO).append(deepcopy(find(root, REFERENCE)))


def cipher_reference(root):
    data = find(root, f"{DATA}/xenc:CipherData")
    data[:] = [etree.Element(q("xenc:CipherReference"), URI="file:///dev/zero")]


def no_canonical_form(root):
    octets = to_octets(root).replace(
        b"<saml:Conditions", b'<saml:Conditions xmlns:x="relative" x:y=""'
    )
    return etree.fromstring(octets)


def other_type(root):
    logout = etree.Element(q("samlp:LogoutRequest"), dict(root.attrib), nsmap=root.nsmap)
    logout.extend(list(root))
    return logout


def encrypted_attribute(root):
    """Put in a whole EncryptedAttribute, which we pass over and python3-saml does not."""
    encrypt_name_id(find(root, ASSERTION), key_named("sp").private_key.public_key())
    encrypted = find(root, f"{SUBJECT}/saml:EncryptedID")
    encrypted.tag = q("saml:EncryptedAttribute")
    find(root, f"{ASSERTION}/saml:AttributeStatement").append(encrypted)


def nested_value(path):
    def change(root):
        find(root, path).attrib.clear()  # its type would be another rule of the schema
        added(path, "saml:NameID", "grace")(root)

    return change


GATE = {
    "too_large": {"octets": around(b"", b" " * 600_000)},
    "not_well_formed": {"octets": around(b"<")},
    "has_dtd": {"octets": around(b"<!DOCTYPE x [<!ENTITY a 'b'>]>")},
    "processing_instruction": {"octets": around(b"<?php ?>")},
    "xinclude": {"change": added(ASSERTION, "xi:include", href="file:///etc/passwd")},
    "too_deep": {"octets": lambda _: b"<a>" * 70 + b"</a>" * 70},
    "too_many_elements": {"octets": lambda _: b"<a>" + b"<b/>" * 20_001 + b"</a>"},
    "wrong_message_type": {"after": other_type},
    "bad_id": {"assertion_id": "1"},
    "duplicate_id": {"response_id": "_same", "assertion_id": "_same"},
    "assertion_count": {"after": second_assertion},
    "hidden_assertion": {"after": hidden_assertion},
    "bad_signature_place": {"after": misplaced_signature},
    "several_signatures": {"after": second_signature},
    "several_references": {"after": second_reference},
    "bad_reference": {"after": changed(REFERENCE, URI="")},
    "signature_object": {"after": added(SIGNATURE, "ds:Object")},
    "bad_signature": {"after": removed(f"{SIGNATURE}/ds:SignatureValue")},
    "bad_transform": {"after": changed(f"{TRANSFORMS}/ds:Transform[2]", Algorithm=XSLT)},
    "bad_canonicalization": {
        "after": changed(f"{INFO}/ds:CanonicalizationMethod", Algorithm="urn:none")
    },
    "algorithm_not_allowed": {
        "after": changed(f"{INFO}/ds:SignatureMethod", Algorithm=names.RSA_MD5)
    },
    "encryption_not_allowed": {"encrypt": replace(DEFAULT, key_transport=names.RSA_1_5)},
    "cipher_reference": {"encrypt": True, "after": cipher_reference},
    "bad_retrieval_method": {
        "encrypt": replace(DEFAULT, key_place="sibling"),
        "after": changed(f"{DATA}/ds:KeyInfo/ds:RetrievalMethod", URI="file:///dev/zero"),
    },
}
VERIFICATION = {
    "not_signed": {"sign": "none"},
    "signature_invalid": {"key": key_named("rsa-b")},
    "digest_mismatch": {"after": nested_value(SUBJECT)},
    "empty_canonical": {"after": no_canonical_form},
    "sha1_not_allowed": {"signature": {"algorithm": names.RSA_SHA1, "digest": names.SHA1}},
    "not_decrypted": {"encrypt": True, "encrypt_for": "rsa-b"},
    "schema": {"change": added(ASSERTION, "saml:Issuer", "x")},
    "second_verdict": {"change": encrypted_attribute},
}
CHECKS = {
    "version": {"assertion_version": "1.1"},
    "issuer": {"issuer": OTHER},
    "destination": {"destination": ACS_URL + "2"},
    "recipient": {"recipient": ACS_URL + "2"},
    "audience": {"audiences": ((SP_ENTITY_ID,), (OTHER,))},
    "conditions": {"change": removed(CONDITIONS)},
    "unknown_condition": {"change": added(CONDITIONS, "saml:Condition")},
    "subject_confirmation": {"confirmation_method": None},
    "not_yet_valid": {"not_before": from_now(minutes=4)},
    "expired": {"not_on_or_after": from_now(minutes=-4), "not_before": from_now(minutes=-9)},
    "issue_instant": {"assertion_issue_instant": from_now(minutes=4)},
    "too_old": {"assertion_issue_instant": from_now(hours=-25)},
    "authn_instant": {"authn_instant": from_now(minutes=4)},
    "session_expired": {"session_not_on_or_after": from_now(minutes=-4)},
    "authn_statement": {"change": removed(f"{ASSERTION}/saml:AuthnStatement")},
    "in_response_to": {"response_in_response_to": "_another"},
    "name_id": {"change": nested_value(f"{SUBJECT}/saml:NameID")},
    "attribute": {
        "attributes": (AttributeSpec("email", ("ada@acme.example",)),),
        "change": nested_value(
            f"{ASSERTION}/saml:AttributeStatement/saml:Attribute/saml:AttributeValue"
        ),
    },
}
ALL = GATE | VERIFICATION | CHECKS


@pytest.fixture
def ada(app, config, clock, client, quick_keys):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    make_live(config, "acme", "acme.example")
    browser = Person(client)
    browser.start(return_to="/reports")
    return browser


def made(ada, config, octets=None, **case):
    """Give the message of a case: made for this moment, encrypted for our own key."""
    case = {name: value() if is_moment(value) else value for name, value in case.items()}
    case.setdefault("encrypt_for", config.keyring().encryption.private_key.public_key())
    message = ada.make(**{"assertion_id": "_assertion", **case})
    return octets(message) if octets else message


def is_moment(value):
    return getattr(value, "__qualname__", "").startswith("from_now")


def last_sign_in():
    with db.read() as transaction:
        (event,) = ledger.list_events(transaction, "acme", limit=1, kind="sign_in")
    return event


def text_of(answer):
    page = read(answer)
    return page.title, page.text.replace(page.reference, ""), page.buttons


@pytest.mark.parametrize("code", ALL)
def test_a_broken_rule_is_recorded_by_its_code_and_changes_nothing(ada, config, code):
    answer = ada.post(made(ada, config, **ALL[code]))
    event = last_sign_in()
    assert event.code == code
    assert event.reference == read(answer).reference
    assert answer.status_code == 403
    assert Refused.public in read(answer).text
    assert answer.headers.getlist("Set-Cookie") == []
    assert text_of(answer) == text_of(ada.post(made(ada, config, sign="none")))
    assert revocation.list_sessions("acme") == []
    assert membership.list_accounts("acme") == []
    good = ada.post(made(ada, config))
    assert (good.status_code, good.location) == (303, "/reports")


@pytest.mark.parametrize(
    ("code", "request_of"),
    [
        ("not_base64", {"data": {"SAMLResponse": "PHg+*"}}),
        ("duplicate_parameter", {"data": {"SAMLResponse": ["PHg+", "PHg+"]}}),
        ("duplicate_parameter", {"data": {}}),
        (
            "duplicate_parameter",
            {"data": {"SAMLResponse": "PHg+"}, "query_string": {"SAMLResponse": "PHg+"}},
        ),
        ("wrong_message_type", {"data": {"SAMLResponse": "PHg+", "SAMLRequest": "PHg+"}}),
    ],
)
def test_a_form_of_another_shape_is_recorded_and_reads_the_same(ada, config, code, request_of):
    answer = ada.client.post(ACS, **request_of)
    assert last_sign_in().code == code
    page, other = read(answer), read(ada.post(made(ada, config, sign="none"), relay_state=None))
    assert page.text.replace(page.reference, "") == other.text.replace(other.reference, "")


def test_a_key_for_encryption_never_verifies(app, config, clock, client, quick_keys):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    certificates = [(use, key_named(name).certificate) for use, name in USES]
    make_live(config, "acme", "acme.example", certificates=tuple(certificates))
    ada = Person(client)
    ada.start()
    ada.answer(key=key_named("rsa-b"))
    assert last_sign_in().code == "signature_invalid"
    assert ada.answer().status_code == 303
