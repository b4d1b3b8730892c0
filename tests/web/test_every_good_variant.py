"""Everything that the requirements allow signs in, through the ACS, one variant at a time."""

from __future__ import annotations

import base64
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree
from support.idp import ADA_ATTRIBUTES, SP_ENTITY_ID, Idp, find, key_named
from support.pages import ACS, Person, make_live
from support.tree_changes import added

from sp import clock
from sp.demo import names
from sp.demo.encryption import DEFAULT
from sp.demo.messages import AttributeSpec
from sp.flows import key_rollover, membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.saml.urn import q

ASSERTION = "saml:Assertion"
SUBJECT_ID = "urn:oasis:names:tc:SAML:attribute:subject-id"
OAEP_256 = replace(
    DEFAULT, key_transport=names.RSA_OAEP, digest=names.SHA256, mgf=names.MGF1_SHA256
)
FORMS = (
    names.EXCLUSIVE,
    names.EXCLUSIVE_WITH_COMMENTS,
    names.INCLUSIVE,
    names.INCLUSIVE_WITH_COMMENTS,
)


def other_confirmation_first(**data):
    """Give a change that puts a copy of the confirmation first, its data changed."""

    def change(root):
        subject = find(root, f"{ASSERTION}/saml:Subject")
        copy = deepcopy(find(subject, "saml:SubjectConfirmation"))
        copy.find("{*}SubjectConfirmationData").attrib.update(data)
        subject.insert(1, copy)

    return change


def list_prefixes(signature):
    method = find(signature, "ds:SignedInfo/ds:CanonicalizationMethod")
    etree.SubElement(method, q("ec:InclusiveNamespaces"), PrefixList="xs saml")


def emails(*values):
    return (AttributeSpec("email", values), *ADA_ATTRIBUTES[1:])


def moment(**span):
    """Give a moment of the case, to be made when it is sent."""
    return lambda: clock.now() + timedelta(**span)


VARIANTS = {
    **{f"signed: {sign}": {"sign": sign} for sign in ("assertion", "response", "both")},
    **{
        f"signed by {algorithm.rpartition('#')[2]}": {"signature": {"algorithm": algorithm}}
        for algorithm in (
            names.RSA_SHA256,
            names.RSA_SHA384,
            names.RSA_SHA512,
            names.RSA_PSS_SHA256,
            names.RSA_PSS_SHA512,
        )
    },
    **{
        f"digest {digest.rpartition('#')[2]}": {"signature": {"digest": digest}}
        for digest in (names.SHA384, names.SHA512)
    },
    **{
        f"canonical form {number}": {
            "signature": {"c14n": form, "transforms": (names.ENVELOPED, form)}
        }
        for number, form in enumerate(FORMS)
    },
    "enveloped alone": {"signature": {"transforms": (names.ENVELOPED,)}},
    "prefixes listed": {"signature": {"prefixes": ("xs", "saml")}},
    **{
        f"encrypted, signed: {sign}": {"sign": sign, "encrypt": True}
        for sign in ("assertion", "response", "both")
    },
    **{
        f"encrypted by {algorithm.rpartition('#')[2]}": {
            "encrypt": replace(DEFAULT, algorithm=algorithm)
        }
        for algorithm in (
            names.AES128_CBC,
            names.AES192_CBC,
            names.AES256_CBC,
            names.AES128_GCM,
            names.AES192_GCM,
        )
    },
    "OAEP with SHA-256": {"encrypt": OAEP_256},
    "key beside the data": {"encrypt": replace(DEFAULT, key_place="sibling")},
    "key beside the data, not pointed to": {"encrypt": replace(DEFAULT, key_place="sibling_bare")},
    "encrypted name": {"encrypted_name_id": True},
    "encrypted name, OAEP with SHA-256": {"encrypted_name_id": OAEP_256},
    "no Destination": {"destination": None},
    "no Issuer on the Response": {"response_issuer": None},
    "Issuer with its format": {
        "issuer_format": names.SAML.replace("assertion", "nameid-format:entity")
    },
    "InResponseTo in the confirmation only": {"response_in_response_to": None},
    "InResponseTo on the signed Response only": {
        "sign": "response",
        "confirmation_in_response_to": None,
    },
    "several audiences": {"audiences": ((SP_ENTITY_ID, "https://other.example"),)},
    "several restrictions": {
        "audiences": ((SP_ENTITY_ID,), ("https://other.example", SP_ENTITY_ID))
    },
    "OneTimeUse": {"change": added(f"{ASSERTION}/saml:Conditions", "saml:OneTimeUse")},
    "ProxyRestriction": {"change": added(f"{ASSERTION}/saml:Conditions", "saml:ProxyRestriction")},
    "another confirmation first": {
        "change": other_confirmation_first(Recipient="https://elsewhere.example/")
    },
    "a confirmation for another request first": {
        "change": other_confirmation_first(InResponseTo="_another")
    },
    "a code below Success": {"status": (names.SUCCESS, names.NO_PASSIVE)},
    "prefixes listed for the signed info": {"signature": {"template_change": list_prefixes}},
    "another address": {"address": "192.0.2.1"},
    "no SessionIndex": {"session_index": None},
    "SessionIndex is a number": {"session_index": "7"},
    "no context": {"authn_context": names.UNSPECIFIED},
    "clock ahead": {
        "assertion_issue_instant": moment(seconds=180),
        "response_issue_instant": moment(seconds=180),
        "authn_instant": moment(seconds=180),
        "not_before": moment(seconds=180),
    },
    "just expired": {
        "not_on_or_after": moment(seconds=-179),
        "confirmation_not_on_or_after": moment(seconds=-179),
        "not_before": moment(minutes=-9),
    },
    "a day old": {"assertion_issue_instant": moment(hours=-24)},
    "signed in yesterday": {"authn_instant": moment(hours=-20)},
    "fractions": {"authn_instant": "2026-03-02T08:59:59.123456789Z"},
    "an offset": {"authn_instant": "2026-03-02T08:59:59+00:00"},
    "white space around the name": {"name_id": "\n a1d4-ada \t"},
    **{
        f"name format {each.rpartition(':')[2]}": {"name_id_format": each}
        for each in (names.PERSISTENT, names.UNSPECIFIED, names.EMAIL_ADDRESS)
    },
    "no format": {"name_id_format": None},
    "qualifiers": {"name_qualifier": "x", "sp_name_qualifier": SP_ENTITY_ID},
    "no name but subject-id": {
        "name_id": None,
        "attributes": (*ADA_ATTRIBUTES, AttributeSpec(SUBJECT_ID, ("ada@acme.example",))),
    },
    "transient name and subject-id": {
        "name_id_format": names.TRANSIENT,
        "attributes": (*ADA_ATTRIBUTES, AttributeSpec(SUBJECT_ID, ("ada@acme.example",))),
    },
    "no attributes, the name is an address": {"name_id": "ada@acme.example", "attributes": ()},
    "several addresses": {"attributes": emails("ada@private.example", "ada@acme.example")},
    "address in capitals": {"attributes": emails("Ada@ACME.example")},
    "attribute name in other letters": {
        "attributes": (AttributeSpec("EMAIL", ("ada@acme.example",)),)
    },
    "repeated name": {
        "attributes": (
            *ADA_ATTRIBUTES,
            AttributeSpec("groups", ("a",)),
            AttributeSpec("groups", ("b",)),
        )
    },
    "unknown attributes": {
        "attributes": (*ADA_ATTRIBUTES, AttributeSpec("x", ("\U0001f511" * 256,)))
    },
}


@pytest.fixture
def live(app, config, clock, client, quick_keys):
    """A function that makes acme live at an Identity Provider, and gives Ada's browser there."""

    def make(idp=None):
        key_rollover.generate_keys(config, actor=COMMAND_LINE)
        make_live(config, "acme", "acme.example", idp=idp)
        ada = Person(client, idp or Idp())
        ada.start(return_to="/reports")
        return ada

    return make


def assert_signed_in(answer):
    assert (answer.status_code, answer.location) == (303, "/reports")
    assert [view.email for view in revocation.list_sessions("acme")] == ["ada@acme.example"]


@pytest.mark.parametrize("name", VARIANTS)
def test_what_the_requirements_allow_signs_in(live, config, name):
    ada = live()
    variant = {
        key: value() if getattr(value, "__qualname__", "").startswith("moment") else value
        for key, value in VARIANTS[name].items()
    }
    variant.setdefault("encrypt_for", config.keyring().encryption.private_key.public_key())
    assert_signed_in(ada.answer(**variant))


@pytest.mark.parametrize("algorithm", [names.ECDSA_SHA256, names.ECDSA_SHA384, names.ECDSA_SHA512])
def test_an_elliptic_curve_key_signs_as_well(live, algorithm):
    ada = live(Idp(keys=("ec",)))
    assert_signed_in(ada.answer(signature={"algorithm": algorithm}))


def test_each_of_two_keys_signs_during_a_rollover(live):
    ada = live(Idp(keys=("rsa-a", "rsa-b")))
    assert_signed_in(ada.answer(key=key_named("rsa-b")))
    ada.start(return_to="/reports", login_hint="somebody@acme.example")
    assert_signed_in(ada.answer())


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_base64_in_lines_is_read(live, end):
    ada = live()
    text = base64.b64encode(ada.make()).decode()
    lines = end.join(text[start : start + 76] for start in range(0, len(text), 76))
    data = {"SAMLResponse": lines, "RelayState": ada.relay_state}
    assert_signed_in(ada.client.post(ACS, data=data))


def test_an_account_remembers_any_name_whole(live):
    name = "Ångström O'Brien & <Sons> " + "\U0001f511" * 100
    live().answer(attributes=(*ADA_ATTRIBUTES, AttributeSpec("displayName", (name,))))
    (ada,) = membership.list_accounts("acme")
    assert ada.name == name
