"""The checks of the Web Browser SSO profile: a list of small functions, each giving a Finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sp.saml import confirmation, times, tree, urn, xml
from sp.saml.facts import Facts, MessageFacts
from sp.saml.types import Element, Finding
from sp.saml.urn import q

_ASSERTION: Final = q("saml:Assertion")
KNOWN_CONDITIONS: Final = (
    q("saml:AudienceRestriction"),
    q("saml:OneTimeUse"),
    q("saml:ProxyRestriction"),
)


Check = Callable[[Facts], Finding]
Kind = TypeVar("Kind", bound=MessageFacts)


def check_version(facts: MessageFacts) -> Finding:
    """Every version is 2.0."""
    versions = [each.get("Version", "") for each in facts.elements]
    section = facts.sections["version"]
    return Finding("version", set(versions) == {"2.0"}, "2.0", " and ".join(versions), section)


def check_issuer(facts: MessageFacts) -> Finding:
    """Every Issuer is the IdP, by its entityID or, for a logout, by its other name."""
    expected = facts.expected_issuers
    issuers = ["" if each is None else _name_of(each) for each in facts.issuers]
    formats = {each.get("Format", urn.ENTITY) for each in facts.issuers if each is not None}
    ok = all(each in expected for each in issuers) and formats <= {urn.ENTITY}
    actual = " and ".join(each or "none" for each in dict.fromkeys(issuers))
    section = facts.sections["issuer"]
    return Finding("issuer", ok and all(expected), " or ".join(expected), actual, section)


def _name_of(issuer: Element) -> str:
    """Return what an Issuer says: an Assertion's to the letter, without white space around others'.

    A signed Response of Shibboleth's may be indented; its Assertion, which counts, is not.
    """
    text = tree.text_of(issuer)
    parent = issuer.getparent()
    return text if parent is not None and parent.tag == _ASSERTION else xml.trim(text)


def check_destination(facts: MessageFacts) -> Finding:
    """Destination is our own address exactly; what is signed must have one."""
    actual, expected, is_needed = facts.destination
    ok = actual == expected or (actual is None and not is_needed)
    section = facts.sections["destination"]
    return Finding("destination", ok, expected, actual or "none", section)


def check_audience(facts: Facts) -> Finding:
    """At least one AudienceRestriction, and each names us exactly (Core 2.5.1.4)."""
    expected = facts.expectation.sp_entity_id
    restrictions = [
        [tree.text_of(audience) for audience in tree.find_all(each, "saml:Audience")]
        for conditions in facts.conditions
        for each in tree.find_all(conditions, "saml:AudienceRestriction")
    ]
    ok = bool(restrictions) and all(expected in each for each in restrictions)
    actual = "; ".join(", ".join(each) for each in restrictions) or "none"
    return Finding("audience", ok, expected, actual, "Core 2.5.1.4")


def check_conditions(facts: Facts) -> Finding:
    """There is exactly one Conditions element."""
    count = len(facts.conditions)
    return Finding("conditions", count == 1, "one", str(count), "Profiles 4.1.4.2")


def check_unknown_condition(facts: Facts) -> Finding:
    """A condition that we do not know makes the assertion unusable (Core 2.5.1)."""
    unknown = [
        str(each.tag)
        for conditions in facts.conditions
        for each in conditions
        if each.tag not in KNOWN_CONDITIONS
    ]
    actual = ", ".join(unknown) or "none"
    return Finding("unknown_condition", not unknown, "none", actual, "Core 2.5.1")


def check_authn_statement(facts: Facts) -> Finding:
    """There is exactly one AuthnStatement."""
    count = len(facts.statements)
    return Finding("authn_statement", count == 1, "one", str(count), "Profiles 4.1.4.2")


def check_authn_context(facts: Facts) -> Finding:
    """The context is one of those that the request demanded, if it did (Core 3.3.2.2.1)."""
    path = "saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef"
    actual = xml.trim(tree.find_text(facts.assertion, path))
    wanted = facts.expectation.contexts
    ok = not wanted or actual in wanted
    expected = " or ".join(wanted) or "any"
    return Finding("authn_context", ok, expected, actual or "none", "Core 3.3.2.2.1")


def run(
    every: Sequence[Callable[[Kind], Finding]], facts: Kind, *, to_the_end: bool
) -> Iterator[Finding]:
    """Give the finding of each check in turn, up to the first that fails unless told otherwise."""
    for check in every:
        finding = check(facts)
        yield finding
        if not finding.ok and not to_the_end:
            return


CHECKS: Final[tuple[Check, ...]] = (
    check_version,
    check_issuer,
    check_destination,
    check_conditions,
    times.check_conditions_window,
    check_unknown_condition,
    check_audience,
    confirmation.check_confirmation,
    times.check_issue_instant,
    times.check_age,
    check_authn_statement,
    times.check_authn_instant,
    times.check_session_end,
    check_authn_context,
    confirmation.check_in_response_to,
)
