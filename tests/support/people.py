"""The organisation acme with Ada and Grace, and sessions, for tests of what stands on accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sp import db, tokens
from sp.accounts import account
from sp.organisations import organisation
from sp.sessions.session import NewSession

FOUNDED = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Ids: of the organisation, and of its two people."""

    organisation_id: int
    ada: int
    grace: int


def found(slug="acme") -> People:
    """Make an organisation with Ada and Grace."""

    def work(transaction):
        made = organisation.add(
            transaction,
            slug=slug,
            name=slug.capitalize(),
            domains=(f"{slug}.example",),
            at=FOUNDED,
        )
        ids = [
            account.add(
                transaction,
                made.id,
                f"{name}@{slug}.example",
                name=name.capitalize(),
                role="member",
                origin="staff",
                at=FOUNDED,
            ).id
            for name in ("ada", "grace")
        ]
        return People(made.id, *ids)

    return db.write(work)


def new_session(organisation_id, account_id, token, *, started, **changes):
    """Return a session as a sign-in by SSO makes it, called by the beginning of its token."""
    plain = NewSession(
        public_id=token[:20],
        token_hash=tokens.hash_token(token),
        account_id=account_id,
        organisation_id=organisation_id,
        created_at=started,
        seen_at=started,
        expires_at=started + timedelta(hours=12),
        how="sso",
        idp_entity_id="https://idp.example.com/saml",
        name_id=None,
        session_index=None,
        authn_instant=started,
        authn_context=None,
        revision=1,
        binding_hash=None,
        user_agent="",
        address="192.0.2.7",
    )
    return plain._replace(**changes)
