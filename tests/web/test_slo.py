"""A company's login ends sessions here, by every binding, and is answered."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest
from lxml import etree
from support.idp import SP_ENTITY_ID, Idp
from support.key_pairs import key_named
from support.logout import LogoutIdp
from support.pages import Person, make_live, read
from support.slo import BY_POST, BY_REDIRECT, IDP_SLO, IDP_SLO_RETURN, SLO, Company, read_sent

from sp import db
from sp.audit import ledger
from sp.demo.encryption import DEFAULT, encrypt, plaintext_of
from sp.demo.messages import AttributeSpec
from sp.demo.names import PREFIXES, REDIRECT, RSA_SHA1, SUCCESS
from sp.flows import inspection, revocation
from sp.saml import gate, strangers, toolkit
from sp.saml.signing_key import read_certificate

BINDINGS = ("redirect", "post", "soap")


@pytest.fixture
def metadata():
    return BY_REDIRECT


@pytest.fixture
def company(ada):
    """Acme's login, at which Ada is signed in, and through it here."""
    ada.sign_in()
    return Company(ada.client.application.test_client())


@pytest.fixture
def logouts(acme):
    """A function that gives acme's logout events: (kind, code), oldest first."""

    def read_events():
        with db.read() as transaction:
            found = ledger.list_events(transaction, "acme", limit=1000)
        found = [each for each in found if each.kind.startswith("logout_")]
        return [(each.kind, each.code) for each in sorted(found, key=lambda e: e.sequence)]

    return read_events


def people():
    return [view.email for view in revocation.list_sessions("acme")]


def soap_body(answer):
    return etree.fromstring(answer.data)[0][0]


@pytest.mark.parametrize("by", BINDINGS)
def test_company_ends_a_session_of_its_own(company, ada, logouts, by):
    answer = company.ask(by=by)
    assert answer.status_code == (200 if by == "soap" else 303)
    assert people() == []
    assert ada.client.get("/whoami").status_code == 401
    assert logouts() == [("logout_request", "done")]


@pytest.mark.parametrize("by", BINDINGS)
def test_company_ends_a_session_where_strangers_have_filled_this_thread(
    company, logouts, by, monkeypatch
):
    monkeypatch.setattr(strangers, "MOST", -1)
    company.ask(by=by)
    assert people() == []
    assert logouts() == [("logout_request", "done")]


@pytest.mark.parametrize("by", ["redirect", "post"])
def test_answer_goes_back_signed_and_names_the_request(company, config, by):
    root = company.make(request_id="_asked")
    sent = read_sent(company.send("SAMLRequest", root, by))
    assert sent.url == IDP_SLO
    assert sent.root.tag.endswith("}LogoutResponse")
    assert (sent.root.get("InResponseTo"), sent.root.get("Destination")) == ("_asked", IDP_SLO)
    assert sent.root.find("samlp:Status/samlp:StatusCode", PREFIXES).get("Value") == SUCCESS
    assert sent.root.findtext("saml:Issuer", namespaces=PREFIXES) == SP_ENTITY_ID


def test_soap_is_answered_in_an_envelope_with_a_signature(company, config):
    answer = company.ask(by="soap")
    assert answer.mimetype == "text/xml"
    message = gate.read_soap(answer.data, "LogoutResponse").root
    signature = message.find("ds:Signature", PREFIXES)
    ours = read_certificate(config.keyring().signing.certificate)
    assert toolkit.verifies(message, signature, (ours,))
    assert not toolkit.verifies(message, signature, (key_named("rsa-a").signing_key,))


@pytest.mark.parametrize("state", [None, "", "a b+c/%2B=&<é>"])
@pytest.mark.parametrize("by", ["redirect", "post"])
def test_relay_state_comes_back_exactly_or_not_at_all(company, by, state):
    assert read_sent(company.ask(by=by, relay_state=state)).relay_state == state


class TestResponseLocation:
    @pytest.fixture
    def metadata(self):
        return {"slo": ((REDIRECT, IDP_SLO, IDP_SLO_RETURN),)}

    def test_answer_goes_where_the_metadata_wants_answers(self, company):
        sent = read_sent(company.ask())
        assert (sent.url, sent.root.get("Destination")) == (IDP_SLO_RETURN, IDP_SLO_RETURN)


class TestPostOnly:
    @pytest.fixture
    def metadata(self):
        return BY_POST

    def test_answer_posts_itself_and_may_do_so_in_a_frame(self, company):
        answer = company.ask(by="post", relay_state="handle")
        assert answer.status_code == 200
        assert read_sent(answer).relay_state == "handle"
        assert "X-Frame-Options" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors" not in policy
        assert "form-action" not in policy
        assert "script-src 'self'" in policy


class TestNoEndpoint:
    @pytest.fixture
    def metadata(self):
        return {}

    def test_company_without_a_logout_address_still_ends_sessions(self, company):
        answer = company.ask(by="post")
        assert (answer.status_code, answer.location) == (303, "/logout")
        assert people() == []


def test_every_other_page_stays_out_of_frames(company):
    for answer in (company.client.get("/login"), company.client.get(f"{SLO}?SAMLRequest=a")):
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def sign_in_again(ada, **changes):
    """Let somebody sign in with another browser."""
    other = Person(ada.client.application.test_client(), answers=100 + len(people()))
    other.start()
    other.answer(**changes)
    return other


GRACE = {
    "name_id": "6f2c-grace",
    "attributes": (AttributeSpec("email", ("grace@acme.example",)),),
}


def test_one_session_index_of_two_ends_and_the_other_stays(company, ada):
    other = sign_in_again(ada, session_index="_session-2")
    company.ask(session_indexes=("_session-2",))
    assert ada.client.get("/whoami").status_code == 200
    assert other.client.get("/whoami").status_code == 401


def test_several_session_indexes_end_together(company, ada):
    sign_in_again(ada, session_index="_session-2")
    sign_in_again(ada, session_index="_session-3")
    company.ask(session_indexes=("_session-1", "_session-3"))
    assert len(people()) == 1


def test_without_session_index_all_sessions_of_the_name_end(company, ada):
    sign_in_again(ada, session_index="_session-2")
    sign_in_again(ada, **GRACE)
    company.ask(session_indexes=())
    assert people() == ["grace@acme.example"]


@pytest.mark.parametrize(
    "change",
    [
        {"name_id_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"},
        {"name_id_format": None},
        {"name_qualifier": "https://idp.example.com/saml"},
        {"sp_name_qualifier": SP_ENTITY_ID},
    ],
    ids=str,
)
def test_sessions_are_found_by_the_value_of_the_name(company, change):
    company.ask(**change)
    assert people() == []


def test_somebody_unknown_has_nothing_to_end_and_the_answer_is_success(company, logouts):
    sent = read_sent(company.ask(name_id="nobody"))
    assert sent.root.find("samlp:Status/samlp:StatusCode", PREFIXES).get("Value") == SUCCESS
    assert people() == ["ada@acme.example"]
    assert logouts() == [("logout_request", "done")]


def test_sessions_of_another_organisation_stay(company, ada, config):
    make_live(config, "globex", "globex.example", idp=ada.idp, **BY_REDIRECT)
    answer = Company(company.client, slo="/saml/globex/slo").ask(request_id="_at-globex")
    assert answer.status_code == 303
    assert people() == ["ada@acme.example"]


REFUSED = {
    "unsigned": ("not_signed", {"how": {"sign": False}}),
    "wrong key": ("signature_invalid", {"how": {"key": key_named("rsa-b")}}),
    "sha1": ("sha1_not_allowed", {"how": {"algorithm": RSA_SHA1}}),
    "issuer": ("issuer", {"issuer": "https://other.example/saml"}),
    "no issuer": ("issuer", {"issuer": None}),
    "destination": ("destination", {"destination": "https://sp.example.com/saml/globex/slo"}),
    "prefix": ("destination", {"destination": "https://sp.example.com/saml/acme/slo/more"}),
    "no destination": ("destination", {"destination": None}),
    "old": ("too_old", {"issue_instant": "2026-03-02T08:50:00Z"}),
    "future": ("issue_instant", {"issue_instant": "2026-03-02T09:10:00Z"}),
    "expired": ("expired", {"not_on_or_after": "2026-03-02T08:50:00Z"}),
    "no name": ("name_id", {"name_id": None}),
    "version": ("version", {"version": "1.1"}),
}


@pytest.mark.parametrize("by", BINDINGS)
@pytest.mark.parametrize("case", REFUSED)
def test_what_breaks_a_rule_is_recorded_and_ends_nothing(company, logouts, by, case):
    code, change = REFUSED[case]
    answer = company.ask(by=by, **change)
    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert people() == ["ada@acme.example"]
    assert logouts() == [("logout_request", code)]


def test_refusal_says_what_to_do_and_leads_to_its_event(company):
    page = read(company.ask(how={"sign": False}))
    assert page.headline == "Your company's login could not sign you out here"
    assert page.buttons == {"Sign out here": "/logout"}
    assert inspection.find_event(page.reference).code == "not_signed"


def test_soap_refusal_is_a_fault(company):
    answer = company.ask(by="soap", how={"sign": False})
    assert answer.mimetype == "text/xml"
    assert soap_body(answer).tag.endswith("}Fault")


def test_fault_about_a_header_that_must_be_understood_says_so(company, logouts):
    header = b'<S:Header><x:a xmlns:x="urn:x" S:mustUnderstand="1"/></S:Header>'
    answer = company.ask(by="soap", how={"header": header})
    assert soap_body(answer).findtext("faultcode") == "soap11:MustUnderstand"
    assert logouts() == [("logout_request", "soap_header")]


@pytest.mark.parametrize("by", BINDINGS)
def test_same_message_ends_something_once_only(company, ada, logouts, by):
    root = company.make(by=by)
    octets = etree.tostring(root)
    company.send("SAMLRequest", etree.fromstring(octets), by)
    sign_in_again(ada)
    again = company.send("SAMLRequest", etree.fromstring(octets), by)
    assert again.status_code == 403
    assert people() == ["ada@acme.example"]
    assert logouts()[-1] == ("logout_request", "replay")


def test_whoever_only_looks_ends_nothing_and_spends_no_message(company):
    sent = query(company)
    assert company.client.head(SLO, query_string=sent).status_code == 204
    assert people() == ["ada@acme.example"]
    assert company.client.get(SLO, query_string=sent).status_code == 303
    assert people() == []


def test_request_id_may_be_the_id_of_an_assertion_that_was_used(company):
    assert company.ask(request_id="_a1").status_code == 303
    assert people() == []


def query(company, **more):
    return company.idp.query(company.make(), **more)


HOSTILE = {
    "nothing": ("duplicate_parameter", lambda _: ""),
    "doubled": ("duplicate_parameter", lambda company: (q := query(company)) + "&" + q),
    "both": ("wrong_message_type", lambda company: query(company) + "&SAMLResponse=a"),
    "escaped name": ("encoded_parameter", lambda company: query(company) + "&%53AMLRequest=a"),
    "another RelayState": (
        "duplicate_parameter",
        lambda company: query(company, relay_state="a") + "&RelayState=b",
    ),
    "other order signed": (
        "signature_invalid",
        lambda company: query(
            company,
            relay_state="a",
            signed_order=("RelayState", "SAMLRequest", "SAMLResponse", "SigAlg"),
        ),
    ),
    "unknown algorithm": (
        "algorithm_not_allowed",
        lambda company: query(company).replace("rsa-sha256", "rsa-sha257"),
    ),
    "another algorithm": (
        "signature_invalid",
        lambda company: query(company).replace("rsa-sha256", "rsa-sha512"),
    ),
    "relay state added": (
        "signature_invalid",
        lambda company: query(company) + "&RelayState=https%3A%2F%2Fevil.example",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_query_is_recorded_and_leads_nowhere(company, logouts, case):
    code, make = HOSTILE[case]
    answer = company.client.get(SLO, query_string=make(company))
    assert answer.status_code == 403
    assert "Location" not in answer.headers
    assert people() == ["ada@acme.example"]
    assert logouts() == [("logout_request", code)]


def test_inflate_bomb_costs_little_and_is_refused(company, logouts):
    packer = zlib.compressobj(9, wbits=-15)
    bomb = packer.compress(b" " * 50_000_000) + packer.flush()
    text = quote(base64.b64encode(bomb).decode(), safe="")
    answer = company.client.get(SLO, query_string=f"SAMLRequest={text}")
    assert answer.status_code in (403, 414)
    assert logouts() == [("logout_request", "too_large")]


def test_response_at_the_logout_address_is_refused(company, ada, logouts):
    ada.start()
    answer = ada.post(ada.make(), url=SLO, relay_state=None)
    assert answer.status_code == 403
    assert logouts() == [("logout_response", "wrong_message_type")]


def test_logout_request_at_the_acs_is_refused(company, sign_ins):
    octets = company.idp.posted(company.make(by="post"))
    value = base64.b64encode(octets).decode()
    for name in ("SAMLResponse", "SAMLRequest"):
        answer = company.client.post("/saml/acme/acs", data={name: value})
        assert answer.status_code == 403
    assert [code for code, _ in sign_ins()[1:]] == ["wrong_message_type"] * 2
    assert people() == ["ada@acme.example"]


def test_form_with_two_messages_is_refused(company, logouts):
    value = base64.b64encode(company.idp.posted(company.make())).decode()
    answer = company.client.post(SLO, data={"SAMLRequest": value, "SAMLResponse": value})
    assert answer.status_code == 403
    assert logouts() == [("logout_request", "wrong_message_type")]


@pytest.mark.parametrize("name", ["SAMLRequest", "SAMLResponse", "SAML%52equest"])
def test_form_beside_a_message_in_the_address_is_refused(company, logouts, name):
    value = base64.b64encode(company.idp.posted(company.make())).decode()
    answer = company.client.post(f"{SLO}?{name}=a", data={"SAMLRequest": value})
    assert answer.status_code == 403
    assert logouts() == [("logout_request", "duplicate_parameter")]


def test_encrypted_name_is_understood(company, config):
    ours = config.keyring().encryption.private_key.public_key()
    root = company.make()
    name_id = root.find("saml:NameID", PREFIXES)
    root.replace(name_id, encrypt(plaintext_of(name_id), ours, DEFAULT, wrapper="EncryptedID"))
    company.send("SAMLRequest", root, "post")
    assert people() == []


def test_kept_message_gives_the_same_findings_years_later(company, clock, logouts):
    for by in BINDINGS:
        company.ask(by=by, name_id=f"name-{by}")
        company.ask(by=by, issuer="https://other.example/saml")
    clock.advance(timedelta(days=5 * 365))
    with db.read() as transaction:
        events = ledger.list_events(transaction, "acme", limit=1000)
    kept = [each for each in events if each.kind == "logout_request"]
    assert len(kept) == 2 * len(BINDINGS)
    for event in kept:
        again = inspection.reverify(f"acme:{event.sequence}")
        assert again.then
        assert again.same
        assert again.then == again.now


def test_password_organisation_may_still_be_signed_out(company, policy):
    policy(sign_in="password")
    company.ask()
    assert people() == []


def test_login_of_another_organisation_ends_nothing_here(company, config):
    make_live(config, "globex", "globex.example", idp=Idp(keys=("rsa-b",)), **BY_REDIRECT)
    stranger = LogoutIdp(keys=("rsa-b",))
    answer = Company(company.client, idp=stranger).ask()
    assert answer.status_code == 403
    assert people() == ["ada@acme.example"]


def test_nobody_at_an_organisation_that_is_not_there(company):
    assert company.client.get("/saml/nowhere/slo?SAMLRequest=a").status_code == 404


def test_post_binding_needs_no_form_token(company):
    assert company.ask(by="post").status_code == 303


def test_slo_in_metadata_names_every_binding(company):
    root = etree.fromstring(company.client.get("/saml/acme/metadata").data)
    services = root.iterfind(".//{*}SingleLogoutService")
    assert {each.get("Binding").rpartition(":")[2]: each.get("Location") for each in services} == {
        "HTTP-Redirect": "https://sp.example.com/saml/acme/slo",
        "HTTP-POST": "https://sp.example.com/saml/acme/slo",
        "SOAP": "https://sp.example.com/saml/acme/slo/soap",
    }
