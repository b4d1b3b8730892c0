"""The AuthnRequest of a sign-in, put into the binding that its Identity Provider takes."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from sp.config import Config
from sp.organisations.idp_directory import Revision
from sp.saml import authn_request, bindings, signature
from sp.sessions.demand import demanded_contexts
from sp.sessions.pending_request import PendingRequest


def make_request(
    config: Config, revision: Revision, request: PendingRequest, handle: str, hint: str | None
) -> tuple[str, dict[str, str] | None]:
    """Return where to send the browser, and the form's fields where the binding is POST.

    Signed as the revision says (SAML Bindings 3.4.4.1, 3.5.4).
    """
    signing = config.keyring().signing
    octets = authn_request.make_authn_request(
        request_id=request.request_id,
        issue_instant=request.created_at,
        sp_entity_id=config.entity_id(revision.slug),
        acs_url=config.acs_url(revision.slug),
        destination=revision.sso_url,
        force_authn=request.force_authn,
        contexts=demanded_contexts(request.contexts, revision.contexts),
    )
    location = _with_hint(revision, hint)
    if revision.sso_binding == "redirect":
        sign = partial(signature.sign_octets, key=signing.private_key)
        return bindings.encode_redirect(
            location, "SAMLRequest", octets, handle, sign if revision.sign_requests else None
        ), None
    if revision.sign_requests:
        octets = signature.sign_enveloped(octets, signing.private_key, signing.certificate)
    return location, {"SAMLRequest": bindings.encode_post(octets), "RelayState": handle}


def _with_hint(revision: Revision, hint: str | None) -> str:
    if not hint or not revision.send_login_hint:
        return revision.sso_url
    joint = "&" if "?" in revision.sso_url else "?"
    return revision.sso_url + joint + urlencode({"login_hint": hint})
