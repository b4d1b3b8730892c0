"""Sign-on at the demonstration: the request, the login page, the answer on its way."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from sp import clock
from sp.demo.answers import Answer, Login, make_answer, make_failure
from sp.demo.authn_requests import AuthnRequest, read_authn_request
from sp.demo.context import current_demo, current_login, current_switches
from sp.demo.errors import DemoRefused
from sp.demo.incoming import decode
from sp.demo.names import AUTHN_FAILED, NO_PASSIVE, RESPONDER
from sp.demo.people import PASSWORD, PEOPLE, find_person
from sp.demo.service_providers import ServiceProvider, fetch_service_provider, slug_of
from sp.demo.visits import remember_visit

bp = Blueprint("sign_on", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An AuthnRequest with whatever its answer needs; `octets` travel through the login page."""

    octets: bytes
    request: AuthnRequest
    provider: ServiceProvider
    acs_url: str
    relay_state: str | None


@bp.route("/sso", methods=["GET", "POST"])
def sso() -> ResponseReturnValue:
    """Take an AuthnRequest by either binding; who is signed in is sent on at once."""
    if current_switches().second_origin and "detour" not in request.args:
        return _redirect_on(f"{current_demo().config.second_base_url}/detour")
    values = request.args if request.method == "GET" else request.form
    octets = decode(values.get("SAMLRequest", ""), deflated=request.method == "GET")
    asked = _read_asked(octets, values.get("RelayState"))
    login = current_login()
    if login is not None and not asked.request.force_authn:
        return _answer_request(login, asked)
    if asked.request.is_passive:
        return _refuse_request(asked, NO_PASSIVE, "Nobody is signed in.")
    return show_login_page(asked, hint=request.args.get("login_hint", ""))


@bp.route("/detour", methods=["GET", "POST"])
def detour() -> ResponseReturnValue:
    """Send the browser back from the second origin, request and all."""
    return _redirect_on(f"{current_demo().config.base_url}/sso", detour="done")


@bp.post("/login")
def login() -> ResponseReturnValue:
    """Check the printed password; answer the request that waits, or show the portal."""
    asked = None
    if request.form.get("request"):
        octets = decode(request.form["request"], deflated=False)
        asked = _read_asked(octets, request.form.get("relay_state"))
    if asked is not None and request.form.get("decision") == "cancel":
        return _refuse_request(asked, AUTHN_FAILED, "The person pressed Cancel.")
    person = find_person(request.form.get("person", ""))
    if person is None or request.form.get("password") != PASSWORD:
        return show_login_page(asked, hint=request.form.get("person", ""), failed=True)
    session["person"] = person.name
    session["authn_instant"] = clock.now().isoformat(timespec="seconds")
    session["session_index"] = "_" + secrets.token_hex(16)
    signed_in = current_login()
    assert signed_in is not None
    return redirect("/", 303) if asked is None else _answer_request(signed_in, asked)


@bp.get("/answer/<handle>")
def answer(handle: str) -> ResponseReturnValue:
    """Show the page that posts an answer, the same each time it is opened (Bindings 3.5.4)."""
    kept = current_demo().answers.find(handle)
    return render_template(
        "posting.html",
        headline="Taking you back to Clientshare…",
        url=kept.acs_url,
        parameter="SAMLResponse",
        message=base64.b64encode(kept.octets).decode("ascii"),
        relay_state=kept.relay_state,
        pause=kept.pause,
    )


def _read_asked(octets: bytes, relay_state: str | None) -> Asked:
    config = current_demo().config
    read = read_authn_request(octets, config.sso_url)
    provider = fetch_service_provider(slug_of(read.issuer, config.sp_base_url), config.sp_base_url)
    return Asked(
        octets=octets,
        request=read,
        provider=provider,
        acs_url=choose_acs(provider, read.acs_url),
        relay_state=relay_state,
    )


def choose_acs(provider: ServiceProvider, wanted: str | None) -> str:
    """Return where the answer goes: only ever where the provider's metadata says."""
    if not provider.acs_urls or (wanted is not None and wanted not in provider.acs_urls):
        raise DemoRefused("The application asks for an answer to an address that is not its own.")
    return wanted or provider.acs_urls[0]


def show_login_page(
    asked: Asked | None, *, hint: str = "", failed: bool = False
) -> ResponseReturnValue:
    """Show who may sign in, with the request that waits in a hidden field."""
    encoded = "" if asked is None else base64.b64encode(asked.octets).decode("ascii")
    page = render_template(
        "login.html",
        asked=asked,
        encoded=encoded,
        chosen=find_person(hint),
        failed=failed,
        people=PEOPLE.values(),
        password=PASSWORD,
    )
    return page, 401 if failed else 200


def _answer_request(login: Login, asked: Asked) -> ResponseReturnValue:
    request_id = asked.request.request_id
    return send_answer(login, asked.provider, asked.acs_url, request_id, asked.relay_state)


def send_answer(
    login: Login,
    provider: ServiceProvider,
    acs_url: str,
    request_id: str | None,
    relay_state: str | None,
) -> ResponseReturnValue:
    """Make an answer about the person and send the browser to its page."""
    demo, chosen = current_demo(), current_switches()
    remember_visit(provider.slug, login)
    octets = make_answer(
        login,
        provider,
        chosen,
        demo.keys,
        issuer=demo.config.entity_id,
        acs_url=acs_url,
        request_id=request_id,
    )
    return _send(
        Answer(acs_url=acs_url, octets=octets, relay_state=relay_state, pause=chosen.pause)
    )


def _refuse_request(asked: Asked, status: str, message: str) -> ResponseReturnValue:
    demo = current_demo()
    octets = make_failure(
        (RESPONDER, status),
        message,
        demo.keys,
        issuer=demo.config.entity_id,
        acs_url=asked.acs_url,
        request_id=asked.request.request_id,
    )
    pause = current_switches().pause
    return _send(
        Answer(acs_url=asked.acs_url, octets=octets, relay_state=asked.relay_state, pause=pause)
    )


def _send(kept: Answer) -> ResponseReturnValue:
    return redirect(f"/answer/{current_demo().answers.keep(kept)}", 303)


def _redirect_on(url: str, **more: str) -> ResponseReturnValue:
    """Redirect a GET or (by 307) a POST with everything that came with it."""
    query = request.query_string.decode("ascii", "replace")
    parts = [query] if query else []
    parts += [f"{name}={value}" for name, value in more.items()]
    target = url + ("?" + "&".join(parts) if parts else "")
    return redirect(target, 307 if request.method == "POST" else 302)
