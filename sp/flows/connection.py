"""Connecting an organisation to its Identity Provider: import a draft, go live, roll back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sp import clock, db, fetch
from sp.audit import events
from sp.config import Config
from sp.errors import BadInputError, ConflictError, NotFoundError
from sp.flows.actor import Actor
from sp.flows.looking_up import find_organisation
from sp.flows.recording import record_change
from sp.organisations import idp_directory, organisation, presets
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation, RevisionRow
from sp.saml import idp_metadata
from sp.saml.idp_metadata import MOST_OCTETS, IdpMetadata
from sp.setting_values import is_loopback

EXCEPTIONS = ("sha1", "weak-key", "http")
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A draft revision: its number, what was read, and what deserves a look."""

    number: int
    digest: str
    provider: str
    metadata: IdpMetadata


def import_metadata(
    config: Config,
    slug: str,
    octets: bytes,
    *,
    source: str,
    actor: Actor,
    entity_id: str | None = None,
    provider: str | None = None,
    exceptions: frozenset[str] = frozenset(),
) -> Imported:
    """Read IdP metadata and keep it as a draft revision; nobody is affected until it goes live.

    `source` says where it came from (a file's name, an address). Raises MetadataRefused,
    NotFoundError, BadInputError.
    """
    _check_exceptions(exceptions)
    now = clock.now()
    metadata = idp_metadata.read_idp_metadata(octets, now=now, entity_id=entity_id)
    chosen = provider or presets.recognise(metadata.entity_id, metadata.use_sso.location)
    documents = idp_directory.make_documents(
        metadata, octets, preset=presets.find(chosen), exceptions=exceptions
    )
    here = find_organisation(slug)
    number, digest = _write(config, here, documents)
    row = RevisionRow(
        organisation_id=here.id,
        number=number,
        digest=digest,
        idp_entity_id=metadata.entity_id,
        created_at=now,
        provider=chosen,
        source=source,
    )
    detail = {
        "entity_id": metadata.entity_id,
        "source": source,
        "digest": digest,
        "metadata_sha256": hashlib.sha256(octets).hexdigest(),
        "keys": [key.key.fingerprint for key in metadata.signing_keys],
        "exceptions": sorted(exceptions),
    }
    db.write(partial(_record_import, here=here, row=row, actor=actor, detail=detail))
    return Imported(number=number, digest=digest, provider=chosen, metadata=metadata)


def fetch_metadata(config: Config, url: str) -> bytes:
    """Return the metadata at an address, as received; raises FetchError."""
    return fetch.fetch(url, limit=MOST_OCTETS, loopback=config.is_loopback)


def _check_exceptions(exceptions: frozenset[str]) -> None:
    unknown = exceptions - set(EXCEPTIONS)
    if unknown:
        raise BadInputError(public=f"There is no exception called {min(unknown)}.")


def _record_import(
    transaction: db.Transaction,
    *,
    here: Organisation,
    row: RevisionRow,
    actor: Actor,
    detail: Mapping[str, Any],
) -> None:
    """Name the directory that was written, and tell of it: from here on the revision exists."""
    organisation.add_revision(transaction, row)
    record_change(
        transaction,
        here.slug,
        events.IDP_IMPORTED,
        actor,
        row.created_at,
        revision=row.number,
        detail=detail,
    )


def go_live(config: Config, slug: str, number: int, *, actor: Actor) -> Revision:
    """Put a revision in force, or back in force: one UPDATE and one audit event.

    Raises NotFoundError; BadInputError where a weak key or an unencrypted endpoint would need a
    recorded exception; an error with code `revision_altered` where its documents were changed.
    """
    now = clock.now()
    here = find_organisation(slug)
    revision = read_revision(config, here, number)
    _refuse_without_exception(revision)

    def work(transaction: db.Transaction) -> None:
        before = organisation.set_live(transaction, here.id, number)
        record_change(
            transaction,
            here.slug,
            events.IDP_LIVE,
            actor,
            now,
            revision=number,
            detail={"before": before, "digest": revision.digest},
        )

    db.write(work)
    return revision


def read_revision(config: Config, here: Organisation, number: int) -> Revision:
    """Return one revision as its documents say; NotFoundError, or `revision_altered`."""
    with db.read() as transaction:
        row = organisation.find_revision(transaction, here.id, number)
    if row is None:
        raise NotFoundError(public=f"{here.slug} has no revision {number}.")
    return idp_directory.read_revision(config.settings_directory, here.slug, number, row.digest)


def history(slug: str) -> tuple[Organisation, list[RevisionRow]]:
    """Return an organisation and all its revisions, the newest first."""
    here = find_organisation(slug)
    with db.read() as transaction:
        return here, organisation.list_revisions(transaction, here.id)


def _write(config: Config, here: Organisation, documents: dict[str, bytes]) -> tuple[int, str]:
    """Write the documents under the next free number; another import may take one first."""
    with db.read() as transaction:
        highest = organisation.highest_revision(transaction, here.id)
    for _ in range(ATTEMPTS):
        number = idp_directory.next_number(config.settings_directory, here.slug, highest)
        try:
            return number, idp_directory.write_revision(
                config.settings_directory, here.slug, number, documents
            )
        except FileExistsError:
            continue
    raise ConflictError(public="Others are importing at this moment. Please try again.")


def _refuse_without_exception(revision: Revision) -> None:
    """Hold back what works live only with a recorded exception (requirements, sections 2 and 6)."""
    if revision.has_weak_key and "weak-key" not in revision.exceptions:
        raise BadInputError(
            code="weak_key_not_allowed",
            public="This Identity Provider signs with an RSA key under 2048 bits. "
            "Ask for a longer key, or import the metadata again with --allow weak-key.",
        )
    unencrypted = revision.sso_url.lower().startswith("http:") and not is_loopback(revision.sso_url)
    if unencrypted and "http" not in revision.exceptions:
        raise BadInputError(
            code="http_not_allowed",
            public="This Identity Provider's sign-in address is not encrypted (http). "
            "Ask for an https address, or import the metadata again with --allow http.",
        )
