"""Finds the one Identity Provider in a metadata document, or says why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sp.saml import canonical, urn, xml
from sp.saml.errors import MetadataRefused
from sp.saml.types import Element

_LONGEST_ENTITY_ID: Final = 1024
_FEDERATION: Final = "http://docs.oasis-open.org/wsfed/federation/200706"

_SENTENCES: Final = {
    "empty_aggregate": "This document is an empty list (EntitiesDescriptor): there is no Identity "
    "Provider in it. Download the metadata of your own Identity Provider.",
    "sp_metadata": "This is the metadata of an application (a service provider, SP), not that of "
    "your Identity Provider. Download the metadata on your Identity Provider's side.",
    "ws_federation_only": "This Identity Provider's metadata is for WS-Federation only; we need "
    "SAML 2.0. Switch SAML 2.0 on there, or ask for its SAML metadata.",
    "no_idp": "There is no Identity Provider in this metadata (no IDPSSODescriptor). Download the "
    "metadata that your Identity Provider offers for SAML 2.0 applications.",
    "misplaced_idp": "In this document the Identity Provider stands where it must not "
    "(IDPSSODescriptor outside its EntityDescriptor). Download the metadata as a file and upload "
    "it unopened.",
    "no_saml2": "This Identity Provider does not speak SAML 2.0, only an older version. Switch "
    "SAML 2.0 on there, and download the metadata again.",
    "choose_idp": "There are several Identity Providers in this document. Choose the one of your "
    "organisation by its entityID.",
    "unknown_entity_id": "There is no SAML 2.0 Identity Provider with the chosen entityID in this "
    "document.",
    "ambiguous_entity_id": "The chosen entityID stands in this document more than once, with "
    "different contents. Upload the metadata of your own Identity Provider alone.",
    "no_entity_id": "The Identity Provider in this document has no entityID. Download the "
    "metadata as a file and upload it unopened.",
    "entity_id_too_long": "The Identity Provider's entityID is longer than 1,024 characters, which "
    "SAML does not allow. Choose a shorter one at your Identity Provider.",
    "entity_id_template": "The entityID in this document is a template: it holds a placeholder in "
    "braces, such as {tenantid}, where your own tenant belongs. Download the metadata of your own "
    "application or tenant (at Entra ID: the App Federation Metadata).",
}


@dataclass(frozen=True, slots=True)
class Entity:
    """One EntityDescriptor with the IDPSSODescriptor that we read."""

    element: Element
    role: Element

    @property
    def entity_id(self) -> str:
        """Return the entityID without the white space that anyURI ignores."""
        return xml.trim(self.element.get("entityID"))


def find_entities(root: Element) -> list[Entity]:
    """Return the document's Identity Providers, of any version of SAML; at least one.

    Raises MetadataRefused where there is none, or where one hides elsewhere in the document.
    """
    elements = list(_walk(root))
    places = set(elements)
    if any(role.getparent() not in places for role in root.iter(urn.q("md:IDPSSODescriptor"))):
        raise refuse("misplaced_idp")
    entities = [entity for element in elements if (entity := _read_entity(element))]
    if not entities:
        raise refuse(_name_absence(elements))
    return entities


def choose_entity(entities: list[Entity], entity_id: str | None) -> Entity:
    """Return the only SAML 2.0 Identity Provider, or the chosen one; raises MetadataRefused."""
    usable = [entity for entity in entities if is_saml2(entity.role)]
    if not usable:
        raise refuse("no_saml2")
    if entity_id is not None:
        return _find_chosen(usable, entity_id)
    if len(usable) > 1:
        raise _offer("choose_idp", usable)
    return usable[0]


def check_entity_id(entity_id: str) -> None:
    """Refuse an entityID that no Issuer can equal (Core 8.3.6); odd ones are fine."""
    if not entity_id:
        raise refuse("no_entity_id")
    if len(entity_id) > _LONGEST_ENTITY_ID:
        raise refuse("entity_id_too_long", length=len(entity_id))
    if "{" in entity_id and "}" in entity_id:
        raise refuse("entity_id_template", entity_id=entity_id)


def is_saml2(role: Element) -> bool:
    """Say whether a role lists SAML 2.0 among its protocols (Metadata 2.4.1)."""
    return urn.PROTOCOL in (role.get("protocolSupportEnumeration") or "").split()


def read_display_name(entity: Entity) -> str:
    """Return the name for people, in English where there is one; "" for none (MDUI 2.1.2)."""
    for names in (
        entity.role.findall("md:Extensions/mdui:UIInfo/mdui:DisplayName", urn.PREFIXES),
        entity.element.findall("md:Organization/md:OrganizationDisplayName", urn.PREFIXES),
    ):
        names.sort(key=lambda name: name.get(urn.q("xml:lang")) != "en")
        for name in names:
            if text := " ".join((name.text or "").split()):
                return text
    return ""


def refuse(
    code: str, *, choices: tuple[tuple[str, str], ...] = (), **facts: object
) -> MetadataRefused:
    """Return the refusal with that code's sentence; the caller raises it."""
    return MetadataRefused(code, _SENTENCES[code], choices=choices, **facts)


def _walk(root: Element) -> Iterator[Element]:
    """Give every EntityDescriptor in the document's order, however lists are nested in lists."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag == urn.q("md:EntityDescriptor"):
            yield element
        elif element.tag == urn.q("md:EntitiesDescriptor"):
            waiting.extend(reversed(element))


def _read_entity(element: Element) -> Entity | None:
    """Return an entity by its first SAML 2.0 role; by its first one where there is none."""
    roles = element.findall("md:IDPSSODescriptor", urn.PREFIXES)
    roles.sort(key=is_saml2, reverse=True)
    return Entity(element, roles[0]) if roles else None


def _name_absence(elements: list[Element]) -> str:
    if not elements:
        return "empty_aggregate"
    roles = [role for element in elements for role in element.iterchildren("*")]
    if any(role.tag == urn.q("md:SPSSODescriptor") for role in roles):
        return "sp_metadata"
    others = [role for role in roles if role.tag == urn.q("md:RoleDescriptor")]
    if any(_FEDERATION in (role.nsmap or {}).values() for role in others):
        return "ws_federation_only"
    return "no_idp"


def _find_chosen(usable: list[Entity], entity_id: str) -> Entity:
    """Return the entity with that ID. Compared here, not in a path: it is what somebody typed."""
    found = [entity for entity in usable if entity.entity_id == xml.trim(entity_id)]
    if not found:
        raise _offer("unknown_entity_id", usable)
    contents = {canonical.canonicalise(entity.role, exclusive=True) for entity in found}
    if len(contents) > 1:
        raise refuse("ambiguous_entity_id")
    return found[0]


def _offer(code: str, usable: list[Entity]) -> MetadataRefused:
    choices = tuple((entity.entity_id, read_display_name(entity)) for entity in usable)
    return refuse(code, choices=tuple(dict.fromkeys(choices)))
