"""The demonstration's portal asks every application to end its session, over HTTP."""

import base64

from lxml import etree, html
from support.portal import IDP, read_url, sayings, sent_by

from sp.demo import names
from sp.demo.names import PREFIXES


def test_the_portal_asks_one_after_another_by_redirect_and_says_what_each_said(portal):
    portal.sign_in("acme", "globex", "initech")
    first = sent_by(portal.post("/logout"))
    assert first.url == f"{portal.base()}/slo"
    assert not portal.signed_in
    answer = portal.response("acme", first.root.get("ID"))
    second = sent_by(portal.redirect(answer, first.relay_state))
    assert second.url == f"{portal.base('globex')}/slo"
    answer = portal.response("globex", second.root.get("ID"), status=(names.RESPONDER,))
    end = portal.deliver(answer, second.relay_state)
    assert end.status_code == 303
    page = portal.get(end.location)
    assert sayings(page) == [
        "Clientshare (acme) signed you out",
        "Clientshare (globex) did not sign you out (Responder)",
        "Clientshare (initech) takes no sign-out from here",
    ]
    assert "You may still be signed in there" in page.text


def test_the_portal_asks_by_post_where_the_switch_says_so(portal):
    portal.post("/switches", logout="post")
    portal.sign_in("acme")
    page = portal.get(portal.post("/logout").location)
    (form,) = html.fromstring(page.data).forms
    root = etree.fromstring(base64.b64decode(form.fields["SAMLRequest"]))
    assert form.action == f"{portal.base()}/slo" == root.get("Destination")
    assert root.find("ds:Signature", PREFIXES) is not None
    assert "self_post.js" in page.text
    end = portal.deliver(portal.response("acme", root.get("ID")), form.fields["RelayState"])
    assert sayings(portal.get(end.location)) == ["Clientshare (acme) signed you out"]


def test_frames_ask_all_at_once_and_each_says_its_own(portal):
    portal.post("/switches", logout="frames")
    portal.sign_in("acme", "globex")
    page = portal.get(portal.post("/logout").location)
    frame_sources = html.fromstring(page.data).xpath("//iframe/@src")
    first, second = (read_url(source) for source in frame_sources)
    framed = portal.redirect(portal.response("acme", first.root.get("ID")), first.relay_state)
    assert "signed you out" in framed.text
    (way_on,) = html.fromstring(page.data).xpath("//main//a/@href")
    end = portal.get(portal.get(way_on).location)
    assert sayings(end) == [
        "Clientshare (acme) signed you out",
        "Clientshare (globex) has not answered",
    ]
    assert second.url == f"{portal.base('globex')}/slo"


def test_frames_by_post_hold_pages_that_post_themselves(portal):
    portal.post("/switches", logout="frames-post", pause="yes")
    portal.sign_in("acme")
    page = portal.get(portal.post("/logout").location)
    (source,) = html.fromstring(page.data).xpath("//iframe/@src")
    framed = portal.get(source)
    assert html.fromstring(framed.data).forms[0].action == f"{portal.base()}/slo"
    assert "self_post.js" in framed.text


def test_over_soap_each_is_asked_without_the_browser(portal):
    portal.post("/switches", logout="soap")
    portal.sign_in("acme", "globex", "initech", "umbrella")
    end = portal.post("/logout")
    assert sayings(portal.get(end.location)) == [
        "Clientshare (acme) signed you out",
        "Clientshare (globex) has not answered",
        "Clientshare (initech) takes no sign-out from here",
        "Clientshare (umbrella) has not answered",
    ]


def test_only_its_own_pages_may_frame_it_and_only_applications_are_framed(portal):
    policy = portal.get("/").headers["Content-Security-Policy"]
    assert f"frame-src 'self' {portal.sp_base_url};" in policy
    assert "frame-ancestors 'self'" in policy


def test_an_answer_that_fits_no_request_is_refused(portal):
    portal.sign_in("acme", "globex")
    asked = sent_by(portal.post("/logout"))
    request_id = asked.root.get("ID")
    for answer, handle in (
        (portal.response("acme", "_another"), asked.relay_state),
        (portal.response("globex", request_id), asked.relay_state),
        (portal.response("acme", request_id), "another"),
        (portal.response("acme", request_id), None),
    ):
        assert portal.redirect(answer, handle).status_code == 400
    assert portal.redirect(portal.response("acme", request_id), asked.relay_state).location


def test_who_opened_no_application_is_signed_out_at_once(portal):
    portal.sign_in()
    page = portal.get(portal.post("/logout").location)
    assert "You are signed out of Acme" in page.text
    assert sayings(page) == []
    assert not portal.signed_in


def test_what_an_earlier_session_had_opened_is_not_asked_again(portal):
    portal.sign_in("acme")
    portal.post("/logout")
    portal.sign_in("globex")
    assert sent_by(portal.post("/logout")).url == f"{portal.base('globex')}/slo"


def test_signing_out_twice_shows_the_login(portal):
    assert portal.post("/logout").location == "/"


def test_a_sign_out_button_on_another_site_does_nothing(portal):
    portal.sign_in("acme")
    headers = {"Origin": portal.sp_base_url}
    assert portal.client.post("/logout", base_url=IDP, headers=headers).status_code == 403
    assert portal.signed_in
