"""Signed answers of the size that the figures are about: 7.4 KB, both parts signed, 8 attributes."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from support.idp import Idp

from sp.demo.messages import AttributeSpec

CLAIM = "http://schemas.example.org/identity/claims/attribute"
EMAIL = AttributeSpec("email", ("ada@acme.example",))
ATTRIBUTES = (
    EMAIL,
    *(AttributeSpec(f"{CLAIM}{number}", (f"value {number} of Ada",)) for number in range(7)),
)


def idp_for(config, slug):
    """Give the tests' Identity Provider as one organisation's."""
    return Idp(sp_entity_id=config.entity_id(slug), acs_url=config.acs_url(slug))


def make_answer(idp, request_id=None, **overrides):
    """Give a fresh good answer to a request, made now."""
    now = datetime.now(UTC).replace(microsecond=0)
    arguments = {
        "sign": "both",
        "attributes": ATTRIBUTES,
        "in_response_to": request_id,
        "assertion_id": "_" + secrets.token_hex(20),
        "response_id": "_" + secrets.token_hex(20),
        **overrides,
    }
    return idp.response(at=now, **arguments)
