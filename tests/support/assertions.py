"""The value of a good assertion about Ada, for tests that begin after verification."""

from __future__ import annotations

from datetime import UTC, datetime

from sp.saml.types import Assertion, Attribute, NameID

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
IDP_ENTITY_ID = "https://idp.example.com/saml"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def make_assertion(attributes=(), **overrides) -> Assertion:
    """Return it; `attributes` are (Name, value, …) tuples, `name_id` a text, a NameID or None."""
    name_id = overrides.pop("name_id", "a1d4-ada")
    if isinstance(name_id, str):
        name_id = NameID(name_id, PERSISTENT, None, None)
    good = {
        "assertion_id": "_a1",
        "issuer": IDP_ENTITY_ID,
        "issue_instant": NOW,
        "not_on_or_after": None,
        "name_id": name_id,
        "attributes": tuple(Attribute(name, tuple(values)) for name, *values in attributes),
        "authn_instant": NOW,
        "authn_context": None,
        "session_index": "_s1",
        "session_not_on_or_after": None,
        "in_response_to": None,
    }
    return Assertion(**good | overrides)
