"""What we tell an organisation's Identity Provider about ourselves."""

from __future__ import annotations

from sp.config import Config
from sp.flows.connection import read_revision
from sp.flows.looking_up import find_organisation
from sp.organisations.organisation import Organisation
from sp.saml.sp_metadata import RequestedAttribute, SpDescription, make_sp_metadata

ATTRIBUTES = (
    RequestedAttribute("email", is_required=True),
    RequestedAttribute("firstName"),
    RequestedAttribute("lastName"),
    RequestedAttribute("groups"),
)


def make(config: Config, slug: str) -> bytes:
    """Return our metadata for one organisation; NotFoundError where there is none of that slug.

    It exists before any revision does: the other side needs it first.
    """
    here = find_organisation(slug)
    ring = config.keyring()
    signing = [ring.signing, *([ring.next_signing] if ring.next_signing else [])]
    encryption = [ring.encryption, *([ring.next_encryption] if ring.next_encryption else [])]
    return make_sp_metadata(
        SpDescription(
            entity_id=config.entity_id(slug),
            acs_url=config.acs_url(slug),
            signing_certificates=tuple(pair.certificate for pair in signing),
            encryption_certificates=tuple(pair.certificate for pair in encryption),
            authn_requests_signed=_signs_requests(config, here),
            want_assertions_signed=True,
            display_name=config.product_name,
            logo_url=config.logo_url,
            privacy_url=config.privacy_url,
            requested_attributes=ATTRIBUTES,
            technical_contact=config.technical_email,
            support_contact=config.support_email,
            slo_url=config.slo_url(slug),
            slo_soap_url=config.slo_soap_url(slug),
        )
    )


def _signs_requests(config: Config, here: Organisation) -> bool:
    """Say what the live revision does; an Identity Provider holds us to it."""
    if here.live_revision is None:
        return False
    return read_revision(config, here, here.live_revision).sign_requests
