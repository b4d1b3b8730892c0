"""Says what deserves an administrator's look in metadata that can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sp.saml import signing_key
from sp.saml.metadata_keys import RoleKeys
from sp.saml.metadata_types import Certificate, Endpoint, MetadataWarning

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")

_UNREADABLE: Final = MetadataWarning(
    "unreadable_certificate",
    "A certificate in this metadata cannot be read and is left out. If your Identity Provider "
    "signs with it, sign-in fails: download the metadata again.",
)
_TOO_SHORT: Final = MetadataWarning(
    "key_too_short",
    "A key in this metadata is too short to trust (RSA under 1024 bits, EC under 256) and is left "
    "out. Ask for a longer one.",
)
_CHAIN: Final = MetadataWarning(
    "certificate_chain",
    "Beside its own certificate this Identity Provider lists those that issued it. Only its own "
    "is trusted for signatures.",
)
_WEAK: Final = MetadataWarning(
    "weak_key",
    "This Identity Provider signs with an RSA key under 2048 bits. Ask for a longer one; it works "
    "live only where Clientshare's staff record an exception.",
    "weak-key",
)
_HTTP: Final = MetadataWarning(
    "http_endpoint",
    "The sign-in address of this Identity Provider is not encrypted (http). Ask for an https "
    "address; it works live only where Clientshare's staff record an exception.",
    "http",
)
_NO_LOGOUT: Final = MetadataWarning(
    "no_front_channel_logout",
    "This Identity Provider takes no sign-out through the browser: people who sign out here may "
    "stay signed in there.",
)
_ODD_ENTITY_ID: Final = MetadataWarning(
    "entity_id_not_uri",
    "The entityID of this Identity Provider is not an address or a URN. That is fine if it is "
    "exactly what your Identity Provider sends; check that nobody forgot to fill it in.",
)
_SIGNED_REQUESTS: Final = MetadataWarning(
    "wants_signed_requests",
    "This Identity Provider wants our requests signed, so we sign them. Give it our metadata or "
    "our signing certificate.",
)
_BROKEN_SIGNATURE: Final = MetadataWarning(
    "signature_broken",
    "This metadata was changed after it was signed, mostly by a program that indented it. Compare "
    "the certificate's fingerprint with the one that your Identity Provider shows.",
)
_UNCHECKED_SIGNATURE: Final = MetadataWarning(
    "signature_unchecked",
    "The signature of this metadata has a form that we do not check. Compare the certificate's "
    "fingerprint with the one that your Identity Provider shows.",
)


def make_warnings(
    *,
    entity_id: str,
    keys: RoleKeys,
    use_sso: Endpoint,
    use_slo: Endpoint | None,
    want_authn_requests_signed: bool,
    signature: str,
    now: datetime,
) -> tuple[MetadataWarning, ...]:
    """Return the warnings, those that hold back going live first."""
    conditions = (
        (any(signing_key.is_weak(each.key) for each in keys.signing), _WEAK),
        (use_sso.location.lower().startswith("http:"), _HTTP),
        (keys.unreadable > 0, _UNREADABLE),
        (keys.too_short > 0, _TOO_SHORT),
        (keys.chained > 0, _CHAIN),
        (signature == "broken", _BROKEN_SIGNATURE),
        (signature == "unchecked", _UNCHECKED_SIGNATURE),
        (not _URI.fullmatch(entity_id), _ODD_ENTITY_ID),
        (want_authn_requests_signed, _SIGNED_REQUESTS),
        (use_slo is None, _NO_LOGOUT),
    )
    found = [warning for holds, warning in conditions if holds]
    return (*found, *_warn_of_expiry(keys.signing, now))


def _warn_of_expiry(keys: list[Certificate], now: datetime) -> Iterator[MetadataWarning]:
    """Warn of dates that have passed. SAML trusts the key, and most IdPs go on using it."""
    ends = [key.not_after for key in keys if key.not_after and key.not_after < now]
    if not ends:
        return
    day = f"{max(ends):%d %B %Y}"
    if len(ends) == len(keys):
        yield MetadataWarning(
            "all_certificates_expired",
            f"The signing certificate ended on {day}. It goes on working here; your Identity "
            "Provider may replace it at any time, and then needs its new metadata uploaded.",
        )
    else:
        yield MetadataWarning(
            "some_certificates_expired",
            f"One of the signing certificates ended on {day}; another one is still valid.",
        )
