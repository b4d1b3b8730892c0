"""The company's portal: tiles for unsolicited answers, the switches, and who this IdP is."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from sp.demo.context import current_demo, current_login, current_switches
from sp.demo.people import GROUPS
from sp.demo.service_providers import fetch_service_provider
from sp.demo.sign_on_pages import choose_acs, send_answer, show_login_page
from sp.demo.switches import LOGOUTS, SIGNATURES, SLO, read_switches

bp = Blueprint("portal", __name__)


@bp.get("/")
def portal() -> ResponseReturnValue:
    """Show the tiles to who is signed in, the login to everybody else."""
    login = current_login()
    if login is None:
        return show_login_page(None)
    return render_template("portal.html", person=login.person, switches=current_switches())


@bp.get("/tile/<slug>")
def tile(slug: str) -> ResponseReturnValue:
    """Send an answer that nobody asked for (Profiles 4.1.5)."""
    login = current_login()
    if login is None:
        return redirect("/")
    provider = fetch_service_provider(slug, current_demo().config.sp_base_url)
    acs_url = choose_acs(provider, None)
    return send_answer(login, provider, acs_url, None, request.args.get("relay_state") or None)


@bp.route("/switches", methods=["GET", "POST"])
def switches() -> ResponseReturnValue:
    """Show or set what this IdP does in this browser."""
    if request.method == "POST":
        session["switches"] = read_switches(request.form).to_dict()
        return redirect("/switches", 303)
    return render_template(
        "switches.html",
        switches=current_switches(),
        signatures=SIGNATURES,
        groups=GROUPS,
        logouts=LOGOUTS,
        slo=SLO,
    )


@bp.get("/metadata")
def metadata() -> ResponseReturnValue:
    """Publish who this IdP is."""
    demo = current_demo()
    octets = demo.config.describe(demo.keys.certificate)
    return current_app.response_class(octets, mimetype="application/samlmetadata+xml")
