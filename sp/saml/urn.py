"""The names that the specifications give: namespaces, bindings, formats, statuses, algorithms."""

from __future__ import annotations

from functools import cache
from typing import Final

# Namespaces
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
MDUI: Final = "urn:oasis:names:tc:SAML:metadata:ui"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
MDATTR: Final = "urn:oasis:names:tc:SAML:metadata:attribute"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
EC: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
XML: Final = "http://www.w3.org/XML/1998/namespace"
XS: Final = "http://www.w3.org/2001/XMLSchema"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

PREFIXES: Final = {
    "samlp": SAMLP,
    "saml": SAML,
    "md": MD,
    "mdui": MDUI,
    "mdattr": MDATTR,
    "soap11": SOAP11,
    "ds": DS,
    "dsig11": DSIG11,
    "xenc": XENC,
    "xenc11": XENC11,
    "ec": EC,
    "xi": XINCLUDE,
    "xml": XML,
    "xs": XS,
    "xsi": XSI,
}
"""The prefixes under which this code writes them, in paths and in messages."""

PROTOCOL: Final = SAMLP
"""What protocolSupportEnumeration lists for SAML 2.0."""


@cache
def q(name: str) -> str:
    """Return the name that lxml uses for "prefix:local"."""
    prefix, local = name.split(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


# Bindings (SAML Bindings 3)
REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP: Final = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

# How a message stands in a query (Bindings 3.4.4)
DEFLATE: Final = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

# Name identifier and attribute name formats (Core 8.2, 8.3)
PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
EMAIL_ADDRESS: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
URI_NAME: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BASIC_NAME: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

# Subject confirmation (Profiles 3.3)
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

# Status codes (Core 3.2.2.2)
STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS: Final = STATUS + "Success"
REQUESTER: Final = STATUS + "Requester"
RESPONDER: Final = STATUS + "Responder"
PARTIAL_LOGOUT: Final = STATUS + "PartialLogout"
REQUEST_DENIED: Final = STATUS + "RequestDenied"
UNKNOWN_PRINCIPAL: Final = STATUS + "UnknownPrincipal"

# Why a session ends (Core 3.7.3)
LOGOUT_USER: Final = "urn:oasis:names:tc:SAML:2.0:logout:user"
LOGOUT_ADMIN: Final = "urn:oasis:names:tc:SAML:2.0:logout:admin"

# Canonicalisation and transforms (Core 5.4.3, 5.4.4)
ENVELOPED: Final = DS + "enveloped-signature"
EXCLUSIVE: Final = EC
EXCLUSIVE_WITH_COMMENTS: Final = EC + "WithComments"
INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_WITH_COMMENTS: Final = INCLUSIVE + "#WithComments"
MANIFEST: Final = DS + "Manifest"
OBJECT: Final = DS + "Object"

# Signatures (RFC 9231)
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007: Final = "http://www.w3.org/2007/05/xmldsig-more#"
RSA_SHA1: Final = DS + "rsa-sha1"
RSA_SHA256: Final = _MORE + "rsa-sha256"
RSA_SHA384: Final = _MORE + "rsa-sha384"
RSA_SHA512: Final = _MORE + "rsa-sha512"
RSA_PSS_SHA256: Final = _MORE_2007 + "sha256-rsa-MGF1"
RSA_PSS_SHA384: Final = _MORE_2007 + "sha384-rsa-MGF1"
RSA_PSS_SHA512: Final = _MORE_2007 + "sha512-rsa-MGF1"
ECDSA_SHA256: Final = _MORE + "ecdsa-sha256"
ECDSA_SHA384: Final = _MORE + "ecdsa-sha384"
ECDSA_SHA512: Final = _MORE + "ecdsa-sha512"

# Digests
SHA1: Final = DS + "sha1"
SHA256: Final = XENC + "sha256"
SHA384: Final = _MORE + "sha384"
SHA512: Final = XENC + "sha512"

# Encryption (XML Encryption 1.1, 5)
AES128_CBC: Final = XENC + "aes128-cbc"
AES192_CBC: Final = XENC + "aes192-cbc"
AES256_CBC: Final = XENC + "aes256-cbc"
AES128_GCM: Final = XENC11 + "aes128-gcm"
AES192_GCM: Final = XENC11 + "aes192-gcm"
AES256_GCM: Final = XENC11 + "aes256-gcm"
RSA_OAEP_MGF1P: Final = XENC + "rsa-oaep-mgf1p"
RSA_OAEP: Final = XENC11 + "rsa-oaep"
MGF1_SHA1: Final = XENC11 + "mgf1sha1"
MGF1_SHA256: Final = XENC11 + "mgf1sha256"
ENCRYPTED_KEY: Final = XENC + "EncryptedKey"
