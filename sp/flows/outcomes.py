"""What the journeys hand back to the web: values only, no HTML and no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sp.errors import SpError
from sp.sessions.demand import NOTHING, Demand

DEFAULT_RETURN_TO = "/account"
"""Where a person goes who was going nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Where the browser goes next, with a message for an organisation's Identity Provider.

    `form` holds the fields of the POST binding; None means a plain redirect to `url`. `purpose` is
    sign_in, sign_out (we ask) or answer (the Identity Provider asked).
    """

    url: str
    form: dict[str, str] | None
    organisation_name: str
    purpose: str = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Leave):
    """A sign-in that has begun.

    `binding` is the value of the binding cookie, the browser's own one where it had one.
    `restarted` says that the mark cookie is to be set (DESIGN, decision 11).
    """

    binding: str
    restarted: bool


@dataclass(frozen=True, slots=True)
class GoStraight:
    """Nobody needs to sign in: the session is live; go to this local path."""

    return_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session exists; `token` goes into its cookie and nowhere else.

    `binding` is the value of the binding cookie for a browser that came without one.
    """

    token: str
    return_to: str
    expires_at: datetime
    binding: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The answer was not ours: our own request is started at once, from this `return_to`.

    `demand` is what the first one demanded; the second one demands it again.
    """

    return_to: str | None
    demand: Demand = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The answer was not ours and we restarted once already: a page with a button decides."""

    return_to: str | None
    organisation_name: str
    reference: str
    demand: Demand = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyUsed:
    """This assertion signed somebody in before: a page with a link to start again."""

    return_to: str | None
    organisation_name: str
    reference: str


Outcome = SignedIn | Restart | Ask | AlreadyUsed


class SignInRefused(SpError):  # noqa: N818 - the word of the protocol: a sign-in is refused
    """A sign-in was refused and recorded; `public` is what the person reads.

    `reference` leads staff to the event; `organisation_name`, `return_to`, `demand` and `can_retry`
    shape the page.
    """

    status = 403

    def __init__(
        self,
        code: str,
        public: str,
        *,
        reference: str,
        organisation_name: str,
        return_to: str | None = None,
        demand: Demand = NOTHING,
        status: int = 403,
        can_retry: bool = True,
        verified: bool = False,
    ) -> None:
        super().__init__(code=code, public=public)
        self.status = status
        self.reference = reference
        self.organisation_name = organisation_name
        self.return_to = return_to
        self.demand = demand
        self.can_retry = can_retry
        self.verified = verified


@dataclass(frozen=True, slots=True)
class SignedOut:
    """The end of a sign-out: a page says so, and what came of the LogoutRequest of ours, if any."""

    request_id: str | None
    slug: str = ""


class LogoutRefused(SpError):  # noqa: N818 - as above
    """A logout message was refused and recorded, and nothing has ended.

    `kind` is LogoutRequest or LogoutResponse, `reference` leads staff to the event.
    """

    status = 403
    public = "A sign-out message from your company's login could not be used."

    def __init__(
        self, code: str, *, kind: str, reference: str, organisation_name: str, verified: bool
    ) -> None:
        super().__init__(code=code)
        self.kind = kind
        self.reference = reference
        self.organisation_name = organisation_name
        self.verified = verified


class SignOnUnavailable(SpError):  # noqa: N818 - a state of the organisation, not a fault
    """The organisation exists, but nobody can sign in through an Identity Provider yet."""

    code = "no_live_idp"
    public = (
        "Sign-in with your company account is not switched on yet. "
        "Please ask the person who manages Clientshare at your organisation."
    )
    status = 404
