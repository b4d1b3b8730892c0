"""Every endpoint is read, the right one is used, and none that a browser must not be sent to."""

from __future__ import annotations

import pytest
from support.metadata import SLO, SSO, codes, entity, key, read, refusal, role, slo, sso

from sp.saml import urn
from sp.saml.idp_metadata import Endpoint

ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
OLD = "urn:mace:shibboleth:1.0:profiles:AuthnRequest"
RESPONSES = "https://idp.example.com/saml/slo/answers"


def read_services(*services):
    return read(entity(role(key(), *services)))


def refused(*services):
    return refusal(entity(role(key(), *services)))


@pytest.mark.parametrize(
    ("bindings", "used"),
    [
        ((urn.REDIRECT, urn.POST), urn.REDIRECT),
        ((urn.POST, urn.REDIRECT), urn.REDIRECT),
        ((OLD, urn.SOAP, urn.POST), urn.POST),
        ((urn.POST,), urn.POST),
    ],
)
def test_redirect_is_used_and_post_where_there_is_none(bindings, used):
    metadata = read_services(*(sso(f"{SSO}/{n}", each) for n, each in enumerate(bindings)))
    assert metadata.use_sso.binding == used
    assert [each.binding for each in metadata.sso] == list(bindings)


def test_of_several_by_one_binding_the_first_is_used():
    assert read_services(sso(SSO), sso("https://other.example/")).use_sso == Endpoint(
        urn.REDIRECT, SSO
    )


@pytest.mark.parametrize(
    "services",
    [
        (),
        (sso(binding=urn.SOAP), sso(binding=ARTIFACT)),
        (sso(""),),
        (sso("/saml/sso"),),
        (sso("https:///sso"),),
        (sso("https://idp.example.com/a b"),),
        (sso("https://idp.example.com/a\u00a0b"),),
        (sso("https://idp.example.com/&quot;"),),
        (sso("https://idp.example.com/&lt;x&gt;"),),
        (sso("https://idp.example.com\\@evil.example/"),),
        (sso("https://[::1/"),),
    ],
)
def test_an_identity_provider_that_takes_no_request_is_refused(services):
    assert refused(*services).code == "no_sso_endpoint"


def test_white_space_round_an_address_is_not_part_of_it():
    metadata = read_services(sso(f" {SSO}\n"), slo(f"{SLO} ", urn.POST, f" {RESPONSES}\t"))
    assert metadata.use_sso.location == SSO
    assert metadata.use_slo == Endpoint(urn.POST, SLO, RESPONSES)


@pytest.mark.parametrize(
    "location",
    [
        "https://adler:9031/idp/SSO.saml2",
        "https://idp.example.com:8443/sso?tenant=1&amp;x=2",
        "https://192.0.2.1/sso",
        "https://[2001:db8::1]/sso",
        "HTTPS://idp.example.com/sso",
    ],
)
def test_unusual_addresses_are_read(location):
    assert read_services(sso(location)).use_sso.location == location.replace("&amp;", "&")


@pytest.mark.parametrize(
    "location",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java&#10;script:alert(1)",
        "&#9;java&#13;script&#9;:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://idp.example.com/",
        "mailto:admin@idp.example.com",
    ],
)
@pytest.mark.parametrize(
    "place",
    [sso, slo, lambda location: sso(location, urn.SOAP), lambda location: slo(response=location)],
)
def test_an_address_that_is_no_web_address_is_refused_anywhere(location, place):
    assert refused(sso(), place(location)).code == "endpoint_not_http"


@pytest.mark.parametrize(
    ("location", "is_plain"),
    [
        ("http://intranet/sso", True),
        ("http://localhost:8080/sso", True),
        ("HTTP://idp.example.com/sso", True),
        ("https://idp.example.com/sso", False),
    ],
)
def test_a_plain_http_address_is_read_with_a_warning_that_holds_it_back(location, is_plain):
    warnings = {each.code: each.needs for each in read_services(sso(location)).warnings}
    assert warnings.get("http_endpoint") == ("http" if is_plain else None)


def test_an_address_for_answers_is_kept_with_its_own_endpoint():
    metadata = read_services(
        sso(), slo(SLO, urn.POST, "https://x.example/"), slo(SLO, urn.REDIRECT, RESPONSES)
    )
    assert metadata.use_slo == Endpoint(urn.REDIRECT, SLO, RESPONSES)
    assert metadata.slo[0] == Endpoint(urn.POST, SLO, "https://x.example/")


@pytest.mark.parametrize(
    "response",
    ["/answers", "https://[::1/", "https://idp.example.com:99999/", "https://idp.example.com/a b"],
)
def test_answers_go_where_requests_go_if_their_own_address_cannot_be_used(response):
    metadata = read_services(sso(), slo(SLO, urn.REDIRECT, response))
    assert metadata.use_slo == Endpoint(urn.REDIRECT, SLO)
    assert metadata.slo == (Endpoint(urn.REDIRECT, SLO, response),)


@pytest.mark.parametrize("services", [(), (slo(binding=urn.SOAP),), (slo(""),), (slo("/slo"),)])
def test_without_a_logout_through_the_browser_there_is_none(services):
    metadata = read_services(sso(), *services)
    assert metadata.use_slo is None
    assert "no_front_channel_logout" in codes(metadata)


def test_logout_by_post_is_used_where_that_is_all_there_is():
    metadata = read_services(sso(), slo(binding=urn.SOAP), slo(binding=urn.POST))
    assert metadata.use_slo == Endpoint(urn.POST, SLO)
    assert "no_front_channel_logout" not in codes(metadata)
