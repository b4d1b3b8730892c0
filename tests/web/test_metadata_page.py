"""Our metadata over HTTP: its type, its file name, and an answer for whoever has it already."""

from __future__ import annotations

from lxml import etree
from support.pages import read

from sp.flows import connection, membership
from sp.flows.actor import COMMAND_LINE
from sp.saml import urn

URL = "/saml/acme/metadata"


def test_document_says_who_we_are_for_this_organisation(ada, config):
    answer = ada.client.get(URL)
    root = etree.fromstring(answer.data)
    assert (answer.status_code, answer.mimetype) == (200, "application/samlmetadata+xml")
    assert root.get("entityID") == config.entity_id("acme")
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_document_says_where_logout_messages_go_by_each_binding(ada):
    root = etree.fromstring(ada.client.get(URL).data)
    services = root.findall("md:SPSSODescriptor/md:SingleLogoutService", urn.PREFIXES)
    assert [(each.get("Binding"), each.get("Location")) for each in services] == [
        (urn.REDIRECT, "https://sp.example.com/saml/acme/slo"),
        (urn.POST, "https://sp.example.com/saml/acme/slo"),
        (urn.SOAP, "https://sp.example.com/saml/acme/slo/soap"),
    ]


def test_download_has_a_name_of_its_own(ada):
    answer = ada.client.get(f"{URL}?download=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-sp-metadata.xml"'
    assert answer.data == ada.client.get(URL).data


def test_whoever_has_it_already_is_told_so(ada):
    tag = ada.client.get(URL).headers["ETag"]
    answer = ada.client.get(URL, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_it_is_there_before_any_identity_provider_is(ada):
    membership.add_organisation("globex", "Globex", ["globex.example"], actor=COMMAND_LINE)
    answer = ada.client.get("/saml/globex/metadata")
    assert b'AuthnRequestsSigned="false"' in answer.data


def test_it_says_whether_requests_are_signed_as_the_live_revision_does_it(ada, config):
    octets = ada.idp.metadata(want_authn_requests_signed=True)
    connection.import_metadata(config, "acme", octets, source="idp.xml", actor=COMMAND_LINE)
    assert b'AuthnRequestsSigned="false"' in ada.client.get(URL).data
    connection.go_live(config, "acme", 2, actor=COMMAND_LINE)
    assert b'AuthnRequestsSigned="true"' in ada.client.get(URL).data


def test_head_gives_the_headers_alone(ada):
    answer = ada.client.head(URL)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"]


def test_organisation_that_does_not_exist_is_no_page(ada):
    answer = ada.client.get("/saml/globex/metadata")
    assert (answer.status_code, read(answer).headline) == (404, "There is nothing at this address")
