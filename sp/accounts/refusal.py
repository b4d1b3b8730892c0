"""The refusals of admission: their codes, what the person is told, and the group rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sp.organisations.identity import Identity
from sp.organisations.organisation import Organisation

SENTENCES: Final = {
    "not_in_group": (
        "Your company's login let you in, but you are not in a group that may come in here. "
        "Your IT team can add you to one; then sign in again."
    ),
    "groups_missing": (
        "Your organisation lets people in by group, and your company's login did not tell us your "
        "groups. Your IT team can have them sent with the sign-in; then sign in again."
    ),
    "groups_overage": (
        "You are in more groups than your company's login can send, so we cannot see whether one "
        "of them lets you in. Your IT team can have only the groups of this application sent; "
        "then sign in again."
    ),
    "suspended": (
        "Your access here has been suspended. Whoever manages your organisation's access here can "
        "tell you why and give it back."
    ),
    "no_account": (
        "Your company's login knows you, but you have no account here yet. Please ask whoever "
        "manages your organisation's access here to invite you, then sign in again."
    ),
    "email_outside_domains": (
        "Your company's login sent an e-mail address that is not one of your organisation's here. "
        "Your IT team can have your work address sent, or whoever manages your organisation's "
        "access here can invite this one; then sign in again."
    ),
    "no_email": (
        "Your company's login did not send an e-mail address that we can use. Your IT team can "
        "have your work address sent with the sign-in; then sign in again."
    ),
    "no_identifier": (
        "Your company's login did not tell us who you are. Your IT team can have a lasting "
        "identifier sent with the sign-in; then sign in again."
    ),
    "identity_conflict": (
        "Your company's login names you differently than before, so we cannot be sure that the "
        "account with your e-mail address is yours. Please give our support the reference; "
        "they can link it anew."
    ),
}
"""What the person reads for each code: what happened, whose turn it is, the next step."""

_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """This person may not come in; expected and actual are for admins and the record."""

    code: str
    expected: str = ""
    actual: str = ""


def refuse_by_groups(organisation: Organisation, identity: Identity) -> Refusal | None:
    """Refuse whom the group rule keeps out; absent, empty and overage are three states.

    Being in one of the required groups is enough, also where not all groups were sent.
    """
    required, groups = organisation.required_groups, identity.groups
    if not required or not set(required).isdisjoint(groups.values):
        return None
    codes = {"absent": "groups_missing", "overage": "groups_overage"}
    return Refusal(
        code=codes.get(groups.state, "not_in_group"),
        expected=f"one of: {', '.join(required)}",
        actual=", ".join(groups.values[:_MOST_SHOWN]) or groups.state,
    )
