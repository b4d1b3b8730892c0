"""Checks the signature on metadata: by a key recorded earlier, or by the one that came with it."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from sp.saml import gate_signature, metadata_keys, signature, tree, urn
from sp.saml.errors import MetadataRefused, Refused, refuse
from sp.saml.types import Element, SigningKey

_STATES: Final = ("none", "intact", "unchecked", "broken")
_BROKEN: Final = frozenset({"digest_mismatch", "signature_invalid", "empty_canonical"})
_SHAPE_ID: Final = "_shape"

_SENTENCES: Final = {
    "not_signed": "This metadata is not signed, though a key to verify it with is recorded. Ask "
    "your Identity Provider's administrator for the signed document.",
    "signature_broken": "The signature of this metadata does not verify with the key that is "
    "recorded for it: the document was changed on its way, or another key signed it. Nothing was "
    "taken over. Compare the key with your Identity Provider's administrator.",
}


def verify(root: Element, keys: tuple[SigningKey, ...]) -> Element:
    """Return what the root's signature covers, read anew from the octets that verified.

    Raises MetadataRefused unless one of the keys signed it (Metadata 3).
    """
    try:
        _check_shape(root)
        return signature.verify(root, keys, frozenset()).element
    except Refused as refusal:
        code = "not_signed" if refusal.code == "not_signed" else "signature_broken"
        raise MetadataRefused(code, _SENTENCES[code], reason=refusal.code) from None


def find_state(entity: Element) -> str:
    """Return "none", "intact", "unchecked" or "broken", the worst of the signatures around it.

    The key comes out of the signature's own KeyInfo, so that "intact" says nothing about who made
    the document, and "broken" only that somebody changed it since.
    """
    states = (_find_state_of(element) for element in (entity, *entity.iterancestors()))
    return max(states, key=_STATES.index)


def _find_state_of(element: Element) -> str:
    found = signature.find_signature(element)
    if found is None:
        return "none"
    keys = metadata_keys.read_key_info(found)
    try:
        _check_shape(element)
        if not keys:
            return "unchecked"
        signature.verify_unread(element, keys, frozenset({"sha1", "weak-key"}))
    except Refused as refusal:
        return "broken" if refusal.code in _BROKEN else "unchecked"
    return "intact"


def _check_shape(element: Element) -> None:
    """Hold the element's own Signature to the gate's one shape; raises Refused.

    Beside the gate's rule, metadata may refer to the whole document (URI=""), as aggregates do:
    that is the same element where it is the root (XMLDSig 4.4.3.3). Signatures of parts further
    down are content.
    """
    copy = deepcopy(element)
    own = signature.find_signature(copy)
    if own is None:
        raise refuse("not_signed", "a Signature", "none")
    for inner in list(copy.iter(gate_signature.SIGNATURE)):
        if inner.getparent() is not copy:
            tree.remove(inner)
    reference = own.find("ds:SignedInfo/ds:Reference", urn.PREFIXES)
    if reference is not None and reference.get("URI") == "" and element.getparent() is None:
        copy.set("ID", _SHAPE_ID)
        reference.set("URI", f"#{_SHAPE_ID}")
    gate_signature.inspect_signatures(copy, (copy,))
