"""Signing out here: ours ends first, then the company's login is asked, and a page tells the truth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import SP_ENTITY_ID, Idp
from support.logout import LogoutIdp
from support.pages import Person, make_live, read
from support.slo import BY_POST, BY_REDIRECT, IDP_SLO, SLO, Company, read_sent

from sp import db
from sp.audit import ledger
from sp.demo.messages import AttributeSpec
from sp.demo.names import PARTIAL_LOGOUT, PREFIXES, REDIRECT, RESPONDER, SUCCESS
from sp.flows import connection, housekeeping, inspection, revocation
from sp.flows.actor import COMMAND_LINE
from sp.saml import signature
from sp.saml.signing_key import read_certificate

ENDED_THERE = "login says that your session there has ended, too"
NOT_CONFIRMED = "did not confirm that your session there has ended"
MAY_BE_OPEN = "own login may still be open"


@pytest.fixture
def metadata():
    return BY_REDIRECT


@pytest.fixture
def company(ada):
    return Company(ada.client)


def sign_out(person):
    token = read(person.client.get("/logout")).value("csrf_token")
    return person.client.post("/logout", data={"csrf_token": token})


def events():
    with db.read() as transaction:
        found = ledger.list_events(transaction, "acme", limit=1000)
    found = sorted(found, key=lambda each: each.sequence)
    return [each for each in found if each.kind in ("sign_out", "logout_response")]


def codes():
    return [(each.kind, each.code) for each in events()]


def name_id_of(sent):
    return sent.root.find("saml:NameID", PREFIXES)


def test_our_session_ends_and_the_browser_goes_on_to_the_company(ada):
    ada.sign_in()
    answer = sign_out(ada)
    sent = read_sent(answer)
    assert (answer.status_code, sent.url, sent.relay_state) == (303, IDP_SLO, None)
    assert sent.root.tag.endswith("}LogoutRequest")
    assert sent.root.findtext("saml:Issuer", namespaces=PREFIXES) == SP_ENTITY_ID
    assert sent.root.findtext("samlp:SessionIndex", namespaces=PREFIXES) == "_session-1"
    assert ada.client.get("/whoami").status_code == 401
    assert codes() == [("sign_out", "done")]


def test_request_is_signed_with_our_key(ada, config):
    ada.sign_in()
    query = sign_out(ada).location.partition("?")[2]
    ours = read_certificate(config.keyring().signing.certificate)
    verified = signature.verify_query(query, (ours,), frozenset())
    assert verified.element.get("Destination") == IDP_SLO


def test_name_goes_back_exactly_as_it_came(ada):
    ada.start()
    ada.answer(
        name_qualifier="https://idp.example.com/q", sp_name_qualifier="https://sp.example.com/q"
    )
    name_id = name_id_of(read_sent(sign_out(ada)))
    assert name_id.text == "a1d4-ada"
    assert dict(name_id.attrib) == {
        "Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "NameQualifier": "https://idp.example.com/q",
        "SPNameQualifier": "https://sp.example.com/q",
    }


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        ((SUCCESS,), ENDED_THERE, "done"),
        ((SUCCESS, PARTIAL_LOGOUT), "could not reach every other application", "partial"),
        ((RESPONDER, PARTIAL_LOGOUT), "could not reach every other application", "partial"),
        ((RESPONDER,), NOT_CONFIRMED, "failed"),
    ],
)
@pytest.mark.parametrize("by", ["redirect", "post"])
def test_page_says_what_the_company_answered(ada, company, by, status, told, code):
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    answer = company.answer(request_id, by=by, status=status)
    assert answer.status_code == 303
    page = read(ada.client.get(answer.location))
    assert page.headline == "You are signed out of Clientshare"
    assert told in page.text
    assert page.buttons == {"Sign in again": "/login"}
    assert codes()[-1] == ("logout_response", code)


def test_silent_company_leaves_nobody_signed_in(ada):
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    page = read(ada.client.get(f"/logout?organisation=acme&request={request_id}"))
    assert page.headline == "You are signed out of Clientshare"
    assert NOT_CONFIRMED in page.text
    assert MAY_BE_OPEN in read(ada.client.get("/logout")).text


@pytest.mark.parametrize("query", ["request=%00", "request=_%00", "request=", "organisation=%00"])
def test_what_is_no_request_of_ours_is_told_as_none(ada, query):
    answer = ada.client.get(f"/logout?organisation=acme&{query}")
    assert answer.status_code == 200
    assert MAY_BE_OPEN in read(answer).text


SPOILT = {
    "unsigned": ("not_signed", {"how": {"sign": False}}),
    "issuer": ("issuer", {"issuer": "https://other.example/saml"}),
    "destination": ("destination", {"destination": "https://sp.example.com/saml/acme/acs"}),
    "old": ("too_old", {"issue_instant": "2026-03-02T08:50:00Z"}),
}


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_answer_is_recorded_and_still_ends_on_the_signed_out_page(ada, company, case):
    code, change = SPOILT[case]
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    answer = company.answer(request_id, **change)
    assert answer.status_code == 303
    assert NOT_CONFIRMED in read(ada.client.get(answer.location)).text
    assert codes()[-1] == ("logout_response", code)


@pytest.mark.parametrize("request_id", [None, "_nobody"], ids=["absent", "foreign"])
def test_answer_to_no_request_of_ours_is_refused(ada, company, request_id):
    ada.sign_in()
    answer = company.answer(request_id)
    assert answer.status_code == 403
    assert codes() == [("logout_response", "in_response_to")]
    assert ada.client.get("/whoami").status_code == 200


@pytest.mark.parametrize("answered", [{}, {"SAMLResponse": "a"}], ids=["to nothing", "unreadable"])
def test_refused_answer_does_not_say_that_nothing_has_ended(ada, company, answered):
    ada.sign_in()
    sign_out(ada)
    answer = ada.client.post(SLO, data=answered) if answered else company.answer(None)
    assert answer.status_code == 403
    page = read(answer)
    assert page.headline == "Your company's login gave an answer that we could not use"
    assert "may still be open in this browser" in page.text
    assert "nothing has ended" not in page.text
    assert read(ada.client.get("/logout")).headline == "You are signed out of Clientshare"


def test_answer_to_a_request_of_another_organisation_is_refused(ada, company, config):
    make_live(config, "globex", "globex.example", idp=ada.idp, **BY_REDIRECT)
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    answer = Company(company.client, slo="/saml/globex/slo").answer(request_id)
    assert answer.status_code == 403


def test_answer_that_comes_twice_leads_to_the_same_page(ada, company):
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    first, second = (company.answer(request_id, response_id="_same") for _ in range(2))
    assert second.location == first.location
    assert ENDED_THERE in read(ada.client.get(second.location)).text
    assert codes()[-1] == ("logout_response", "replay")


def test_answer_signs_nobody_out_who_came_back(ada, company):
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    ada.sign_in()
    company.answer(request_id)
    assert ada.client.get("/whoami").status_code == 200


class TestCompanyThatTakesPosts:
    @pytest.fixture
    def metadata(self):
        return BY_POST

    def test_page_posts_our_request(self, ada):
        ada.sign_in()
        answer = sign_out(ada)
        assert answer.status_code == 200
        assert read(answer).headline == "Signing you out of Acme's login, too…"
        sent = read_sent(answer)
        assert (sent.url, sent.relay_state) == (IDP_SLO, None)
        assert sent.root.find("ds:Signature", PREFIXES) is not None
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert ada.client.get("/whoami").status_code == 401


@pytest.mark.parametrize("metadata", [{"slo": ((REDIRECT, f"{IDP_SLO}?tenant=zürich", None),)}])
def test_address_of_the_company_may_hold_letters_of_any_script(ada, metadata):
    ada.sign_in()
    answer = sign_out(ada)
    assert answer.location.startswith(f"{IDP_SLO}?tenant=z%C3%BCrich&SAMLRequest=")
    assert ada.client.get("/whoami").status_code == 401


class TestCompanyWithoutLogout:
    @pytest.fixture
    def metadata(self):
        return {}

    def test_page_says_that_the_login_may_be_open(self, ada):
        ada.sign_in()
        answer = sign_out(ada)
        assert answer.location == "/logout"
        assert MAY_BE_OPEN in read(ada.client.get("/logout")).text


def test_session_of_an_idp_that_is_no_longer_ours_is_told_to_nobody(ada, config):
    ada.sign_in()
    octets = Idp(entity_id="https://new.example/saml").metadata(**BY_REDIRECT)
    imported = connection.import_metadata(
        config, "acme", octets, source="idp.xml", actor=COMMAND_LINE, provider="general"
    )
    connection.go_live(config, "acme", imported.number, actor=COMMAND_LINE)
    assert sign_out(ada).location == "/logout"


def test_our_own_missing_keys_keep_nobody_signed_in(ada, config):
    ada.sign_in()
    token = read(ada.client.get("/logout")).value("csrf_token")
    (config.certificates_directory / "state.json").unlink()
    answer = ada.client.post("/logout", data={"csrf_token": token})
    assert answer.location == "/logout"
    assert revocation.list_sessions("acme") == []


def test_idle_session_sends_no_request(ada, clock):
    ada.sign_in()
    token = read(ada.client.get("/logout")).value("csrf_token")
    clock.advance(timedelta(hours=3))
    answer = ada.client.post("/logout", data={"csrf_token": token})
    assert answer.location == "/logout"
    assert codes() == []


def test_what_rests_on_the_same_session_index_ends_with_it(ada):
    ada.sign_in()
    other = Person(ada.client.application.test_client(), answers=50)
    other.sign_in()
    third = Person(ada.client.application.test_client(), answers=60)
    third.start()
    third.answer(session_index="_session-2")
    same = {
        each.public_id
        for each in revocation.list_sessions("acme")
        if each.session_index == "_session-1"
    }
    sign_out(ada)
    assert other.client.get("/whoami").status_code == 401
    assert third.client.get("/whoami").status_code == 200
    told = events()[-1].detail
    assert {told["session"], *told["also_ended"]} == same


def test_request_of_ours_is_kept_and_verifies_as_of_then(ada):
    ada.sign_in()
    sign_out(ada)
    (event,) = events()
    again = inspection.reverify(f"acme:{event.sequence}")
    assert again.same
    assert again.kept.kind == "LogoutRequest redirect"
    assert again.kept.message.startswith(b"SAMLRequest=")


def test_operator_is_told_that_nobody_here_judges_our_own_message(ada, runner):
    ada.sign_in()
    sign_out(ada)
    (event,) = events()
    told = runner.invoke(args=["sp", "audit", "reverify", f"acme:{event.sequence}"])
    assert told.exit_code == 0
    assert told.stdout.endswith("It holds a message of our own, which nobody here judges.\n")


def test_requests_are_forgotten_after_an_hour(ada, company, config, clock):
    ada.sign_in()
    request_id = read_sent(sign_out(ada)).root.get("ID")
    clock.advance(timedelta(minutes=61))
    assert company.answer(request_id).status_code == 403
    assert housekeeping.purge(config).pending_logouts == 1


TENANT = "https://sts.windows.net/5d1a3a5e-0000-4000-8000-0123456789ab/"


@pytest.mark.parametrize(
    ("issuer", "told"),
    [
        (TENANT.replace("sts.windows.net", "login.microsoftonline.com"), ENDED_THERE),
        (
            "https://login.microsoftonline.com/5d1a3a5e-0000-4000-8000-ffffffffffff/",
            NOT_CONFIRMED,
        ),
    ],
    ids=["same tenant", "another tenant"],
)
def test_second_name_of_entra_answers_for_the_same_tenant_only(config, ada, issuer, told):
    idp = Idp(entity_id=TENANT)
    make_live(config, "globex", "globex.example", idp=idp, **BY_REDIRECT)
    person = Person(
        ada.client,
        idp=Idp(
            entity_id=TENANT,
            sp_entity_id=SP_ENTITY_ID.replace("acme", "globex"),
            acs_url="https://sp.example.com/saml/globex/acs",
        ),
    )
    person.start("/saml/globex/login")
    email = AttributeSpec("email", ("ada@globex.example",))
    person.post(person.make(attributes=(email,)), url="/saml/globex/acs")
    request_id = read_sent(sign_out(person)).root.get("ID")
    globex = LogoutIdp(entity_id=TENANT, slo_url="https://sp.example.com/saml/globex/slo")
    answer = Company(ada.client, idp=globex, slo="/saml/globex/slo").answer(
        request_id, issuer=issuer
    )
    assert told in read(ada.client.get(answer.location)).text
