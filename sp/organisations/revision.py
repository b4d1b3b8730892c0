"""A revision: how to trust and read one organisation's Identity Provider, out of its documents."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sp.organisations import attribute_map, json_values
from sp.organisations.attribute_map import AttributeMap
from sp.organisations.json_values import UnusableError
from sp.saml import signing_key, urn
from sp.saml.types import SigningKey

SETTINGS: Final = "settings.json"
ADVANCED: Final = "advanced_settings.json"
ATTRIBUTES: Final = "attributes.json"
METADATA: Final = "idp_metadata.xml"
DOCUMENTS: Final = frozenset({SETTINGS, ADVANCED, ATTRIBUTES, METADATA})
OURS: Final = "clientshare"
"""The key under which python3-saml's documents hold what python3-saml does not know."""

EXCEPTIONS: Final = frozenset({"sha1", "weak-key", "http"})
BINDINGS: Final = {urn.REDIRECT: "redirect", urn.POST: "post"}
LOGOUT_BINDINGS: Final = {**BINDINGS, urn.SOAP: "soap"}
LONGEST_TOLERANCE: Final = 300
LONGEST_AGE: Final = 48 * 3600

_URL: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"\\]+", re.IGNORECASE)
_LONGEST_ENTITY_ID: Final = 1024
_MOST_KEYS: Final = 100
_LONGEST_KEY: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What judges and reads an organisation's messages; bindings are "redirect" or "post".

    `contexts` holds the authentication contexts to demand, exact; () for none. `slo_response_url`
    is where LogoutResponses go where that is another place than `slo_url`. `slo_binding` is "soap"
    only where the IdP takes no logout through the browser.
    """

    slug: str
    number: int
    digest: str
    idp_entity_id: str
    keys: tuple[SigningKey, ...]
    sso_url: str
    sso_binding: str
    slo_url: str | None
    slo_response_url: str | None
    slo_binding: str | None
    sign_requests: bool
    send_login_hint: bool
    tolerance: timedelta
    maximum_age: timedelta
    exceptions: frozenset[str]
    force_authn: bool
    contexts: tuple[str, ...]
    attribute_map: AttributeMap
    documents: Mapping[str, bytes]

    @property
    def has_weak_key(self) -> bool:
        """Say whether a key is one that works live only with a recorded exception."""
        return any(signing_key.is_weak(key) for key in self.keys)


def read_documents(slug: str, number: int, digest: str, documents: Mapping[str, bytes]) -> Revision:
    """Return what a revision's documents say; UnusableError names the value that cannot be used."""
    settings = json_values.load_object(documents[SETTINGS])
    advanced = json_values.load_object(documents[ADVANCED])
    attributes = json_values.load_object(documents[ATTRIBUTES])
    json_values.check_names(settings, frozenset({"strict", "idp", OURS}))
    if json_values.take_truth(settings, "strict") is not True:
        message = "strict"
        raise UnusableError(message)
    return Revision(
        slug=slug,
        number=number,
        digest=digest,
        attribute_map=attribute_map.parse(attributes),
        documents=documents,
        **_read_idp(settings),
        **_read_advanced(advanced),
    )


def make_security(
    *, sign_requests: bool, contexts: tuple[str, ...], exceptions: frozenset[str]
) -> dict[str, Any]:
    """Return python3-saml's `security` block that says the same as our own values."""
    return {
        "authnRequestsSigned": sign_requests,
        "requestedAuthnContext": list(contexts) or False,
        "requestedAuthnContextComparison": "exact",
        "wantAttributeStatement": False,
        "wantNameId": False,
        "allowRepeatAttributeName": True,
        "rejectDeprecatedAlgorithm": "sha1" not in exceptions,
    }


def _read_idp(settings: Mapping[str, Any]) -> dict[str, Any]:
    idp = json_values.take_object(settings, "idp")
    names = ("entityId", "singleSignOnService", "singleLogoutService", "x509certMulti")
    json_values.check_names(idp, frozenset(names))
    sso = json_values.take_object(idp, "singleSignOnService")
    json_values.check_names(sso, frozenset({"url", "binding"}))
    slo: Mapping[str, Any] = {}
    if "singleLogoutService" in idp:
        slo = json_values.take_object(idp, "singleLogoutService")
        json_values.check_names(slo, frozenset({"url", "responseUrl", "binding"}))
    return {
        "idp_entity_id": json_values.take_text(idp, "entityId", longest=_LONGEST_ENTITY_ID),
        "keys": _read_keys(settings, idp),
        "sso_url": _take_url(sso, "url"),
        "sso_binding": _take_binding(sso, BINDINGS),
        "slo_url": _take_url(slo, "url") if slo else None,
        "slo_response_url": _take_url(slo, "responseUrl") if "responseUrl" in slo else None,
        "slo_binding": _take_binding(slo, LOGOUT_BINDINGS) if slo else None,
    }


def _read_keys(settings: Mapping[str, Any], idp: Mapping[str, Any]) -> tuple[SigningKey, ...]:
    """Return the signing keys: those in certificates, then the bare ones; one at least."""
    keys: list[SigningKey] = []
    if "x509certMulti" in idp:
        multi = json_values.take_object(idp, "x509certMulti")
        json_values.check_names(multi, frozenset({"signing"}))
        keys += [signing_key.read_certificate(der) for der in _take_octets(multi, "signing")]
    if OURS in settings:
        ours = json_values.take_object(settings, OURS)
        json_values.check_names(ours, frozenset({"bareKeys"}))
        for spki in _take_octets(ours, "bareKeys"):
            signing_key.load_key(spki)
            keys.append(SigningKey(spki, b"", hashlib.sha256(spki).hexdigest()))
    if not keys:
        message = "x509certMulti"
        raise UnusableError(message)
    return tuple(keys)


def _read_advanced(advanced: Mapping[str, Any]) -> dict[str, Any]:
    json_values.check_names(advanced, frozenset({"security", OURS}))
    security = json_values.take_object(advanced, "security")
    ours = json_values.take_object(advanced, OURS)
    names = ("toleranceSeconds", "maximumAgeSeconds", "exceptions", "forceAuthn", "sendLoginHint")
    json_values.check_names(ours, frozenset(names))
    exceptions = frozenset(json_values.take_texts(ours, "exceptions"))
    if not exceptions <= EXCEPTIONS:
        message = "exceptions"
        raise UnusableError(message)
    signed = json_values.take_truth(security, "authnRequestsSigned")
    contexts: tuple[str, ...] = ()
    if security.get("requestedAuthnContext") is not False:
        contexts = json_values.take_texts(security, "requestedAuthnContext")
    if security != make_security(sign_requests=signed, contexts=contexts, exceptions=exceptions):
        message = "security"
        raise UnusableError(message)
    tolerance = json_values.take_number(
        ours, "toleranceSeconds", lowest=0, highest=LONGEST_TOLERANCE
    )
    age = json_values.take_number(ours, "maximumAgeSeconds", lowest=60, highest=LONGEST_AGE)
    return {
        "sign_requests": signed,
        "contexts": contexts,
        "exceptions": exceptions,
        "tolerance": timedelta(seconds=tolerance),
        "maximum_age": timedelta(seconds=age),
        "force_authn": json_values.take_truth(ours, "forceAuthn"),
        "send_login_hint": json_values.take_truth(ours, "sendLoginHint"),
    }


def _take_octets(container: Mapping[str, Any], name: str) -> list[bytes]:
    texts = json_values.take_texts(container, name, most=_MOST_KEYS, longest=_LONGEST_KEY)
    return [base64.b64decode(text, validate=True) for text in texts]


def _take_url(container: Mapping[str, Any], name: str) -> str:
    url = json_values.take_text(container, name)
    if not _URL.fullmatch(url):
        raise UnusableError(name)
    return url


def _take_binding(container: Mapping[str, Any], known: Mapping[str, str]) -> str:
    binding = known.get(json_values.take_text(container, "binding"))
    if binding is None:
        message = "binding"
        raise UnusableError(message)
    return binding
