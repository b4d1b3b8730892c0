"""Organisations beside acme, for the pages that only an accident leads to.

with two_sites(config, folder) as sites:
    furnish(sites)
    message(sites, "initech", email="grace@initech.example")     # an answer that nobody asked for

globex     takes requests by POST; its people are the demonstration's, as guests
initech    believes one key of ours, so any message can be made for it; admits by group
longwind   the same, with names as long as they come
umbrella   has no Identity Provider yet
hooli      somebody has altered its settings on the disk
"""

from __future__ import annotations

import uuid

from flask import current_app
from lxml import etree
from support.http_browser import HttpBrowser, over_http
from support.idp import Idp

from sp import clock
from sp.demo.messages import AttributeSpec
from sp.demo.names import MD, REDIRECT
from sp.flows import connection, membership
from sp.flows.actor import COMMAND_LINE
from sp.organisations import idp_directory

GUEST = "guest@partner.example"
SUSPENDED = "alan@initech.example"
LONG_NAME = (
    "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbauunterbeamtengesellschaft "
    "of Llanfairpwllgwyngyllgogerych"
)
LONG_EMAIL = f"{'wolfeschlegelsteinhausenbergerdorff.' * 2}senior@longwind.example"
LONG_PERSON = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren Sr."


def furnish(sites):
    """Add what acme alone does not show; wants two_sites fresh, before the first request."""

    @current_app.get("/break")
    def _break():
        raise RuntimeError("a fault that nobody foresaw")

    _connect(sites, "globex", "Globex", _by_post(sites))
    _connect(sites, "initech", "Initech", _metadata(sites, "initech"))
    _connect(sites, "longwind", LONG_NAME, _metadata(sites, "longwind"))
    _connect(sites, "hooli", "Hooli", _metadata(sites, "hooli"))
    _add("umbrella", "Umbrella")
    membership.set_policy(
        "longwind", {"unsolicited": "accept", "create_accounts": True}, actor=COMMAND_LINE
    )
    for slug, email in (
        ("globex", "ada@acme.example"),
        ("globex", GUEST),
        ("initech", GUEST),
        ("longwind", GUEST),
        ("initech", "ada@initech.example"),
        ("initech", SUSPENDED),
    ):
        membership.add_account(slug, email, actor=COMMAND_LINE)
    membership.suspend("initech", SUSPENDED, actor=COMMAND_LINE)
    _alter(sites, "hooli")


def message(sites, slug, *, email="ada@initech.example", groups=("clientshare",), **changes):
    """Return a good answer to nothing, with one change; None leaves e-mail or groups out."""
    email_of = (AttributeSpec("email", (email,)),) if email else ()
    groups_of = (AttributeSpec("groups", groups),) if groups is not None else ()
    good = {
        "in_response_to": None,
        "response_id": f"_{uuid.uuid4().hex}",
        "assertion_id": f"_{uuid.uuid4().hex}",
        "attributes": (*email_of, *groups_of),
    }
    return idp_of(sites, slug).response(at=clock.now(), **(good | changes))


def idp_of(sites, slug):
    """Return the Identity Provider whose key an organisation believes."""
    return Idp(
        entity_id=f"https://idp.{slug}.example/saml",
        sp_entity_id=sites.config.entity_id(slug),
        acs_url=sites.config.acs_url(slug),
    )


def _add(slug, name):
    membership.add_organisation(slug, name, [f"{slug}.example"], actor=COMMAND_LINE)


def _connect(sites, slug, name, octets):
    _add(slug, name)
    imported = connection.import_metadata(
        sites.config, slug, octets, source="idp.xml", actor=COMMAND_LINE, provider="general"
    )
    connection.go_live(sites.config, slug, imported.number, actor=COMMAND_LINE)


def _metadata(sites, slug):
    """Its sign-on page is the demonstration's, so that a restart ends at a page that exists."""
    return idp_of(sites, slug).metadata(sso_redirect=f"{sites.idp}/sso", sso_post=None)


def _by_post(sites):
    """The demonstration's own metadata, as if it took requests by POST only."""
    published = HttpBrowser(over_http()).open(f"{sites.idp}/metadata").reply.body
    root = etree.fromstring(published)
    for name in ("SingleSignOnService", "SingleLogoutService"):
        for each in root.findall(f".//{{{MD}}}{name}"):
            if each.get("Binding") == REDIRECT:
                each.getparent().remove(each)
    return etree.tostring(root)


def _alter(sites, slug):
    (document,) = sites.config.settings_directory.glob(f"{slug}/1/attributes.json")
    document.chmod(0o644)
    document.write_text("{}")
    idp_directory._remembered.clear()
