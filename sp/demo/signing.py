"""Signs an element with xmlsec, by any algorithm and in any shape, right or wrong."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final, TypeAlias

import xmlsec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from sp.demo.messages import Element
from sp.demo.names import DS, EC, ENVELOPED, EXCLUSIVE, RSA_SHA256, SAML, SHA256

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
TemplateChange: TypeAlias = Callable[[Element], object]

_ID_NAMES: Final = ["ID", "Id", "id"]


def sign(  # a signature has many parts, each of which some test changes
    element: Element,
    key: PrivateKey,
    certificate: bytes | None = None,
    *,
    algorithm: str = RSA_SHA256,
    digest: str = SHA256,
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE),
    c14n: str = EXCLUSIVE,
    prefixes: tuple[str, ...] = (),
    uri: str | None = None,
    index: int | None = None,
    parent: Element | None = None,
    template_change: TemplateChange | None = None,
) -> Element:
    """Put an enveloped signature into the element and return the ds:Signature.

    certificate: DER, written into KeyInfo; None writes no KeyInfo. prefixes: the PrefixList of the
    exclusive transform. uri: None means "#" and the element's ID. The Signature goes behind the
    Issuer (Core 5.4), or to `index` of `parent`. `template_change` gets the Signature before it is
    computed, to add a Reference, a transform or an Object.
    """
    reference = f"#{element.get('ID', '')}" if uri is None else uri
    signature = make_template(
        reference, certificate, algorithm=algorithm, digest=digest, transforms=transforms, c14n=c14n
    )
    if prefixes:
        _add_prefixes(signature, prefixes)
    if template_change is not None:
        template_change(signature)
    place = element if parent is None else parent
    place.insert(_after_issuer(place) if index is None else index, signature)
    compute(signature, key)
    return signature


def compute(signature: Element, key: PrivateKey) -> None:
    """Fill in the digests and the value of a Signature that already stands in its document."""
    root = signature.getroottree().getroot()
    xmlsec.tree.add_ids(root, _ID_NAMES)
    context = xmlsec.SignatureContext()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)


def make_template(
    uri: str,
    certificate: bytes | None,
    *,
    algorithm: str,
    digest: str,
    transforms: tuple[str, ...],
    c14n: str,
) -> Element:
    """Return a ds:Signature whose digest and value are still empty."""
    signature = etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS})
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=c14n)
    etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm=algorithm)
    add_reference(signature, uri, digest=digest, transforms=transforms)
    etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    if certificate is not None:
        data = etree.SubElement(
            etree.SubElement(signature, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data"
        )
        text = base64.b64encode(certificate).decode("ascii")
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = text
    return signature


def add_reference(
    signature: Element,
    uri: str | None,
    *,
    digest: str = SHA256,
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE),
) -> Element:
    """Add one more ds:Reference to a template and return it; uri None leaves URI out."""
    info = signature[0]
    reference = etree.SubElement(info, f"{{{DS}}}Reference")
    if uri is not None:
        reference.set("URI", uri)
    if transforms:
        parent = etree.SubElement(reference, f"{{{DS}}}Transforms")
        for transform in transforms:
            etree.SubElement(parent, f"{{{DS}}}Transform", Algorithm=transform)
    etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm=digest)
    etree.SubElement(reference, f"{{{DS}}}DigestValue")
    return reference


def _add_prefixes(signature: Element, prefixes: tuple[str, ...]) -> None:
    for transform in signature.iter(f"{{{DS}}}Transform"):
        if transform.get("Algorithm", "").startswith(EC):
            etree.SubElement(
                transform,
                f"{{{EC}}}InclusiveNamespaces",
                nsmap={"ec": EC},
                PrefixList=" ".join(prefixes),
            )


def _after_issuer(element: Element) -> int:
    issuer = element.find(f"{{{SAML}}}Issuer")
    return 0 if issuer is None else element.index(issuer) + 1
