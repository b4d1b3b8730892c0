"""The demonstration's identity provider, asked over HTTP like any other."""

import base64
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from lxml import etree, html
from support.key_pairs import key_named
from support.serving import running

from sp.demo.app import create_app
from sp.demo.context import DemoConfig
from sp.demo.names import MD, PREFIXES

IDP = "http://idp.localhost:9000"
SECOND = "http://login.localhost:9000"
METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{base}/saml/acme/metadata">
<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{base}/saml/acme/acs"/>
</md:SPSSODescriptor></md:EntityDescriptor>"""


@pytest.fixture(scope="module")
def sp_base_url():
    """A service provider's metadata behind a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            base = f"http://{self.headers['Host']}"
            known = self.path == "/saml/acme/metadata"
            self.send_response(200 if known else 404)
            self.end_headers()
            certificate = base64.b64encode(key_named("sp").certificate).decode()
            self.wfile.write(METADATA.format(base=base, certificate=certificate).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server):
        yield f"http://sp.localhost:{server.server_port}"


@pytest.fixture
def client(sp_base_url, tmp_path):
    config = DemoConfig(
        base_url=IDP, second_base_url=SECOND, sp_base_url=sp_base_url, directory=tmp_path / "demo"
    )
    return create_app(config).test_client()


def ask(sp_base_url, **attributes):
    """Return an AuthnRequest's octets; None leaves an attribute out."""
    values = {
        "ID": "_asked-1",
        "Version": "2.0",
        "IssueInstant": "2026-03-02T09:00:00Z",
        "Destination": f"{IDP}/sso",
        "AssertionConsumerServiceURL": f"{sp_base_url}/saml/acme/acs",
    } | attributes
    issuer = values.pop("issuer", f"{sp_base_url}/saml/acme/metadata")
    root = etree.Element(f"{{{PREFIXES['samlp']}}}AuthnRequest", nsmap=PREFIXES)
    for name, value in values.items():
        if value is not None:
            root.set(name, value)
    etree.SubElement(root, f"{{{PREFIXES['saml']}}}Issuer").text = issuer
    return etree.tostring(root)


def by_redirect(octets, **more):
    deflated = zlib.compress(octets)[2:-4]
    return "/sso?" + urlencode({"SAMLRequest": base64.b64encode(deflated).decode()} | more)


def get(client, url, **arguments):
    return client.get(url, base_url=IDP, **arguments)


def post(client, url, data):
    return client.post(url, base_url=IDP, data=data, headers={"Origin": IDP})


def form_of(reply):
    form = html.fromstring(reply.data).forms[0]
    return form.action, dict(form.form_values())


def sign_in(client, url, person="ada", password="demo"):
    """Open a URL, fill in the login page and return what follows."""
    _, fields = form_of(get(client, url))
    return post(client, "/login", fields | {"person": person, "password": password})


def answer_of(client, reply):
    """Follow the redirect to the answer's page; return where it posts to, root and RelayState."""
    assert reply.status_code == 303
    action, fields = form_of(get(client, reply.location))
    root = etree.fromstring(base64.b64decode(fields["SAMLResponse"]))
    return action, root, fields.get("RelayState")


def test_a_request_by_redirect_is_answered_after_the_login(client, sp_base_url):
    reply = sign_in(client, by_redirect(ask(sp_base_url), RelayState="handle-1"))
    acs_url, root, relay_state = answer_of(client, reply)
    assert acs_url == f"{sp_base_url}/saml/acme/acs"
    assert relay_state == "handle-1"
    assert root.get("InResponseTo") == "_asked-1"
    assert root.findtext(".//saml:NameID", namespaces=PREFIXES) == "a1d4-ada"


def test_a_request_by_post_is_answered_after_the_login(client, sp_base_url):
    message = base64.b64encode(ask(sp_base_url)).decode()
    page = client.post("/sso", base_url=IDP, data={"SAMLRequest": message})
    _, fields = form_of(page)
    assert "relay_state" not in fields
    reply = post(client, "/login", fields | {"person": "grace", "password": "demo"})
    _, root, relay_state = answer_of(client, reply)
    assert relay_state is None
    assert root.findtext(".//saml:NameID", namespaces=PREFIXES) == "6f2c-grace"


def test_who_is_signed_in_is_sent_on_at_once_unless_a_fresh_login_is_demanded(client, sp_base_url):
    sign_in(client, "/")
    assert get(client, by_redirect(ask(sp_base_url))).status_code == 303
    assert get(client, by_redirect(ask(sp_base_url, ForceAuthn="true"))).status_code == 200


def test_a_passive_request_without_a_login_is_answered_no_passive(client, sp_base_url):
    _, root, _ = answer_of(client, get(client, by_redirect(ask(sp_base_url, IsPassive="true"))))
    codes = [code.get("Value") for code in root.iter(f"{{{PREFIXES['samlp']}}}StatusCode")]
    assert codes[1].endswith(":NoPassive")
    assert root.find("saml:Assertion", PREFIXES) is None


def test_cancel_answers_that_the_person_was_not_authenticated(client, sp_base_url):
    _, fields = form_of(get(client, by_redirect(ask(sp_base_url))))
    _, root, _ = answer_of(client, post(client, "/login", fields | {"decision": "cancel"}))
    assert (
        root.find(".//samlp:StatusCode/samlp:StatusCode", PREFIXES)
        .get("Value")
        .endswith(":AuthnFailed")
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"AssertionConsumerServiceURL": "https://elsewhere.example/acs"},
        {"issuer": "https://elsewhere.example/saml/acme/metadata"},
        {"Destination": "https://elsewhere.example/sso"},
        {"ID": "1-starts-with-a-digit"},
        {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
    ],
    ids=str,
)
def test_a_request_with_one_wrong_part_is_refused_on_a_page(client, sp_base_url, wrong):
    reply = get(client, by_redirect(ask(sp_base_url, **wrong)))
    assert reply.status_code == 400
    assert "This did not work" in reply.text


@pytest.mark.parametrize(
    "url", ["/sso", "/sso?SAMLRequest=%00", "/sso?SAMLRequest=AAAA", "/answer/none", "/tile/UP"]
)
def test_rubbish_gets_a_page_and_never_a_traceback(client, url):
    sign_in(client, "/")
    reply = get(client, url)
    assert reply.status_code == 400
    assert "Traceback" not in reply.text


def test_a_wrong_password_shows_the_page_again_with_the_request(client, sp_base_url):
    url = by_redirect(ask(sp_base_url), RelayState="handle-1")
    reply = sign_in(client, url, password="guess")
    assert reply.status_code == 401
    assert "the password that is printed above the field" in reply.text
    assert reply.text.index("<code>demo</code>") < reply.text.index('type="password"')
    _, fields = form_of(reply)
    assert fields["relay_state"] == "handle-1"
    assert post(client, "/login", fields | {"password": "demo"}).status_code == 303


def test_a_tile_sends_an_answer_that_nobody_asked_for(client):
    sign_in(client, "/")
    _, root, relay_state = answer_of(client, get(client, "/tile/acme?relay_state=/whoami"))
    assert relay_state == "/whoami"
    assert not root.xpath("//@InResponseTo")


def test_the_page_with_an_answer_is_the_same_when_opened_again(client, sp_base_url):
    reply = sign_in(client, by_redirect(ask(sp_base_url)))
    assert form_of(get(client, reply.location)) == form_of(get(client, reply.location))


@pytest.mark.parametrize(
    ("switch", "value", "path", "count"),
    [
        ("sign", "assertion", "saml:Assertion/ds:Signature", 1),
        ("sign", "response", "ds:Signature", 1),
        ("sign", "both", ".//ds:Signature", 2),
        ("encrypt", "yes", "saml:EncryptedAssertion", 1),
        ("groups", "absent", ".//saml:Attribute[@Name='groups']", 0),
        ("groups", "empty", ".//saml:Attribute[@Name='groups']/saml:AttributeValue", 0),
        ("groups", "own", ".//saml:Attribute[@Name='groups']/saml:AttributeValue", 2),
    ],
)
def test_a_switch_changes_the_answer(client, switch, value, path, count):
    post(client, "/switches", {switch: value})
    sign_in(client, "/")
    _, root, _ = answer_of(client, get(client, "/tile/acme"))
    assert len(root.findall(path, PREFIXES)) == count


def test_the_wrong_group_is_the_only_one_sent(client):
    post(client, "/switches", {"groups": "wrong"})
    sign_in(client, "/")
    _, root, _ = answer_of(client, get(client, "/tile/acme"))
    values = root.findall(".//saml:Attribute[@Name='groups']/saml:AttributeValue", PREFIXES)
    assert [value.text for value in values] == ["visitors"]


def test_the_detour_leads_over_the_second_origin_and_back(client, sp_base_url):
    post(client, "/switches", {"second_origin": "yes"})
    url = by_redirect(ask(sp_base_url))
    there = get(client, url)
    assert there.location.startswith(f"{SECOND}/detour?SAMLRequest=")
    back = client.get(there.location, base_url=SECOND)
    assert back.location.startswith(f"{IDP}/sso?SAMLRequest=")
    assert get(client, back.location).status_code == 200


def test_the_pause_leaves_the_script_out(client):
    sign_in(client, "/")
    assert "self_post.js" in get(client, get(client, "/tile/acme").location).text
    post(client, "/switches", {"pause": "yes"})
    assert "self_post.js" not in get(client, get(client, "/tile/acme").location).text


def test_a_form_from_another_site_is_refused(client):
    reply = client.post("/login", base_url=IDP, headers={"Origin": "https://elsewhere.example"})
    assert reply.status_code == 403


def test_another_host_is_refused(client):
    assert client.get("/", base_url="http://elsewhere.example").status_code == 400


def test_the_keys_are_private_and_stay(client, tmp_path):
    keys = tmp_path / "demo"
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    assert sorted(path.name for path in keys.iterdir()) == ["cookie_secret", "idp.crt", "idp.key"]
    before = get(client, "/metadata").data
    assert etree.fromstring(before).tag == f"{{{MD}}}EntityDescriptor"
    config = DemoConfig(
        base_url=IDP, second_base_url=SECOND, sp_base_url="http://sp.localhost", directory=keys
    )
    assert create_app(config).test_client().get("/metadata", base_url=IDP).data == before
