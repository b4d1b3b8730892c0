"""Where an e-mail address signs in: the one function that every page asks."""

from __future__ import annotations

from dataclasses import dataclass

from sp.accounts import account
from sp.accounts.email_address import domain_of, normalise_email
from sp.db import Transaction
from sp.organisations import organisation
from sp.organisations.organisation import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Realm:
    """How an address signs in.

    kind: "sso" (the organisation's company login), "password", "choose" (accounts at several
    organisations), "unknown" (nobody here knows the address; `organisations` is empty).
    """

    kind: str
    email: str
    organisations: tuple[Organisation, ...]


def realm(transaction: Transaction, email: str) -> Realm:
    """Return where an address signs in (DESIGN, decision 15); BadInputError if it is none.

    A verified domain decides alone, so nobody captures another company's people by listing them as
    guests. Only where nobody verified the domain do accounts count. It says where, not whether: a
    suspended person is told by admission.
    """
    address = normalise_email(email)
    owner = organisation.find_by_domain(transaction, domain_of(address))
    if owner:
        return _at_one(address, owner)
    found = (
        organisation.find_by_id(transaction, each)
        for each in account.list_organisations(transaction, address)
    )
    organisations = tuple(each for each in found if each)
    if len(organisations) == 1:
        return _at_one(address, organisations[0])
    kind = "choose" if organisations else "unknown"
    return Realm(kind=kind, email=address, organisations=organisations)


def _at_one(address: str, here: Organisation) -> Realm:
    kind = "sso" if here.signs_in_by_sso else "password"
    return Realm(kind=kind, email=address, organisations=(here,))
