"""What a page of the demonstration needs: settings, keys, what is kept, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app, session

from sp.demo.answers import Answer, Login
from sp.demo.kept import Kept
from sp.demo.key_files import DemoKeys
from sp.demo.logouts import Logout
from sp.demo.metadata import IdpDescription, make_idp_metadata
from sp.demo.names import POST, REDIRECT
from sp.demo.people import PEOPLE
from sp.demo.switches import Switches, read_switches


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConfig:
    """Where this IdP is (base_url, and second_base_url for its detour), and whom it serves."""

    base_url: str
    second_base_url: str
    sp_base_url: str
    directory: Path

    @property
    def entity_id(self) -> str:
        """Return this IdP's entityID, which is also where its metadata stands."""
        return f"{self.base_url}/metadata"

    @property
    def sso_url(self) -> str:
        """Return the one sign-on URL for both bindings."""
        return f"{self.base_url}/sso"

    @property
    def slo_url(self) -> str:
        """Return the one logout URL for both bindings."""
        return f"{self.base_url}/slo"

    def describe(self, certificate: bytes) -> bytes:
        """Return this IdP's metadata; certificate: DER."""
        return make_idp_metadata(
            IdpDescription(
                entity_id=self.entity_id,
                certificates=(("signing", certificate),),
                sso_redirect=self.sso_url,
                sso_post=self.sso_url,
                slo=((REDIRECT, self.slo_url, None), (POST, self.slo_url, None)),
            )
        )


@dataclass(frozen=True, slots=True)
class Demo:
    """What a page needs: the settings, the keys, and what is on its way."""

    config: DemoConfig
    keys: DemoKeys
    answers: Kept[Answer]
    logouts: Kept[Logout]


def current_demo() -> Demo:
    """Return what this program was made with."""
    demo = current_app.extensions["demo"]
    assert isinstance(demo, Demo)
    return demo


def current_switches() -> Switches:
    """Return the switches of this browser."""
    return read_switches(session.get("switches", {}))


def current_login() -> Login | None:
    """Return who is signed in at this IdP in this browser."""
    person = PEOPLE.get(session.get("person", ""))
    if person is None:
        return None
    instant = datetime.fromisoformat(session["authn_instant"])
    return Login(person=person, authn_instant=instant, session_index=session["session_index"])
