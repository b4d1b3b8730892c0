"""The gate's rules for XML Signature: the one shape that is ever verified (Core 5.4).

Everything a verifier would do for a signature beyond that shape (more References, transforms that
compute, objects, keys to be fetched) happens before it knows whether the key is right.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from sp.saml import tree, urn
from sp.saml.errors import refuse
from sp.saml.types import Element
from sp.saml.urn import q

SIGNATURE: Final = q("ds:Signature")

EXCLUSIVE_FORMS: Final = frozenset({urn.EXCLUSIVE, urn.EXCLUSIVE_WITH_COMMENTS})
INCLUSIVE_FORMS: Final = frozenset({urn.INCLUSIVE, urn.INCLUSIVE_WITH_COMMENTS})
CANONICAL_FORMS: Final = EXCLUSIVE_FORMS | INCLUSIVE_FORMS

SIGNATURE_METHODS: Final = frozenset(
    {
        urn.RSA_SHA1,
        urn.RSA_SHA256,
        urn.RSA_SHA384,
        urn.RSA_SHA512,
        urn.RSA_PSS_SHA256,
        urn.RSA_PSS_SHA384,
        urn.RSA_PSS_SHA512,
        urn.ECDSA_SHA256,
        urn.ECDSA_SHA384,
        urn.ECDSA_SHA512,
    }
)
"""The widest list: SHA-1 is refused later, where the organisation has no exception for it."""

DIGEST_METHODS: Final = frozenset({urn.SHA1, urn.SHA256, urn.SHA384, urn.SHA512})

PREFIXES_LISTED: Final = 64
"""Canonicalisation looks each listed prefix up at each element."""

SIGNATURE_PARTS: Final = [q("ds:SignedInfo"), q("ds:SignatureValue"), q("ds:KeyInfo")]
SIGNED_INFO_PARTS: Final = [
    q("ds:CanonicalizationMethod"),
    q("ds:SignatureMethod"),
    q("ds:Reference"),
]
REFERENCE_PARTS: Final = [q("ds:Transforms"), q("ds:DigestMethod"), q("ds:DigestValue")]

_REFERENCE: Final = q("ds:Reference")
_TRANSFORM: Final = q("ds:Transform")
_OBJECTS: Final = (q("ds:Object"), q("ds:Manifest"))
_BASE64: Final = re.compile(r"[A-Za-z0-9+/= \t\r\n]+")


def inspect_signatures(root: Element, signed: Collection[Element]) -> None:
    """Hold every Signature of a document to the one shape, or raise Refused.

    signed: the elements that may carry one. Codes: bad_signature_place, several_signatures,
    signature_object, bad_signature, bad_canonicalization, algorithm_not_allowed,
    several_references, bad_reference, bad_transform.
    """
    carriers: list[Element] = []
    for signature in root.iter(SIGNATURE):
        parent = signature.getparent()
        if parent is None or parent not in signed:
            raise refuse(
                "bad_signature_place", "a child of what it signs", section="Core 5.4.1, 5.4.2"
            )
        if parent in carriers:
            raise refuse("several_signatures", "at most one for each element", section="Core 5.4.1")
        carriers.append(parent)
        _inspect_signature(signature, parent)


def read_prefixes(method: Element) -> tuple[str, ...]:
    """Return the PrefixList of a transform or CanonicalizationMethod; () where there is none."""
    child = method.find(q("ec:InclusiveNamespaces"))
    return () if child is None else tuple(child.get("PrefixList", "").split())


def _inspect_signature(signature: Element, parent: Element) -> None:
    if next(signature.iter(*_OBJECTS), None) is not None:
        raise refuse("signature_object", "no ds:Object and no ds:Manifest", section="Core 5.4.2")
    children = list(signature)  # comments count, here and below, and are refused
    if tree.tags(children) != SIGNATURE_PARTS[: max(2, len(children))]:
        raise refuse("bad_signature", "SignedInfo, SignatureValue, KeyInfo", section="XMLDSig 4.1")
    _inspect_signed_info(children[0], parent)
    _inspect_base64(children[1])


def _inspect_signed_info(info: Element, parent: Element) -> None:
    children = list(info)
    tags = tree.tags(children)
    references = tags.count(_REFERENCE)
    if references > 1:
        raise refuse("several_references", "one Reference", str(references), "Core 5.4.2")
    if references == 0:
        raise refuse("bad_reference", "one Reference", "none", "Core 5.4.2")
    if tags != SIGNED_INFO_PARTS:
        expected = "CanonicalizationMethod, SignatureMethod, Reference"
        raise refuse("bad_signature", expected, section="XMLDSig 4.4")
    canonicalization, method, reference = children
    _inspect_canonical_form(canonicalization, "bad_canonicalization")
    _inspect_algorithm(method, SIGNATURE_METHODS)
    _inspect_reference(reference, parent)


def _inspect_reference(reference: Element, parent: Element) -> None:
    uri = reference.get("URI")
    if not parent.get("ID") or uri != f"#{parent.get('ID')}":
        raise refuse("bad_reference", "# and the ID of the parent", str(uri)[:100], "Core 5.4.2")
    if reference.get("Type") in (urn.MANIFEST, urn.OBJECT):
        raise refuse("signature_object", "no ds:Object and no ds:Manifest", section="Core 5.4.2")
    children = list(reference)
    tags = tree.tags(children)
    if tags[:1] != REFERENCE_PARTS[:1]:
        raise refuse("bad_transform", "enveloped-signature", "no Transforms", "Core 5.4.4")
    if tags != REFERENCE_PARTS:
        raise refuse("bad_reference", "Transforms, DigestMethod, DigestValue")
    _inspect_transforms(children[0])
    _inspect_algorithm(children[1], DIGEST_METHODS)
    _inspect_base64(children[2])


def _inspect_transforms(transforms: Element) -> None:
    """Allow enveloped-signature, then at most one canonical form (Core 5.4.4)."""
    children = list(transforms)
    names = [child.get("Algorithm", "") for child in children]
    if any(child.tag != _TRANSFORM for child in children):
        raise refuse("bad_transform", "ds:Transform", section="XMLDSig 4.4.3.4")
    if names[:1] != [urn.ENVELOPED] or len(names) > 2 or len(children[0]):  # noqa: PLR2004 - the two that Core 5.4.4 allows
        raise refuse(
            "bad_transform",
            "enveloped-signature, then at most one canonical form",
            " ".join(names)[:200],
            "Core 5.4.4",
        )
    for child in children[1:]:
        _inspect_canonical_form(child, "bad_transform")


def _inspect_canonical_form(method: Element, code: str) -> None:
    name = method.get("Algorithm", "")
    if name not in CANONICAL_FORMS:
        raise refuse(code, "Canonical XML 1.0, exclusive or inclusive", name[:200], "Core 5.4.3")
    if not len(method):
        return
    children = list(method)
    alone = len(children) == 1 and not len(children[0])
    is_list = alone and children[0].tag == q("ec:InclusiveNamespaces") and name in EXCLUSIVE_FORMS
    if not is_list or len(read_prefixes(method)) > PREFIXES_LISTED:
        raise refuse(code, f"an InclusiveNamespaces of at most {PREFIXES_LISTED} prefixes")


def _inspect_algorithm(method: Element, allowed: frozenset[str]) -> None:
    name = method.get("Algorithm", "")
    if name not in allowed or len(method):
        raise refuse("algorithm_not_allowed", "a permitted algorithm", name[:200], "Core 5.4.1")


def _inspect_base64(element: Element) -> None:
    if len(element) or not _BASE64.fullmatch(element.text or ""):
        raise refuse("bad_signature", "base64", section="XMLDSig 4.1")
