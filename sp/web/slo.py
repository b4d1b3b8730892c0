"""The Single Logout Service: a company's login asks to end sessions, and answers (Profiles 4.4)."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import single_logout
from sp.flows.logout_receiving import Came
from sp.flows.outcomes import Leave, LogoutRefused
from sp.saml import soap
from sp.web import headers, limits
from sp.web.addresses import see_other, signed_out_url
from sp.web.browser import read_browser
from sp.web.leaving import leave
from sp.web.posted_form import read_fields, read_octets

bp = Blueprint("slo", __name__)

XML = "text/xml; charset=utf-8"
FAULT_CODES = {"soap_header": "MustUnderstand"}
"""What a Fault says of a refusal where that is more than that the message was at fault."""


@bp.get("/saml/<organisation:organisation>/slo")
def by_redirect(organisation: str) -> Response:
    """Take a message out of the address, as it stands there (SAML Bindings 3.4)."""
    if request.method == "HEAD":
        return Response(status=204)  # whoever only looks ends nothing, and spends no message
    return _answer(organisation, _came("redirect"))


@bp.post("/saml/<organisation:organisation>/slo")
def by_post(organisation: str) -> Response:
    """Take a message out of a form (SAML Bindings 3.5)."""
    return _answer(organisation, _came("post", fields=tuple(read_fields(request))))


@bp.post("/saml/<organisation:organisation>/slo/soap")
def by_soap(organisation: str) -> Response:
    """Take a LogoutRequest from the company's server itself, and answer it there (Bindings 3.2)."""
    came = _came("soap", body=read_octets(request))
    try:
        octets = single_logout.answer_soap(_config(), organisation, came)
    except LogoutRefused as refused:
        _count(organisation, refused)
        code = FAULT_CODES.get(refused.code, "Client")
        octets = soap.make_fault(refused.public, code=code)
        return Response(octets, status=refused.status, content_type=XML)
    return Response(octets, content_type=XML)


def _answer(organisation: str, came: Came) -> Response:
    try:
        outcome = single_logout.answer(_config(), organisation, came)
    except LogoutRefused as refused:
        _count(organisation, refused)
        raise
    if isinstance(outcome, Leave):
        # Many sessions may be ended at once, each in a hidden frame (Profiles 4.4.3.2).
        headers.let_frame()
        return leave(outcome)
    return see_other(signed_out_url(organisation, outcome.request_id))


def _came(binding: str, *, fields: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Came:
    browser = read_browser(request, _config())
    return Came(
        binding=binding,
        query=request.query_string.decode("latin-1"),
        fields=fields,
        body=body,
        address=browser.address,
        user_agent=browser.user_agent,
    )


def _config() -> Config:
    config: Config = current_app.extensions["sp_config"]
    return config


def _count(organisation: str, refused: LogoutRefused) -> None:
    if not refused.verified:
        limits.count_unverified(organisation)
