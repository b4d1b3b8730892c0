"""The logout messages of pysaml2_slo.py, made and read by the pysaml2 server of an Engine.

pysaml2 itself does not look at the signature of a LogoutResponse's query, nor of a LogoutRequest's
unless AuthnRequests must be signed, too; here every message must be.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from saml2 import BINDING_HTTP_REDIRECT, BINDING_SOAP, saml, samlp
from saml2.ident import code
from saml2.pack import make_soap_enveloped_saml_thingy
from saml2.s_utils import status_message_factory
from saml2.sigver import verify_redirect_signature
from saml2.time_util import in_a_while
from support.pysaml2_engine import BINDINGS, RSA_SHA256, SHA256, Engine, Issued

SERVICE = "single_logout_service"


@dataclass(frozen=True)
class Asked:
    """A LogoutRequest that was read."""

    message: samlp.LogoutRequest
    entity_id: str
    name_id: saml.NameID
    session_indexes: tuple[str, ...]

    def names(self, issued: Issued):
        """Say whether it is this one that is to end: by all of the NameID, not its text alone."""
        same = issued.entity_id == self.entity_id and code(issued.name_id) == code(self.name_id)
        return same and (not self.session_indexes or issued.session_index in self.session_indexes)


def read_request(engine: Engine, binding, form):
    _check_query(engine, binding, form)
    return _asked(engine, form["SAMLRequest"], BINDINGS[binding])


def read_request_by_soap(engine: Engine, envelope: bytes):
    return _asked(engine, _message_in(envelope), None)


def _asked(engine, sent, binding):
    request = engine.server.parse_logout_request(sent, binding)
    message = request.message
    assert binding == BINDING_HTTP_REDIRECT or message.signature is not None, "not signed"
    return Asked(
        message=message,
        entity_id=request.sender(),
        name_id=message.name_id,
        session_indexes=tuple(each.text for each in message.session_index),
    )


def is_success(engine: Engine, binding, form):
    """Say whether a LogoutResponse tells of success."""
    _check_query(engine, binding, form)
    return _tells_success(engine, form["SAMLResponse"], BINDINGS[binding])


def is_success_by_soap(engine: Engine, envelope: bytes):
    """Say the same of an answer by SOAP."""
    return _tells_success(engine, _message_in(envelope), None)


def _message_in(envelope):
    """Return the message in an envelope as it stands.

    pysaml2 would write it anew, with prefixes of its own: so it refuses every signature but
    pysaml2's.
    """
    message = etree.fromstring(envelope).find("{*}Body/*")
    return etree.tostring(message, with_tail=False).decode()


def _tells_success(engine, sent, binding):
    answer = engine.server.parse_logout_request_response(sent, binding)
    message = answer.response
    assert binding == BINDING_HTTP_REDIRECT or message.signature is not None, "not signed"
    return message.status.status_code.value == samlp.STATUS_SUCCESS


def make_request(engine: Engine, issued: Issued, session_indexes, relay_state):
    """Return what takes a LogoutRequest along, as pysaml2's `apply_binding` gives it."""
    by = engine.settings["logout_by"]
    binding, location = _place(engine, issued.entity_id, by)
    named = session_indexes if engine.settings["names_session_indexes"] else None
    _, request = engine.server.create_logout_request(
        location,
        issued.entity_id,
        name_id=issued.name_id,
        session_indexes=named,
        expire=in_a_while(minutes=5),
        **_signed_inside(engine, binding),
    )
    if binding == BINDING_SOAP:
        return {"url": location, "data": make_soap_enveloped_saml_thingy(str(request))}
    return _put(engine, binding, request, location, relay_state, response=False)


def make_response(engine: Engine, asked: Asked, relay_state, code_of_failure):
    """Return what takes a LogoutResponse along; `code_of_failure` is None where all went well."""
    by = engine.settings["logout_by"]
    binding, location = _place(engine, asked.entity_id, "redirect" if by == "soap" else by)
    response = _response(engine, asked, binding, code_of_failure)
    return _put(engine, binding, response, location, relay_state, response=True)


def make_response_by_soap(engine: Engine, asked: Asked, code_of_failure):
    """Return the envelope that answers a request by SOAP."""
    response = _response(engine, asked, BINDING_SOAP, code_of_failure)
    return make_soap_enveloped_saml_thingy(str(response))


def _response(engine, asked, binding, code_of_failure):
    status = None
    if code_of_failure:
        partial = code_of_failure == samlp.STATUS_PARTIAL_LOGOUT
        above = samlp.STATUS_SUCCESS if partial else samlp.STATUS_RESPONDER
        status = status_message_factory("", code_of_failure, above)
    return engine.server.create_logout_response(
        asked.message, [binding], status, **_signed_inside(engine, binding)
    )


def _place(engine, entity_id, by):
    return engine.server.pick_binding(SERVICE, [BINDINGS[by]], "spsso", entity_id=entity_id)


def _signed_inside(engine, binding):
    inside = engine.settings["signs_logout"] and binding != BINDING_HTTP_REDIRECT
    return {"sign": inside, "sign_alg": RSA_SHA256, "digest_alg": SHA256}


def _put(engine, binding, message, location, relay_state, *, response):
    return engine.server.apply_binding(
        binding,
        str(message),
        location,
        relay_state or "",
        response=response,
        sign=engine.settings["signs_logout"] and binding == BINDING_HTTP_REDIRECT,
        sigalg=RSA_SHA256,
    )


def _check_query(engine, binding, form):
    """Hold the signature of a query against the keys of who it says that sent it."""
    if binding != "redirect":
        return
    names = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature")
    parts = {name: form[name] for name in names if name in form}
    keys = [
        certificate
        for entity_id in engine.server.metadata.keys()  # noqa: SIM118 - no dict
        for _, certificate in engine.server.metadata.certs(entity_id, "any", "signing")
    ]
    backend = engine.server.sec.sec_backend
    assert any(verify_redirect_signature(parts, backend, each) for each in keys), "bad signature"
