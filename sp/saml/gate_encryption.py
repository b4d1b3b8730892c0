"""The gate's rules for XML Encryption: which ciphers, and nothing to be fetched from anywhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sp.saml import urn
from sp.saml.errors import refuse
from sp.saml.types import Element
from sp.saml.urn import q

DATA_METHODS: Final = frozenset(
    {
        urn.AES128_CBC,
        urn.AES192_CBC,
        urn.AES256_CBC,
        urn.AES128_GCM,
        urn.AES192_GCM,
        urn.AES256_GCM,
    }
)
KEY_METHODS: Final = frozenset({urn.RSA_OAEP_MGF1P, urn.RSA_OAEP})
OAEP_DIGESTS: Final = frozenset({urn.SHA1, urn.SHA256})
OAEP_MASKS: Final = frozenset({urn.MGF1_SHA1, urn.MGF1_SHA256})

ENCRYPTED_DATA: Final = q("xenc:EncryptedData")
ENCRYPTED_KEY: Final = q("xenc:EncryptedKey")

_KEYS: Final = 8
"""Each one costs an RSA operation for each of our keys."""

_CARRIERS: Final = frozenset(
    {q("saml:EncryptedAssertion"), q("saml:EncryptedID"), q("saml:EncryptedAttribute")}
)
_REFERENCE: Final = q("xenc:CipherReference")
_POINTERS: Final = frozenset({q("ds:RetrievalMethod"), q("dsig11:KeyInfoReference")})
_WATCHED: Final = (ENCRYPTED_DATA, ENCRYPTED_KEY, *_POINTERS, *_CARRIERS)

_DATA_PARAMETERS: Final = frozenset({q("xenc:KeySize")})
_KEY_PARAMETERS: Final = {
    q("xenc:KeySize"): None,
    q("xenc:OAEPparams"): None,
    q("ds:DigestMethod"): OAEP_DIGESTS,
    q("xenc11:MGF"): OAEP_MASKS,
}
"""What may stand in EncryptionMethod, with the algorithms it may name."""


def inspect_encryption(root: Element) -> None:
    """Hold everything encrypted in a document to the rules, or raise Refused.

    Codes: cipher_reference, bad_retrieval_method, encryption_not_allowed (Core 6).
    """
    if next(root.iter(_REFERENCE), None) is not None:
        raise refuse("cipher_reference", "a CipherValue", section="XML Encryption 3.3.1")
    for element in root.iter(*_WATCHED):
        if element.tag in _POINTERS:
            _inspect_retrieval(element)
        elif element.tag == ENCRYPTED_DATA:
            _inspect_data(element)
        elif element.tag == ENCRYPTED_KEY:
            _inspect_key(element)
        else:
            _inspect_carrier(element)


def find_encrypted_keys(carrier: Element) -> list[Element]:
    """Return the EncryptedKeys of an Encrypted element: inside KeyInfo or beside the data."""
    return list(carrier.iter(ENCRYPTED_KEY))


def _inspect_carrier(carrier: Element) -> None:
    tags = [child.tag for child in carrier if isinstance(child.tag, str)]
    if tags.count(ENCRYPTED_DATA) != 1 or set(tags) - {ENCRYPTED_DATA, ENCRYPTED_KEY}:
        raise _not_allowed("one EncryptedData, and EncryptedKeys beside it")
    if not 1 <= len(find_encrypted_keys(carrier)) <= _KEYS:
        raise _not_allowed(f"1 to {_KEYS} EncryptedKeys")


def _inspect_data(data: Element) -> None:
    if _tag_above(data) not in _CARRIERS:
        raise _not_allowed("EncryptedData inside an Encrypted element", str(_tag_above(data)))
    _inspect_method(data, DATA_METHODS, _DATA_PARAMETERS)
    _inspect_cipher_value(data)


def _inspect_key(key: Element) -> None:
    parent = key.getparent()
    beside = _tag_above(key) in _CARRIERS
    inside = (
        parent is not None
        and parent.tag == q("ds:KeyInfo")
        and _tag_above(parent) == ENCRYPTED_DATA
    )
    if not beside and not inside:
        raise _not_allowed("EncryptedKey in KeyInfo or beside the data", str(_tag_above(key)))
    for parameter in _inspect_method(key, KEY_METHODS, _KEY_PARAMETERS):
        if (allowed := _KEY_PARAMETERS[str(parameter.tag)]) is not None:
            _inspect_name(parameter, allowed)
    _inspect_cipher_value(key)


def _inspect_method(
    element: Element, allowed: frozenset[str], parameters: Collection[str]
) -> Element:
    """Return the one EncryptionMethod; nothing in it (comments neither) but the parameters."""
    methods = element.findall(q("xenc:EncryptionMethod"))
    if len(methods) != 1:
        raise _not_allowed("one EncryptionMethod", str(len(methods)))
    _inspect_name(methods[0], allowed)
    tags = [child.tag for child in methods[0]]
    if set(tags) - set(parameters) or len(set(tags)) != len(tags):
        raise _not_allowed("no other parameter of the cipher")
    return methods[0]


def _inspect_name(method: Element, allowed: frozenset[str]) -> None:
    name = method.get("Algorithm", "")
    if name not in allowed:
        raise _not_allowed("a permitted cipher", name[:200])


def _inspect_cipher_value(element: Element) -> None:
    data = element.findall(q("xenc:CipherData"))
    values = [value for child in data for value in child]
    if len(data) != 1 or [value.tag for value in values] != [q("xenc:CipherValue")]:
        raise _not_allowed("one CipherData with one CipherValue")
    if len(values[0]):
        raise _not_allowed("base64 in CipherValue")


def _inspect_retrieval(method: Element) -> None:
    """Allow a pointer from EncryptedData's KeyInfo to an EncryptedKey beside it (Core 2.2.4)."""
    info = method.getparent()
    data = None if info is None else info.getparent()
    carrier = None if data is None or data.tag != ENCRYPTED_DATA else data.getparent()
    beside = () if carrier is None else carrier.findall(ENCRYPTED_KEY)
    targets = {f"#{key.get('Id')}" for key in beside if key.get("Id")}
    type_ = method.get("Type", urn.ENCRYPTED_KEY)
    if method.get("URI") not in targets or type_ != urn.ENCRYPTED_KEY or len(method):
        raise refuse(
            "bad_retrieval_method",
            "an EncryptedKey beside the EncryptedData",
            str(method.get("URI"))[:100],
            "Core 6.2",
        )


def _tag_above(element: Element) -> str | None:
    parent = element.getparent()
    return None if parent is None else str(parent.tag)


def _not_allowed(expected: str, actual: str = "") -> Exception:
    return refuse("encryption_not_allowed", expected, actual, "Core 6.1")
