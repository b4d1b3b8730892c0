"""Finding what a command or a page names, or saying in one sentence that it does not exist."""

from __future__ import annotations

from sp import db
from sp.accounts import account
from sp.accounts.account import Account, normalise_email
from sp.errors import NotFoundError
from sp.organisations import organisation
from sp.organisations.organisation import Organisation


def find_organisation(slug: str) -> Organisation:
    """Return the organisation of this slug; NotFoundError names it."""
    with db.read() as transaction:
        found = organisation.find(transaction, slug)
    if found is None:
        raise NotFoundError(public=f"There is no organisation {slug!r}.")
    return found


def find_account(here: Organisation, email: str) -> Account:
    """Return an organisation's account by its e-mail address; NotFoundError names it."""
    address = normalise_email(email)
    with db.read() as transaction:
        found = account.find(transaction, here.id, address)
    if found is None:
        raise NotFoundError(public=f"{here.slug} has no account {address}.")
    return found
