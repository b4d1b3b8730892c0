"""The words of the error pages: what happened, whose turn it is, the next step, in this order."""

from __future__ import annotations

from typing import Final

from sp.accounts import admission
from sp.saml.errors import Refused
from sp.saml.logout_types import RESPONSE
from sp.web.error_page import Button

TO_LOGIN: Final = Button("Go to sign-in", "/login")
TO_ACCOUNT: Final = Button("Go to your account", "/account")

STOPPED: Final = "Company sign-in has stopped"
HEADLINES: Final = {
    "suspended": "Your access is suspended",
    "no_account": "You have no account here yet",
    "unsolicited_refused": "Please start on our sign-in page",
    "no_live_idp": "Company sign-in is not switched on yet",
    "revision_altered": STOPPED,
    "revision_missing": STOPPED,
    "revision_unusable": STOPPED,
    "too_many": "Please wait a minute",
    "other_host": "This is not our address",
    "not_your_role": "This page is for administrators",
}
"""By code, where a headline can say more than that something was refused."""

OF_STATUS: Final = {
    400: (
        "We could not read that",
        "Your browser sent something that this page does not understand. Please begin again.",
    ),
    404: (
        "There is nothing at this address",
        "The address may have been copied incompletely. Please check it, or begin at sign-in.",
    ),
    405: (
        "This address is not a page",
        "Your company's login uses it to send you back to us. Please begin at sign-in.",
    ),
    413: (
        "That was too much",
        "Your browser sent more than this address takes. Please begin again at sign-in.",
    ),
    500: (
        "We could not do that just now",
        "The fault is ours, and it has been noted. Please try again in a few minutes.",
    ),
}
NEXT_STEP: Final = (
    "Please try again. If it happens once more, send us the reference below: with it we, and your "
    "IT team, can see the reason."
)
"""For the one answer that all refusals up to the end of the checks have in common."""


LOGOUT_REPLAYED: Final = (
    "This sign-out was already done",
    (
        "Your company's login sent the same message before, and it was obeyed then. To see whether "
        "you are signed in here now, press the button."
    ),
)
LOGOUT_REFUSED: Final = (
    "Your company's login could not sign you out here",
    (
        "Its message could not be verified, so nothing has ended. To sign out, press the button. "
        "Your IT team, and we, can see the reason with the reference below."
    ),
)
LOGOUT_ANSWER_REFUSED: Final = (
    "Your company's login gave an answer that we could not use",
    (
        "If you have just signed out here, you are signed out. Your session at your company's "
        "login may still be open in this browser: on a shared computer, sign out there as well, "
        "or close the browser. If you are not sure that you are signed out here, press the button."
    ),
)


def of_refusal(code: str, organisation_name: str) -> tuple[str, str]:
    """Return headline and state of a refused sign-in.

    What was refused up to the end of the checks has one headline, whatever the reason.
    """
    if code == "status":
        return f"{organisation_name}'s login did not let you in", "Not signed in"
    if code in admission.SENTENCES:
        return HEADLINES.get(code, "You cannot come in yet"), "Not signed in"
    return HEADLINES.get(code, "We could not sign you in"), "Not signed in"


def of_logout(code: str, kind: str) -> tuple[str, str]:
    """Return headline and sentence of a logout message of that kind that was refused."""
    if kind == RESPONSE:  # ours had ended before we asked
        return LOGOUT_ANSWER_REFUSED
    return LOGOUT_REPLAYED if code == "replay" else LOGOUT_REFUSED


def with_next_step(sentence: str) -> str:
    """Return a sentence that names no next step with the one that fits it."""
    return f"{sentence} {NEXT_STEP}" if sentence == Refused.public else sentence


def of_status(status: int) -> tuple[str, str, Button]:
    """Return headline, sentence and button for an HTTP status."""
    known = OF_STATUS.get(status) or OF_STATUS[400 if status < 500 else 500]  # noqa: PLR2004
    return (*known, TO_ACCOUNT if status == 403 else TO_LOGIN)  # noqa: PLR2004
