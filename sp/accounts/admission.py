"""Admission: who may come in, decided before anything is made (DESIGN, decisions 16 to 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sp.accounts import account, identity_link
from sp.accounts.account import Account
from sp.accounts.email_address import domain_of, normalise_email
from sp.accounts.refusal import SENTENCES, Refusal, refuse_by_groups
from sp.db import Transaction
from sp.errors import BadInputError
from sp.organisations.identity import Identity
from sp.organisations.organisation import Organisation

__all__ = ["SENTENCES", "Admitted", "Refusal", "admit", "apply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """This person may come in; `apply` makes what is named here and nothing else.

    `account` is None where one is to be made, for `email`. `link` is the (source, value) to link;
    `new_email` and `new_name` replace the account's own. `notes` are codes for the event:
    email_missing (none that is one), email_outside_domains, email_taken.
    """

    account: Account | None
    email: str
    name: str
    idp_entity_id: str
    link: tuple[str, str] | None = None
    new_email: str | None = None
    new_name: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def creates_account(self) -> bool:
        """Say whether this is the first we hear of this person."""
        return self.account is None

    @property
    def old_email(self) -> str | None:
        """Return the account's address before this sign-in."""
        return self.account.email if self.account else None


def admit(
    transaction: Transaction, organisation: Organisation, identity: Identity
) -> Admitted | Refusal:
    """Decide whether this person may come in, and as whom; nothing is written."""
    if not identity.identifiers:
        return Refusal(code="no_identifier", expected="an identifier", actual="none")
    refused = refuse_by_groups(organisation, identity)
    if refused:
        return refused
    source, value = identity.identifiers[0]
    person = identity_link.find(transaction, organisation.id, identity.idp_entity_id, source, value)
    if person is None:
        return _admit_first_time(transaction, organisation, identity)
    if person.suspended_at:
        return Refusal(code="suspended", actual=person.suspended_at.isoformat())
    return _admit_again(transaction, organisation, identity, person)


def apply(
    transaction: Transaction, organisation: Organisation, decision: Admitted, at: datetime
) -> Account:
    """Make what was decided and return the account as it is now.

    A sign-in that loses a race for the same address or identity breaks a unique key; its whole
    transaction is tried again and then finds the winner's rows.
    """
    person = decision.account
    if person is None:
        person = account.make(
            transaction,
            organisation.id,
            decision.email,
            name=decision.name,
            role="member",
            origin="sign_on",
            at=at,
        )
    if decision.link:
        source, value = decision.link
        identity_link.add(
            transaction,
            organisation.id,
            person.id,
            idp_entity_id=decision.idp_entity_id,
            source=source,
            value=value,
            at=at,
        )
    if decision.new_email:
        account.set_email(transaction, person.id, decision.new_email)
        person = person._replace(email=decision.new_email)
    if decision.new_name:
        account.set_name(transaction, person.id, decision.new_name)
        person = person._replace(name=decision.new_name)
    return person


def _admit_again(
    transaction: Transaction, organisation: Organisation, identity: Identity, person: Account
) -> Admitted:
    """Let a linked person in: their address may change, but never keeps them out (decision 17)."""
    addresses = _addresses(identity)
    inside = [each for each in addresses if domain_of(each) in organisation.domains]
    new_email, note = None, None
    if not addresses:
        note = "email_missing"
    elif person.email in addresses:
        pass
    elif not inside:
        note = "email_outside_domains"
    else:
        free = (each for each in inside if not account.find(transaction, organisation.id, each))
        new_email = next(free, None)
        note = None if new_email else "email_taken"
    return Admitted(
        account=person,
        email=person.email,
        name=person.name,
        idp_entity_id=identity.idp_entity_id,
        new_email=new_email,
        new_name=_new_name(person, identity),
        notes=(note,) if note else (),
    )


def _admit_first_time(
    transaction: Transaction, organisation: Organisation, identity: Identity
) -> Admitted | Refusal:
    """Link somebody to their account by e-mail, this once, or make them one (requirements, 4)."""
    addresses = _addresses(identity)
    if not addresses:
        actual = ", ".join(map(ascii, identity.emails[:5])) or "none"
        return Refusal(code="no_email", expected="one plain e-mail address", actual=actual)
    inside = [each for each in addresses if domain_of(each) in organisation.domains]
    known = [
        person
        for each in addresses
        if (person := account.find(transaction, organisation.id, each))
        and (each in inside or person.was_invited)
    ]
    if len(known) > 1:
        names = ", ".join(person.email for person in known)
        return Refusal(code="identity_conflict", expected="one account", actual=names)
    if known:
        return _link(transaction, identity, known[0])
    if not inside:
        expected = f"an address in {', '.join(organisation.domains)}"
        return Refusal(
            code="email_outside_domains", expected=expected, actual=", ".join(addresses[:5])
        )
    if not organisation.create_accounts:
        return Refusal(code="no_account", expected="an account", actual=f"none for {inside[0]}")
    return Admitted(
        account=None,
        email=inside[0],
        name=identity.name,
        idp_entity_id=identity.idp_entity_id,
        link=identity.identifiers[0],
    )


def _link(transaction: Transaction, identity: Identity, person: Account) -> Admitted | Refusal:
    """Link an account that this IdP has not linked to somebody else yet (decision 16)."""
    values = identity_link.values_of(transaction, person.id, identity.idp_entity_id)
    for source, value in identity.identifiers:
        if values.get(source, value) != value:
            return Refusal(
                code="identity_conflict", expected=f"{source} {values[source]}", actual=value
            )
    if person.suspended_at:
        return Refusal(code="suspended", actual=person.suspended_at.isoformat())
    return Admitted(
        account=person,
        email=person.email,
        name=person.name,
        idp_entity_id=identity.idp_entity_id,
        link=identity.identifiers[0],
        new_name=_new_name(person, identity),
    )


def _addresses(identity: Identity) -> list[str]:
    """Return the asserted addresses that are addresses, normalised, each once, by the alphabet."""
    addresses = set()
    for text in identity.emails:
        try:
            addresses.add(normalise_email(text))
        except BadInputError:
            continue
    return sorted(addresses)


def _new_name(person: Account, identity: Identity) -> str | None:
    return identity.name if identity.name and identity.name != person.name else None
