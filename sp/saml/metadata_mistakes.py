"""Recognises what people upload in place of metadata, and says what to do instead.

Each sentence says what the file is, what is wrong with it and what to do. None repeats a word of
the file.
"""

from __future__ import annotations

import re
from typing import Final

from sp.saml import urn, xml
from sp.saml.errors import MetadataRefused
from sp.saml.types import Element

_HEAD: Final = 4096
"""How many characters of a file it takes to see what it is."""

_WHERE: Final = (
    "The metadata is the XML file, or the page of XML, that your Identity Provider offers for "
    "this application under a name like “Federation metadata”, “IdP metadata” or "
    "“SAML metadata”."
)

SENTENCES: Final = {
    "empty_file": f"This file is empty. {_WHERE}",
    "html_page": "This is a web page (HTML), not metadata: often the sign-in page that stands in "
    "front of it. Open the address in a browser where you are signed in, save the XML that it "
    "shows as a file and upload that file.",
    "json_discovery": "This is the discovery document of OpenID Connect (JSON), not SAML "
    f"metadata. Set the application up for SAML at your Identity Provider. {_WHERE}",
    "json_document": f"This is JSON, not SAML metadata, which is XML. {_WHERE}",
    "certificate_file": "This is a certificate, not metadata. It is one part of the metadata; we "
    f"need the whole document. {_WHERE}",
    "private_key": "This file holds a private key, which must never leave your Identity Provider. "
    f"We have not kept it. Replace that key, and upload the metadata instead. {_WHERE}",
    "key_store": f"This is a key store or a set of certificates, not metadata. {_WHERE}",
    "not_xml": f"This is not metadata: it is no XML document at all. {_WHERE}",
    "address": "This is an address, not metadata. Give it as the metadata's address, or open it, "
    "save what it shows as a file and upload that file.",
    "base64_document": "This looks like XML in base64. Decode it first, or download the metadata "
    "from your Identity Provider again.",
    "escaped_document": "This is XML that was escaped for a web page: it begins with &lt; where "
    "there should be a <. Download the metadata as a file.",
    "quoted_document": "There are quotation marks around the document. Remove the first and the "
    "last one, or download the metadata as a file.",
    "text_before_document": "There is text in front of the XML document, such as the line that a "
    "browser shows above XML. Download the metadata as a file, or remove everything before the "
    "first <.",
    "text_after_document": "There is something behind the end of the XML document. Download the "
    "metadata as a file, or remove everything after the last >.",
    "two_documents": "This file holds two documents, one behind the other. Upload each on its own.",
    "typographic_quotes": "A word processor has turned the straight quotation marks of this XML "
    "document into typographic ones. Download the metadata as a file and upload it unopened.",
    "no_namespace": "In this document a namespace is missing, as happens when XML is copied or "
    "changed by hand (an xmlns declaration was left out). Download the metadata as a file and "
    "upload it unopened.",
    "cut_off": "The document ends too early: its last part is missing. Download the metadata "
    "again as a file.",
    "bare_ampersand": "There is an & in this document that should be written &amp;, mostly in an "
    "address that was put in by hand. Correct it, or download the metadata as a file.",
    "saml_message": "This is a SAML message from a sign-in or a sign-out, not metadata. Do not "
    f"pass such messages on. {_WHERE}",
    "schema_file": f"This is an XML schema, not metadata. {_WHERE}",
    "role_alone": "The outermost element, EntityDescriptor, is missing. Download the metadata as "
    "a file and upload it unopened.",
    "not_metadata": f"This is an XML document, but not SAML metadata. {_WHERE}",
}

_HTML: Final = re.compile(
    r"(?:\s|<\?[^>]*+>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_DOCUMENT: Final = re.compile(r"<\?xml\s|<(?:[\w.-]+:)?Entit(?:y|ies)Descriptor\b")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]{64,}")
_PEM: Final = re.compile(r"-----BEGIN [A-Z0-9 ]+-----")
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_DISCOVERY: Final = re.compile('"(?:authorization_endpoint|jwks_uri)"')
_TYPOGRAPHIC_QUOTES: Final = "“”„‟‘’‚«»″"  # noqa: RUF001 - these are what is looked for
_QUOTES: Final = "\"'`" + _TYPOGRAPHIC_QUOTES
_TYPOGRAPHIC: Final = re.compile(rf"=\s*[{_TYPOGRAPHIC_QUOTES}]")
_ROOT: Final = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*+<([^\s/>!?]++)", re.DOTALL)
_OCTETS: Final = (
    (re.compile(rb"0[\x80-\x84].{0,4}\x02\x01\x03", re.DOTALL), "key_store"),  # PKCS #12
    (re.compile(rb"0[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48", re.DOTALL), "key_store"),  # PKCS #7
    (re.compile(rb"\xfe\xed\xfe\xed"), "key_store"),  # Java
    (re.compile(rb"0[\x81-\x84]"), "certificate_file"),  # DER
    (re.compile(rb"PK\x03\x04|%PDF|\x1f\x8b|\x89PNG|\xff\xd8\xff|\xd0\xcf\x11\xe0"), "not_xml"),
)
_MESSAGES: Final = (urn.SAMLP, urn.SAML)


def refuse(code: str, **facts: object) -> MetadataRefused:
    """Return the refusal with that code's sentence; the caller raises it."""
    return MetadataRefused(code, SENTENCES[code], choices=(), **facts)


def find_in_octets(octets: bytes) -> MetadataRefused | None:
    """Return what is wrong with a file that is no text at all, or None."""
    if not octets.strip():
        return refuse("empty_file")
    for pattern, code in _OCTETS:
        if pattern.match(octets):
            return refuse(code)
    return None


def find_in_text(text: str) -> MetadataRefused | None:
    """Return what is wrong with a text that does not begin as XML does, or None."""
    head = text[:_HEAD]
    if not head:
        return refuse("empty_file")
    if _HTML.match(head):
        return refuse("html_page")
    if head.startswith("<"):
        return None
    return refuse(_name_text(text, head))


def _name_text(text: str, head: str) -> str:
    """Return the code of the first description that fits."""
    is_quoted = head[0] in _QUOTES and head[1:].lstrip().startswith("<")
    is_base64 = bool(_BASE64.fullmatch(head))
    descriptions = (
        ("quoted_document", is_quoted),
        ("private_key", _PRIVATE_KEY.search(text)),
        ("certificate_file", _PEM.search(head)),
        ("json_discovery", head[0] == "{" and _DISCOVERY.search(text)),
        ("json_document", head[0] in "{["),
        ("address", re.fullmatch(r"https?://\S+\s*", text)),
        ("escaped_document", head.startswith("&lt;")),
        ("certificate_file", is_base64 and head.startswith("MI")),
        ("base64_document", is_base64),
        ("text_before_document", _DOCUMENT.search(text)),
        ("html_page", re.search(r"<html\b", head, re.IGNORECASE)),
    )
    return next((code for code, fits in descriptions if fits), "not_xml")


def explain_broken_xml(text: str, complaint: str) -> MetadataRefused:
    """Return why a text that begins as XML does is not well-formed.

    complaint: the parser's own words, which stay private but for the line that they name.
    """
    code = _name_breakage(text, complaint)
    if code:
        return refuse(code, complaint=complaint)
    line = re.search(r"\bline (\d+)", complaint)
    where = f" near line {line[1]}" if line else ""
    return MetadataRefused(
        "not_well_formed",
        f"This XML document is damaged{where}, as happens when it is changed by hand. Download "
        "the metadata as a file and upload it unopened.",
        complaint=complaint,
    )


def _name_breakage(text: str, complaint: str) -> str:
    if re.search(r"<html\b", text[:_HEAD], re.IGNORECASE):
        return "html_page"
    if _TYPOGRAPHIC.search(text):
        return "typographic_quotes"
    if "Namespace prefix" in complaint:
        return "no_namespace"
    if "Extra content at the end" in complaint:
        return "two_documents" if len(_DOCUMENT.findall(text)) > 1 else "text_after_document"
    root = _ROOT.match(text)
    if root is None or not re.search(rf"</{re.escape(root[1])}\s*>", text):
        return "cut_off"
    return "bare_ampersand" if "EntityRef" in complaint else ""


def check_root(root: Element) -> None:
    """Refuse a well-formed document that is no metadata (Metadata 2.3)."""
    name = str(root.tag)
    if name in (urn.q("md:EntityDescriptor"), urn.q("md:EntitiesDescriptor")):
        return
    namespace, _, local = name.rpartition("}")
    namespace = namespace.removeprefix("{")
    if local in ("EntityDescriptor", "EntitiesDescriptor"):
        raise refuse("no_namespace", namespace=namespace)
    if namespace == urn.MD:
        raise refuse("role_alone", element=local)
    if namespace in _MESSAGES:
        raise refuse("saml_message", element=local)
    if namespace == urn.XS:
        raise refuse("schema_file")
    if local.lower() == "html":
        raise refuse("html_page")
    raise refuse("not_metadata", element=xml.trim(name))
