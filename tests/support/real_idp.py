"""What the real Identity Providers of the tests have in common: their people, keys and settings.

    idp.change(sign="response", name_id="transient")   # for the messages from here on
    idp.trust(octets, more_octets)                     # metadata of Service Providers, these and no others
    idp.metadata()                                     # as its own page gives it
    idp.portal(entity_id, "/reports")                  # where a sign-in starts at the Identity Provider
    idp.logout_url                                     # … and a sign-out; its page says LEFT at the end

Each runs once for all tests; what a test changes is forgotten before the next one.
"""

from __future__ import annotations

import base64
import http.client
import subprocess
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from support.key_pairs import key_named

PASSWORD = "right"
PATIENCE = 60
LEFT = "logged out"
"""What both say on the page at which a sign-out that starts there ends."""

PEOPLE = {
    "ada": {
        "mail": ["ada@acme.example"],
        "givenName": ["Ada"],
        "sn": ["Lovelace"],
        "eduPersonAffiliation": ["staff", "clientshare"],
    },
    "grace": {
        "mail": ["grace@globex.example", "grace@acme.example"],
        "givenName": ["Grace"],
        "sn": ["Hopper"],
        "eduPersonAffiliation": ["staff"],
    },
    "conor": {
        "mail": ["conor@acme.example"],
        "givenName": ["Conor"],
        "sn": ["O'Brien & <Sons>"],
    },
    "anders": {
        "mail": ["anders@acme.example"],
        "givenName": ["Anders"],
        "sn": ["Ångström"],
    },
    "nobody": {"givenName": ["No"], "sn": ["Body"]},
}


@dataclass
class Settings:
    """What an Identity Provider's administrator can set; a test names what is other than here."""

    sign: str = "both"
    """What is signed: "assertion", "response" or "both"."""
    encryption: str | None = None
    """The algorithm by which assertions are encrypted."""
    name_id: str = "persistent"
    encrypts_name_id: bool = False
    """SimpleSAMLphp only."""
    wants_signed_requests: bool = False
    bindings: tuple[str, ...] = ("redirect", "post")
    """In which it takes requests, as its metadata says."""
    logout_bindings: tuple[str, ...] = ("redirect", "post")
    """In which it takes logout messages, as its metadata says; () for no single logout."""
    logout_by: str = "redirect"
    """By which it sends logout messages: "redirect" or "post"; pysaml2 asks by "soap", too."""
    logout_in_frames: bool = False
    """SimpleSAMLphp only: at once, each in a hidden frame of its page, not one after another."""
    waits_for_frames: int = 20
    """Seconds until a frame without an answer is given up."""
    signs_logout: bool = True
    names_session_indexes: bool = True
    """pysaml2 only: whether its LogoutRequests hold the SessionIndexes of its session."""
    signs_with: str = "a"
    publishes: str = "a"
    """The names of the keys in its metadata."""
    people: dict = field(default_factory=lambda: deepcopy(PEOPLE))


class RealIdp:
    """A running Identity Provider; `save` puts what was changed where its program reads it."""

    metadata_path: str
    logout_path: str

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.base_url = base_url
        self.settings = Settings()
        self.trusted: tuple[bytes, ...] = ()

    @property
    def logout_url(self):
        return self.base_url + self.logout_path

    def save(self):
        raise NotImplementedError

    def portal(self, entity_id, relay_state):
        raise NotImplementedError

    def reset(self):
        """Forget what the last test changed."""
        self.settings, self.trusted = Settings(), ()
        self.save()

    def change(self, **changes):
        for name, value in changes.items():
            assert hasattr(self.settings, name), name
            setattr(self.settings, name, value)
        self.save()

    def change_person(self, name, **attributes):
        """Change what is told of somebody; None takes an attribute away."""
        kept = self.settings.people[name] | attributes
        self.settings.people[name] = {key: value for key, value in kept.items() if value}
        self.save()

    def trust(self, *documents):
        self.trusted = documents
        self.save()

    def metadata(self):
        status, octets = fetch(self.base_url + self.metadata_path)
        assert status == 200, octets
        return octets


def write_keys(folder):
    """Write the key pairs a and b where the programs look for them."""
    for name in ("a", "b"):
        pair = key_named(f"rsa-{name}")
        key = pair.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.key").write_bytes(key)
        (folder / f"{name}.crt").write_text(as_pem(pair.certificate))


def as_pem(certificate):
    text = base64.b64encode(certificate).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def fetch(url):
    """Return status and octets of a page at a name under .localhost, which Python cannot resolve."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def ended(process):
    """End the process that a block started, and wait until it is gone."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
