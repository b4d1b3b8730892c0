"""Reads what came to the SLO endpoint, before it is known for whom it is, and judges it after."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus

from sp.saml import bindings, logout, logout_message, strangers
from sp.saml.errors import Refused, refuse
from sp.saml.logout_message import Received
from sp.saml.logout_types import REQUEST, RESPONSE, LogoutExpectation, LogoutJudgement
from sp.saml.redirect import KINDS
from sp.saml.types import Decrypt


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One request at the SLO endpoint; all of it is only what somebody sent.

    binding: "redirect", "post" or "soap"; `query` is raw, `fields` those of a form, `body` that of
    SOAP.
    """

    binding: str
    query: str
    fields: tuple[tuple[str, str], ...]
    body: bytes
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message that the gate refused; `octets` is None where it could not even be decoded.

    `kind` is what it was sent as.
    """

    kind: str
    octets: bytes | None
    refused: Refused


def receive(came: Came, kind: str) -> Received | Unread:
    """Read what came; nothing is raised for what it holds. kind: what is wanted by SOAP."""
    received = strangers.read(lambda: _open(came, kind))
    octets = received.octets if isinstance(received, Unread) else received.gated.octets
    strangers.count(len(octets or b""))
    return received


def judge(received: Received, expectation: LogoutExpectation, decrypt: Decrypt) -> LogoutJudgement:
    """Return what holding a message against an expectation gives, as `logout.judge` does."""
    if not strangers.are_many():
        return logout.judge(received, expectation, decrypt)
    kept = received.binding, received.kind, received.kept
    return strangers.apart(
        lambda: logout.judge(logout_message.open_kept(*kept), expectation, decrypt)
    )


def _open(came: Came, kind: str) -> Received | Unread:
    if came.binding == "soap":
        return _open_soap(came, kind)
    return _open_query(came) if came.binding == "redirect" else _open_form(came)


def _open_query(came: Came) -> Received | Unread:
    try:
        return logout_message.open_query(came.query)
    except Refused as refused:
        is_answer = "SAMLResponse=" in came.query and "SAMLRequest=" not in came.query
        kind = RESPONSE if is_answer else REQUEST
        octets = came.query.encode("utf-8", "replace")
        return Unread(kind=kind, octets=octets if "SAML" in came.query else None, refused=refused)


def _open_form(came: Came) -> Received | Unread:
    kind, octets = REQUEST, None
    try:
        parameter, value, relay_state = _only_message(came)
        kind = KINDS[parameter]
        octets = bindings.decode_post(value)
        return logout_message.open_form(parameter, value, relay_state)
    except Refused as refused:
        return Unread(kind=kind, octets=octets, refused=refused)


def _open_soap(came: Came, kind: str) -> Received | Unread:
    try:
        return logout_message.open_soap(came.body, kind)
    except Refused as refused:
        return Unread(kind=kind, octets=came.body or None, refused=refused)


def _only_message(came: Came) -> tuple[str, str, str | None]:
    """Return the parameter, the value and the RelayState of the one message in a form."""
    messages = [(name, value) for name, value in came.fields if name in KINDS]
    states = [value for name, value in came.fields if name == "RelayState"]
    names = sorted({name for name, _ in messages})
    if len(names) > 1:
        raise refuse("wrong_message_type", "one message", " and ".join(names), "Bindings 3.5.4")
    query = unquote_plus(came.query)
    in_query = any(name in query for name in KINDS)
    if in_query or len(messages) != 1 or len(states) > 1:
        raise refuse(
            "duplicate_parameter",
            "one SAMLRequest or SAMLResponse, in the body",
            f"{len(messages)} in the body{', one in the query' if in_query else ''}",
            "Bindings 3.5.4",
        )
    (parameter, value), *_ = messages
    return parameter, value, states[0] if states else None
