"""What came to the ACS, as far as it can be read without knowing for whom it is."""

from __future__ import annotations

from typing import NamedTuple

from sp.flows.sign_on_record import Posted
from sp.saml import bindings, gate, strangers
from sp.saml.errors import Refused, refuse
from sp.saml.gate import Gated


class Received(NamedTuple):
    """A message that passed the gate, or why it did not.

    `octets` is None where what came could not even be decoded.
    """

    octets: bytes | None
    message: Gated | Refused

    @property
    def names(self) -> str | None:
        """Return the request that the message says it answers; nothing of it is verified."""
        return None if isinstance(self.message, Refused) else self.message.in_response_to

    def gated(self) -> Gated:
        """Return the message that passed the gate; raises Refused."""
        if isinstance(self.message, Refused):
            raise self.message
        return self.message


def receive(posted: Posted) -> Received:
    """Read what came; nothing is raised for what it holds."""
    octets: bytes | None = None
    try:
        octets = came = _only_message(posted)
        return Received(octets, strangers.read(lambda: gate.read_message(came, "Response")))
    except Refused as refused:
        return Received(octets, refused)


def _only_message(posted: Posted) -> bytes:
    """Return the octets of the one SAMLResponse; nothing else may stand beside it."""
    if posted.other_messages:
        raise refuse("wrong_message_type", "SAMLResponse", "SAMLRequest", "Bindings 3.5.4")
    if posted.in_query or len(posted.messages) != 1:
        raise refuse(
            "duplicate_parameter",
            "SAMLResponse once, in the body",
            f"{len(posted.messages)} in the body{', one in the query' if posted.in_query else ''}",
            "Bindings 3.5.4",
        )
    return bindings.decode_post(posted.messages[0])
