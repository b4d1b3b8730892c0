"""The demonstration's organisation: made once, and kept in step with its Identity Provider."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sp.config import Config
from sp.errors import BadInputError, ConflictError
from sp.flows import connection, key_rollover, membership
from sp.flows.actor import SYSTEM
from sp.flows.looking_up import find_organisation
from sp.keys import KeysError

SLUG = "acme"
NAME = "Acme"
DOMAIN = "acme.example"
ADMINISTRATOR = "grace@acme.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What was made or changed by this call."""

    made_keys: bool
    made_organisation: bool
    revision: int | None


def set_up(config: Config, metadata: bytes) -> Demonstration:
    """Make keys and the organisation where they are missing, and put this metadata in force.

    Nothing happens where all is as it should be. Its passwords are public, so it is refused where
    anybody but this machine's own browsers could reach it.
    """
    if not config.is_loopback:
        raise BadInputError(
            code="demo_not_on_loopback",
            public="The demonstration works on this machine only: set SP_BASE_URL to a loopback "
            "address such as http://sp.localhost:8000.",
        )
    return Demonstration(
        made_keys=_make_keys(config),
        made_organisation=_make_organisation(),
        revision=_connect(config, metadata),
    )


def _make_keys(config: Config) -> bool:
    try:
        config.keyring()
    except KeysError:
        key_rollover.generate_keys(config, actor=SYSTEM)
        return True
    return False


def _make_organisation() -> bool:
    made = True
    try:
        membership.add_organisation(SLUG, NAME, [DOMAIN], actor=SYSTEM, demo=True)
    except ConflictError:
        if not find_organisation(SLUG).demo:
            raise
        made = False
    # Going live is the last step: without it an earlier run ended in between.
    if find_organisation(SLUG).live_revision is None:
        membership.set_policy(SLUG, {"create_accounts": True}, actor=SYSTEM)
        _make_administrator()
    return made


def _make_administrator() -> None:
    """Let Grace administer the organisation; Ada has no account until she signs in."""
    with suppress(ConflictError):
        membership.add_account(SLUG, ADMINISTRATOR, actor=SYSTEM, role="admin")


def _connect(config: Config, metadata: bytes) -> int | None:
    here = find_organisation(SLUG)
    if here.live_revision is not None:
        live = connection.read_revision(config, here, here.live_revision)
        if live.documents["idp_metadata.xml"] == metadata:
            return None
    imported = connection.import_metadata(
        config, SLUG, metadata, source="the demonstration", actor=SYSTEM
    )
    connection.go_live(config, SLUG, imported.number, actor=SYSTEM)
    return imported.number
