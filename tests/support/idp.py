"""A small Identity Provider for tests: one good message, with one change, for any time.

    from support.idp import Idp, NOW, ACS_URL, SP_ENTITY_ID, REQUEST_ID, key_named

    idp = Idp()
    octets = idp.response()                                       # good; only the assertion is signed
    octets = idp.response(sign="both")                            # assertion | response | both | none
    octets = idp.response(sign="response", encrypt=True)          # encrypt=EncryptionSpec(algorithm=…) for a variant
    octets = idp.response(recipient="https://elsewhere.example/")   # any field of sp.demo.messages.ResponseSpec
    octets = idp.response(in_response_to=None)                    # in both places; None: unsolicited
    octets = idp.response(at=NOW + timedelta(hours=1))            # every time moves along
    octets = idp.response(change=lambda root: root.find(…).…)     # the tree before it is signed
    octets = idp.response(after=lambda root: …)                   # the tree after signing and encrypting
    octets = idp.response(signature={"algorithm": RSA_SHA512, "digest": SHA512, "c14n": INCLUSIVE,
                                     "transforms": (ENVELOPED, INCLUSIVE), "prefixes": ("xs",),
                                     "template_change": f})       # sp.demo.signing.sign's arguments
    octets = idp.response(attributes=ADA_ATTRIBUTES + (AttributeSpec("groups", ("staff",)),))
    octets = idp.response(key=key_named("rsa-b"))                 # signed by another key than the metadata's
    octets = Idp(keys=("ec",)).response(signature={"algorithm": ECDSA_SHA256})
    octets = idp.response(encrypted_name_id=True)
    root = idp.unsigned()                                         # the tree, to be built upon by hand
    idp.expectation(request_id=None)                              # sp.saml.types.Expectation at NOW that fits response()
    idp.metadata()                                                # octets

A `change` or `after` that returns an element gives a new root; any other result is ignored.
`find(root, "saml:Assertion/saml:Subject")` finds by the prefixes samlp, saml, ds, xenc.
Keys by name: rsa-a, rsa-b, rsa-weak (1024 bits), ec (P-256), sp, sp-old (RSA, the SP's decryption).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree
from support.key_pairs import KeyPair, key_named

from sp.demo.encryption import DEFAULT, EncryptionSpec, encrypt_assertion, encrypt_name_id
from sp.demo.messages import AttributeSpec, ResponseSpec, assertion_of, make_response, to_octets
from sp.demo.metadata import IdpDescription, make_idp_metadata
from sp.demo.names import ECDSA_SHA256, PREFIXES, RSA_SHA256
from sp.demo.signing import sign
from sp.saml.types import Element, Expectation

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
IDP_ENTITY_ID = "https://idp.example.com/saml"
SP_BASE_URL = "https://sp.example.com"
SP_ENTITY_ID = "https://sp.example.com/saml/acme/metadata"
ACS_URL = "https://sp.example.com/saml/acme/acs"
REQUEST_ID = "_request-1"
ADA_NAME_ID = "a1d4-ada"
GRACE_NAME_ID = "6f2c-grace"
ADA_ATTRIBUTES = (
    AttributeSpec("email", ("ada@acme.example",)),
    AttributeSpec("firstName", ("Ada",)),
    AttributeSpec("lastName", ("Lovelace",)),
)
GRACE_ATTRIBUTES = (
    AttributeSpec("email", ("grace@acme.example",)),
    AttributeSpec("firstName", ("Grace",)),
    AttributeSpec("lastName", ("Hopper",)),
)

Change = Callable[[Element], object]


def find(root: Element, path: str) -> Element:
    """Return the first element at a path with the prefixes samlp, saml, ds, xenc; fails if absent."""
    found = root.find(path, PREFIXES)
    assert found is not None, path
    return found


@dataclass(frozen=True)
class Idp:
    """An IdP by entityID and key names; the first key signs, all stand in the metadata."""

    entity_id: str = IDP_ENTITY_ID
    keys: tuple[str, ...] = ("rsa-a",)
    sp_entity_id: str = SP_ENTITY_ID
    acs_url: str = ACS_URL

    def spec(self, at: datetime = NOW, **overrides) -> ResponseSpec:
        """Return the good Response for that moment, with fields replaced."""
        if "in_response_to" in overrides:
            request_id = overrides.pop("in_response_to")
            overrides = {
                "response_in_response_to": request_id,
                "confirmation_in_response_to": request_id,
            } | overrides
        good = ResponseSpec(
            response_issue_instant=at,
            response_issuer=self.entity_id,
            response_in_response_to=REQUEST_ID,
            destination=self.acs_url,
            assertion_issue_instant=at,
            issuer=self.entity_id,
            name_id=ADA_NAME_ID,
            confirmation_in_response_to=REQUEST_ID,
            confirmation_not_on_or_after=at + timedelta(minutes=5),
            recipient=self.acs_url,
            not_before=at - timedelta(minutes=1),
            not_on_or_after=at + timedelta(minutes=5),
            audiences=((self.sp_entity_id,),),
            authn_instant=at,
            attributes=ADA_ATTRIBUTES,
        )
        return replace(good, **overrides)

    def unsigned(self, at: datetime = NOW, **overrides) -> Element:
        """Return the good Response as an unsigned tree."""
        return make_response(self.spec(at, **overrides))

    def response(
        self,
        change: Change | None = None,
        *,
        sign: str = "assertion",
        encrypt: bool | EncryptionSpec = False,
        encrypted_name_id: bool | EncryptionSpec = False,
        encrypt_for: str | RSAPublicKey = "sp",
        after: Change | None = None,
        key: KeyPair | None = None,
        signature: dict | None = None,
        at: datetime = NOW,
        **overrides,
    ) -> bytes:
        """Return one message: good, save for what the arguments change."""
        root = _changed(self.unsigned(at, **overrides), change)
        named = isinstance(encrypt_for, str)
        public_key = key_named(encrypt_for).private_key.public_key() if named else encrypt_for
        if encrypted_name_id:
            encrypt_name_id(assertion_of(root), public_key, _spec_of(encrypted_name_id))
        if sign in ("assertion", "both"):
            self.sign(assertion_of(root), key, **(signature or {}))
        if encrypt:
            encrypt_assertion(root, public_key, _spec_of(encrypt))
        if sign in ("response", "both"):
            self.sign(root, key, **(signature or {}))
        return to_octets(_changed(root, after))

    def sign(self, element: Element, key: KeyPair | None = None, **arguments) -> Element:
        """Sign an element of a tree in place, by the first key unless another is given."""
        pair = key or key_named(self.keys[0])
        is_ec = isinstance(pair.private_key, ec.EllipticCurvePrivateKey)
        arguments.setdefault("algorithm", ECDSA_SHA256 if is_ec else RSA_SHA256)
        arguments.setdefault("certificate", pair.certificate)
        return sign(element, pair.private_key, **arguments)

    def expectation(self, **overrides) -> Expectation:
        """Return what `response()` meets at NOW."""
        good = Expectation(
            instant=NOW,
            tolerance=timedelta(seconds=180),
            maximum_age=timedelta(hours=24),
            sp_entity_id=self.sp_entity_id,
            acs_url=self.acs_url,
            idp_entity_id=self.entity_id,
            keys=tuple(key_named(name).signing_key for name in self.keys),
            request_id=REQUEST_ID,
            unsolicited="restart",
            exceptions=frozenset(),
            authenticated_after=None,
            contexts=(),
        )
        return good._replace(**overrides)

    def metadata(self, **overrides) -> bytes:
        """Return the IdP's metadata; overrides are fields of sp.demo.metadata.IdpDescription."""
        good = IdpDescription(
            entity_id=self.entity_id,
            certificates=tuple(("signing", key_named(name).certificate) for name in self.keys),
            sso_redirect="https://idp.example.com/saml/sso",
            sso_post="https://idp.example.com/saml/sso",
        )
        return make_idp_metadata(replace(good, **overrides))


def _spec_of(wanted) -> EncryptionSpec:
    return wanted if isinstance(wanted, EncryptionSpec) else DEFAULT


def _changed(root: Element, change: Change | None) -> Element:
    result = None if change is None else change(root)
    return result if isinstance(result, etree._Element) else root
