"""Puts a message into a query and signs it, by any algorithm (Bindings 3.4.4.1).

parts = make_parts("SAMLRequest", octets, "handle", algorithm=RSA_SHA256)
parts.append(sign_parts(parts, key))
url = location + "?" + "&".join(parts)               any order, or another spelling, makes a test
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sp.demo import names
from sp.demo.signing import PrivateKey

_DIGESTS: Final[dict[str, hashes.HashAlgorithm]] = {
    names.RSA_SHA1: hashes.SHA1(),  # noqa: S303 - what old IdPs sign with
    names.RSA_SHA256: hashes.SHA256(),
    names.RSA_SHA384: hashes.SHA384(),
    names.RSA_SHA512: hashes.SHA512(),
    names.RSA_PSS_SHA256: hashes.SHA256(),
    names.ECDSA_SHA256: hashes.SHA256(),
    names.ECDSA_SHA384: hashes.SHA384(),
}


def deflate(octets: bytes) -> bytes:
    """Return the octets as raw DEFLATE."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(octets) + packer.flush()


def make_parts(
    parameter: str,
    octets: bytes,
    relay_state: str | None,
    *,
    algorithm: str | None = names.RSA_SHA256,
    lower_case: bool = False,
) -> list[str]:
    """Return "SAMLRequest=…", "RelayState=…", "SigAlg=…", as far as they are not None.

    lower_case: escape as Entra ID and ADFS do, %2b for %2B.
    """
    packed = base64.b64encode(deflate(octets)).decode("ascii")
    pairs = ((parameter, packed), ("RelayState", relay_state), ("SigAlg", algorithm))
    return [make_part(name, value, lower_case) for name, value in pairs if value is not None]


def make_part(name: str, value: str, lower_case: bool = False) -> str:  # noqa: FBT001, FBT002 - as above
    """Return one parameter with its value escaped."""
    escaped = quote(value, safe="")
    if lower_case:
        escaped = re.sub("%..", lambda match: match[0].lower(), escaped)
    return f"{name}={escaped}"


def sign_parts(
    parts: Sequence[str], key: PrivateKey, algorithm: str = names.RSA_SHA256, *, der: bool = False
) -> str:
    """Return "Signature=…" over the parts in the order given.

    der: an ECDSA value as ASN.1, as Java writes it, and not r and s side by side (RFC 9231).
    """
    value = sign_octets("&".join(parts).encode("ascii"), key, algorithm, der=der)
    return make_part("Signature", base64.b64encode(value).decode("ascii"))


def sign_octets(octets: bytes, key: PrivateKey, algorithm: str, *, der: bool = False) -> bytes:
    """Return the value of a signature over octets."""
    digest = _DIGESTS[algorithm]
    if isinstance(key, rsa.RSAPrivateKey):
        is_pss = algorithm == names.RSA_PSS_SHA256
        pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
        return key.sign(octets, pss if is_pss else padding.PKCS1v15(), digest)
    value = key.sign(octets, ec.ECDSA(digest))
    width = (key.key_size + 7) // 8
    r, s = decode_dss_signature(value)
    return value if der else r.to_bytes(width) + s.to_bytes(width)
