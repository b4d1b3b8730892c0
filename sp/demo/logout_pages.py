"""Logout at the demonstration: an application asks, or the person does; all others are asked."""

from __future__ import annotations

import base64

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sp.demo import logout_receiving, logout_sending
from sp.demo.context import current_demo, current_login, current_switches
from sp.demo.errors import DemoRefused
from sp.demo.logout_receiving import LogoutRequest, Received
from sp.demo.logouts import Asker, Logout, Visit, group_visits, read_outcome
from sp.demo.names import REDIRECT, RESPONDER
from sp.demo.service_providers import ServiceProvider, fetch_service_provider, slug_of
from sp.demo.visits import end_session, list_visits

bp = Blueprint("logout", __name__)


@bp.route("/slo", methods=["GET", "POST"])
def slo() -> ResponseReturnValue:
    """Take a LogoutRequest or a LogoutResponse of a service provider by either binding."""
    if request.method == "POST":
        received = logout_receiving.receive_form(request.form)
    else:
        received = logout_receiving.receive_query(request.query_string.decode("latin-1"))
    config = current_demo().config
    slug = slug_of(logout_receiving.issuer_of(received), config.sp_base_url)
    provider = fetch_service_provider(slug, config.sp_base_url)
    logout_receiving.verify(received, provider.signing_keys)
    if received.parameter == "SAMLRequest":
        return _take_request(received, provider)
    return _take_response(received, provider)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End this IdP's own session, and ask every application to end its own."""
    if current_login() is None:
        return redirect("/", 303)
    begun = Logout(group_visits(end_session()), way=current_switches().logout)
    return _go_on(current_demo().logouts.keep(begun), begun)


@bp.get("/logout/<handle>")
def outcomes(handle: str) -> ResponseReturnValue:
    """Show what each application said."""
    said = current_demo().logouts.find(handle).list_outcomes()
    return render_template("signed_out.html", outcomes=said)


@bp.get("/logout/<handle>/frames")
def frames(handle: str) -> ResponseReturnValue:
    """Ask all at once, each in a frame of its own; opened again, it asks again."""
    found = current_demo().logouts.find(handle)
    asked = [
        (participant, logout_sending.ask(current_demo(), handle, found, participant))
        for participant in found.participants
    ]
    return render_template("frames.html", asked=asked, outcomes=found.outcomes, handle=handle)


@bp.get("/logout/<handle>/end")
def end(handle: str) -> ResponseReturnValue:
    """Go on from the page with the frames."""
    return _end(handle, current_demo().logouts.find(handle))


@bp.get("/logout/<handle>/<request_id>")
def posting(handle: str, request_id: str) -> ResponseReturnValue:
    """Show the page that posts a LogoutRequest, the same each time it is opened."""
    found = current_demo().logouts.find(handle)
    sent = found.sent.get(request_id)
    if sent is None or sent.octets is None:
        raise DemoRefused("There is no such request to sign you out.")
    return render_template(
        "posting.html",
        headline=f"Signing you out of {sent.participant.title}…",
        url=sent.url,
        parameter="SAMLRequest",
        message=base64.b64encode(sent.octets).decode("ascii"),
        relay_state=handle,
        pause=current_switches().pause and not found.in_frames,
    )


def _take_request(received: Received, provider: ServiceProvider) -> ResponseReturnValue:
    demo, chosen = current_demo(), current_switches()
    asked = logout_receiving.read_logout_request(received.root, demo.config.slo_url)
    if chosen.slo == "silent":
        return render_template("silent.html", slug=provider.slug)
    if REDIRECT not in provider.slo:
        raise DemoRefused("The application names no address that takes an answer by redirect.")
    asker = Asker(
        response_url=provider.slo[REDIRECT][1],
        request_id=asked.request_id,
        relay_state=received.relay_state,
    )
    if chosen.slo == "refuse":
        return redirect(logout_sending.answer_url(demo, asker, (RESPONDER,)), 303)
    begun = Logout(group_visits(_end_asked(asked, provider.slug)), chosen.logout, asker)
    return _go_on(demo.logouts.keep(begun), begun)


def _end_asked(asked: LogoutRequest, slug: str) -> list[Visit]:
    """End the session where it is the one that was asked for; return who else must hear of it."""

    def is_asked(visit: Visit) -> bool:
        return visit.slug == slug and asked.names(visit.name_id, visit.session_index)

    if not any(is_asked(visit) for visit in list_visits()):
        return []  # over already, or another one: nothing of it is open in this browser
    return [visit for visit in end_session() if not is_asked(visit)]


def _take_response(received: Received, provider: ServiceProvider) -> ResponseReturnValue:
    demo, handle = current_demo(), received.relay_state or ""
    in_response_to, status = logout_receiving.read_logout_response(
        received.root, demo.config.slo_url
    )
    found = demo.logouts.find(handle)
    sent = found.sent.get(in_response_to)
    if sent is None or sent.participant.slug != provider.slug:
        raise DemoRefused("This LogoutResponse answers nothing that was asked.")
    outcome = read_outcome(status)
    found.outcomes[sent.participant] = outcome
    if found.in_frames:
        return render_template("framed.html", participant=sent.participant, outcome=outcome)
    return _go_on(handle, found)


def _go_on(handle: str, begun: Logout) -> ResponseReturnValue:
    """Send the browser to whoever is to be asked next, or where the logout ends."""
    unasked = begun.list_unasked()
    if unasked and begun.in_frames:
        return redirect(f"/logout/{handle}/frames", 303)
    for participant in unasked:
        url = logout_sending.ask(current_demo(), handle, begun, participant)
        if url is not None:
            return redirect(url, 303)
    return _end(handle, begun)


def _end(handle: str, begun: Logout) -> ResponseReturnValue:
    """Answer whoever asked; show the outcomes to the person who began here."""
    if begun.asker is None:
        return redirect(f"/logout/{handle}", 303)
    return redirect(logout_sending.answer_url(current_demo(), begun.asker, begun.status), 303)
