"""What each product's Identity Provider sends, by the names it really uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from sp.errors import BadInputError
from sp.organisations.attribute_map import AttributeMap

_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT: Final = "http://schemas.microsoft.com/identity/claims/"
_WINDOWS: Final = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
_SUBJECT: Final = "urn:oasis:names:tc:SAML:attribute:"
_DIRECTORY: Final = "urn:mace:dir:attribute-def:"
_EDU: Final = "urn:oid:1.3.6.1.4.1.5923.1."

_OBJECT_ID: Final = f"attribute:{_MICROSOFT}objectidentifier"
_PLAIN_ID: Final = ("attribute:id", "nameid")

_EMAIL_NAMES: Final = (
    f"{_CLAIMS}emailaddress",
    "emailaddress",
    "email",
    "urn:oid:0.9.2342.19200300.100.1.3",
    f"{_DIRECTORY}mail",
    "mail",
)
_EMAILS: Final = (*(f"attribute:{name}" for name in _EMAIL_NAMES), "nameid")
_FIRST_NAMES: Final = (
    f"{_CLAIMS}givenname",
    "urn:oid:2.5.4.42",
    f"{_DIRECTORY}givenName",
    "givenName",
    "firstName",
    "first_name",
)
_LAST_NAMES: Final = (
    f"{_CLAIMS}surname",
    "urn:oid:2.5.4.4",
    f"{_DIRECTORY}sn",
    "surname",
    "sn",
    "lastName",
    "last_name",
)
_DISPLAY_NAMES: Final = (
    f"{_MICROSOFT}displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    f"{_DIRECTORY}displayName",
    "displayName",
)
_OVERAGE: Final = ("http://schemas.microsoft.com/claims/groups.link",)
_ENTRA_GROUPS: Final = (f"{_WINDOWS}groups", f"{_WINDOWS}role", "groups", "role")
_ADFS_GROUPS: Final = (
    "http://schemas.xmlsoap.org/claims/Group",
    f"{_WINDOWS}role",
    "group",
    "role",
)
_FEDERATION_GROUPS: Final = (
    f"{_EDU}5.1.1",  # isMemberOf
    f"{_EDU}1.1.1",  # eduPersonAffiliation
    "isMemberOf",
    "eduPersonAffiliation",
    "memberOf",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A product: its name here and in print, its attribute map, and whether it takes login_hint."""

    name: str
    title: str
    attribute_map: AttributeMap
    send_login_hint: bool = False


def _preset(
    name: str,
    title: str,
    *,
    identifiers: tuple[str, ...] = ("nameid",),
    groups: tuple[str, ...] = ("groups",),
    overage: tuple[str, ...] = (),
    send_login_hint: bool = False,
) -> Preset:
    return Preset(
        name=name,
        title=title,
        attribute_map=AttributeMap(
            identifiers=identifiers,
            emails=_EMAILS,
            first_names=_FIRST_NAMES,
            last_names=_LAST_NAMES,
            display_names=_DISPLAY_NAMES,
            groups=groups,
            overage=overage,
        ),
        send_login_hint=send_login_hint,
    )


_ALL: Final = (
    _preset(
        "entra",
        "Microsoft Entra ID",
        identifiers=(_OBJECT_ID, "nameid"),
        groups=_ENTRA_GROUPS,
        overage=_OVERAGE,
        send_login_hint=True,
    ),
    _preset("okta", "Okta", identifiers=_PLAIN_ID),
    _preset(
        "adfs",
        "AD FS",
        identifiers=("nameid", f"attribute:{_CLAIMS}upn"),
        groups=_ADFS_GROUPS,
    ),
    _preset("google", "Google Workspace", groups=("groups", "group")),
    _preset("onelogin", "OneLogin", identifiers=_PLAIN_ID, groups=("groups", "memberOf")),
    _preset(
        "pingone",
        "PingOne",
        identifiers=("nameid", "attribute:saml_subject"),
        groups=("groups", "Group Names", "memberOf"),
    ),
    _preset("keycloak", "Keycloak", groups=("groups", "member", "Role")),
    _preset("jumpcloud", "JumpCloud", identifiers=_PLAIN_ID, groups=("groups", "memberOf")),
    _preset(
        "general",
        "Another Identity Provider",
        identifiers=(
            f"attribute:{_SUBJECT}subject-id",
            f"attribute:{_SUBJECT}pairwise-id",
            _OBJECT_ID,
            "nameid",
        ),
        groups=tuple(dict.fromkeys((*_ENTRA_GROUPS, *_ADFS_GROUPS, *_FEDERATION_GROUPS))),
        overage=_OVERAGE,
    ),
)

PRESETS: Final = {preset.name: preset for preset in _ALL}


def find(name: str) -> Preset:
    """Return the preset of this name; BadInputError where there is none."""
    if name not in PRESETS:
        raise BadInputError(
            code="unknown_provider", public=f"A provider is one of: {', '.join(sorted(PRESETS))}."
        )
    return PRESETS[name]


def recognise(entity_id: str, sso_url: str) -> str:
    """Return the name of the product that has such an entityID or sign-in address."""
    entity, sso = _split(entity_id), _split(sso_url)
    hosts = (entity.hostname or "", sso.hostname or "")
    for name, ends in _HOSTS:
        if any(host == end or host.endswith(f".{end}") for host in hosts for end in ends):
            return name
    if entity.path.endswith("/adfs/services/trust") or sso.path.startswith("/adfs/ls"):
        return "adfs"
    if "/realms/" in sso.path and sso.path.rstrip("/").endswith("/protocol/saml"):
        return "keycloak"
    return "general"


_HOSTS: Final = (
    ("entra", ("sts.windows.net", "login.microsoftonline.com", "login.microsoftonline.us")),
    ("okta", ("okta.com", "oktapreview.com", "okta-emea.com")),
    ("google", ("accounts.google.com",)),
    ("onelogin", ("onelogin.com",)),
    ("pingone", ("pingone.com", "pingone.eu", "pingone.ca", "pingone.asia", "pingone.com.au")),
    ("jumpcloud", ("jumpcloud.com",)),
)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        return urlsplit("")
    return parts
