"""One IdP is found in a document whatever stands around it, and read whole."""

from __future__ import annotations

import pytest
from support.idp import Idp
from support.metadata import (
    ENTITY_ID,
    codes,
    entity,
    key,
    key_info,
    read,
    role,
    slo,
    sso,
)

from sp.saml import urn
from sp.saml.idp_metadata import Endpoint

SP = (
    f'<SPSSODescriptor protocolSupportEnumeration="{urn.SAMLP}"><AssertionConsumerService '
    f'Binding="{urn.POST}" Location="https://app.example/acs" index="0"/></SPSSODescriptor>'
)


def test_a_good_document_gives_one_identity_provider():
    metadata = read(Idp().metadata())
    assert metadata.entity_id == ENTITY_ID
    assert [each.key for each in metadata.signing_keys] == list(Idp().expectation().keys)
    assert metadata.use_sso == Endpoint(urn.REDIRECT, "https://idp.example.com/saml/sso")
    assert metadata.use_slo is None
    assert metadata.name_id_formats == (urn.PERSISTENT,)
    assert metadata.display_name == "Demo identity provider"
    assert metadata.signature == "none"
    assert codes(metadata) == {"no_front_channel_logout"}


def test_formats_are_trimmed_and_kept_in_order_and_once():
    texts = (urn.TRANSIENT, f"\n  {urn.PERSISTENT}\t", "", urn.TRANSIENT)
    formats = "".join(f"<NameIDFormat>{text}</NameIDFormat>" for text in texts)
    metadata = read(entity(role(key(), formats, sso())))
    assert metadata.name_id_formats == (urn.TRANSIENT, urn.PERSISTENT)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("1", True), (" true ", True), ("false", False), ("0", False)],
)
def test_a_wish_for_signed_requests_is_read_in_both_spellings(text, value):
    metadata = read(entity(role(attributes=f'WantAuthnRequestsSigned="{text}"')))
    assert metadata.want_authn_requests_signed is value
    assert ("wants_signed_requests" in codes(metadata)) is value


def test_the_english_name_is_shown_and_that_of_the_organisation_where_there_is_none():
    names = "".join(
        f'<mdui:DisplayName xml:lang="{lang}">{text}</mdui:DisplayName>'
        for lang, text in (("de", "Anmeldung"), ("en", "Sign-in"))
    )
    extensions = f"<Extensions><mdui:UIInfo>{names}</mdui:UIInfo></Extensions>"
    organisation = '<Organization><OrganizationDisplayName xml:lang="en">Acme</OrganizationDisplayName></Organization>'
    assert read(entity(role(extensions, key(), sso()))).display_name == "Sign-in"
    assert read(entity(role(), organisation)).display_name == "Acme"
    assert read(entity()).display_name == ""


def test_only_the_identity_providers_own_role_counts():
    theirs = SP.replace("<Assertion", slo("https://app.example/slo") + "<Assertion")
    assert read(entity(theirs, role(key_info(""), key(), sso()))).slo == ()
