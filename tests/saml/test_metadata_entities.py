"""The one Identity Provider is found in a document, whatever stands around it."""

from __future__ import annotations

import pytest
from support.metadata import ENTITY_ID, codes, entities, entity, key, read, refusal, role, sso

from sp.saml import urn

SP = (
    f'<SPSSODescriptor protocolSupportEnumeration="{urn.SAMLP}"><AssertionConsumerService '
    f'Binding="{urn.POST}" Location="https://app.example/acs" index="0"/></SPSSODescriptor>'
)
WS_FEDERATION = (
    '<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" '
    'xsi:type="fed:SecurityTokenServiceType" '
    'protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"/>'
)
OTHER = "https://other.example/saml"


# Which Identity Provider


def test_several_identity_providers_are_offered_with_their_names():
    named = entity(
        role(
            '<Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="en"> The  Other\n</mdui:DisplayName></mdui:UIInfo></Extensions>'
        ),
        entity_id=OTHER,
    )
    refused = refusal(entities(entity(), named))
    assert refused.code == "choose_idp"
    assert refused.choices == ((ENTITY_ID, ""), (OTHER, "The Other"))


def test_the_chosen_identity_provider_is_read():
    document = entities(entity(), entity(entity_id=OTHER))
    assert read(document, entity_id=OTHER).entity_id == OTHER


def test_lists_in_lists_are_read():
    document = entities(entities(entities(entity())), entities(entity(SP, entity_id="sp")))
    assert read(document).entity_id == ENTITY_ID


def test_an_application_before_the_only_identity_provider_does_not_matter():
    assert read(entities(entity(SP, entity_id="sp"), entity())).entity_id == ENTITY_ID


@pytest.mark.parametrize("other", [SP, WS_FEDERATION])
def test_other_roles_of_the_same_entity_do_not_matter(other):
    assert read(entity(other, role())).entity_id == ENTITY_ID


@pytest.mark.parametrize(
    "choice", ["x' or '1'='1", "'", "*", "", f"{ENTITY_ID}/", ENTITY_ID.upper()]
)
def test_a_choice_is_compared_and_never_interpreted(choice):
    refused = refusal(entities(entity(), entity(entity_id=OTHER)), entity_id=choice)
    assert refused.code == "unknown_entity_id"
    assert len(refused.choices) == 2


def test_an_entity_id_with_an_apostrophe_can_be_chosen():
    document = entities(entity(), entity(entity_id="o'hara"))
    assert read(document, entity_id="o'hara").entity_id == "o'hara"


def test_the_same_entity_twice_can_be_chosen():
    document = entities(entity(), entity())
    assert refusal(document).code == "choose_idp"
    assert read(document, entity_id=ENTITY_ID).entity_id == ENTITY_ID


def test_the_same_entity_id_with_other_contents_is_refused():
    document = entities(entity(), entity(role(key(), sso("https://evil.example/sso"))))
    assert refusal(document, entity_id=ENTITY_ID).code == "ambiguous_entity_id"


def test_a_role_of_an_older_saml_is_passed_over():
    old = role(sso("https://idp.example.com/old"), protocols="urn:oasis:names:tc:SAML:1.1:protocol")
    assert read(entity(old, role())).use_sso.location == "https://idp.example.com/saml/sso"


@pytest.mark.parametrize("protocols", ["urn:oasis:names:tc:SAML:1.1:protocol", "", urn.SAMLP + "x"])
def test_without_saml2_an_identity_provider_is_refused(protocols):
    assert refusal(entity(role(protocols=protocols))).code == "no_saml2"


def test_one_of_several_protocols_is_enough():
    protocols = f"urn:oasis:names:tc:SAML:1.1:protocol {urn.SAMLP}"
    assert read(entity(role(protocols=protocols))).entity_id == ENTITY_ID


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (entity(SP), "sp_metadata"),
        (entities(entity(SP), entity(WS_FEDERATION)), "sp_metadata"),
        (entity(WS_FEDERATION), "ws_federation_only"),
        (entity("<AffiliationDescriptor/>"), "no_idp"),
        (entities(), "empty_aggregate"),
        (entities(entities()), "empty_aggregate"),
        (entity("<Extensions>" + entity() + "</Extensions>"), "misplaced_idp"),
        (entity("<Extensions>" + role() + "</Extensions>", SP), "misplaced_idp"),
        (entities("<Extensions>" + entity() + "</Extensions>", entity()), "misplaced_idp"),
        (entity(role(role())), "misplaced_idp"),
    ],
)
def test_a_document_without_a_usable_identity_provider_is_refused(document, code):
    assert refusal(document).code == code


# The entityID


@pytest.mark.parametrize(
    "entity_id",
    [
        "IdP Entity ID",
        "authentik",
        "evaluation",
        "urn:example:idp",
        "https://sp.example.com/acs",
        "x" * 1024,
    ],
)
def test_an_odd_entity_id_is_read(entity_id):
    metadata = read(entity(entity_id=entity_id))
    assert metadata.entity_id == entity_id
    assert ("entity_id_not_uri" in codes(metadata)) is (":" not in entity_id)


@pytest.mark.parametrize(
    ("entity_id", "code"),
    [
        ("https://sts.windows.net/{tenantid}/", "entity_id_template"),
        ("x" * 1025, "entity_id_too_long"),
        (" ", "no_entity_id"),
        (None, "no_entity_id"),
    ],
)
def test_an_entity_id_that_no_issuer_can_have_is_refused(entity_id, code):
    assert refusal(entity(entity_id=entity_id)).code == code


def test_white_space_round_an_entity_id_is_not_part_of_it():
    assert read(entity(entity_id=f" {ENTITY_ID}\n")).entity_id == ENTITY_ID
