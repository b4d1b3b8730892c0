"""The messages of pysaml2_server.py: one pysaml2 Identity Provider under one set of settings."""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, BINDING_SOAP, saml, time_util
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.ident import IdentDB
from saml2.metadata import entity_descriptor
from saml2.server import Server

BINDINGS = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST, "soap": BINDING_SOAP}
NAME_IDS = {
    "persistent": saml.NAMEID_FORMAT_PERSISTENT,
    "transient": saml.NAMEID_FORMAT_TRANSIENT,
    "email": saml.NAMEID_FORMAT_EMAILADDRESS,
    "unspecified": saml.NAMEID_FORMAT_UNSPECIFIED,
}
# What pysaml2 would make up for these formats is no address and no name.
READABLE = {"email": "mail", "unspecified": "uid"}
SESSION_KEYS = {"aes256-cbc": "aes-256", "tripledes-cbc": "des-192"}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

known = defaultdict(dict)
"""The NameIDs that were given out, by test: they outlive a change of the settings."""


@dataclass(frozen=True)
class Issued:
    """Whom an assertion named, to which Service Provider, and by which SessionIndex."""

    entity_id: str
    name_id: saml.NameID
    session_index: str


class Engine:
    def __init__(self, folder: Path, base_url: str, settings: dict) -> None:
        self.folder, self.base_url = folder, base_url
        self.settings = settings
        self.config = IdPConfig().load(self._configuration())
        self.server = Server(config=self.config)
        self.server.ident = IdentDB(known[settings["test"]], name_qualifier=self.config.entityid)
        if settings["encryption"]:
            self._encrypt_with(settings["encryption"])
        self.one_at_a_time, self.assertions = threading.Lock(), []
        self._note_assertions()

    def _configuration(self):
        settings = self.settings
        mine, *others = dict.fromkeys(settings["signs_with"] + settings["publishes"])
        key, certificate = str(self.folder / f"{mine}.key"), str(self.folder / f"{mine}.crt")
        sso = [(f"{self.base_url}/sso", BINDINGS[each]) for each in settings["bindings"]]
        places = {"soap": f"{self.base_url}/slo/soap"}
        slo = [
            (places.get(each, f"{self.base_url}/slo"), BINDINGS[each])
            for each in settings["logout_bindings"]
        ]
        return {
            "entityid": f"{self.base_url}/metadata",
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": sso, "single_logout_service": slo},
                    "policy": {
                        "default": {
                            "lifetime": {"minutes": 10},
                            "name_form": saml.NAME_FORMAT_URI,
                            "nameid_format": NAME_IDS[settings["name_id"]],
                        }
                    },
                    "want_authn_requests_signed": settings["wants_signed_requests"],
                    "sign_response": settings["sign"] in {"response", "both"},
                    "sign_assertion": settings["sign"] in {"assertion", "both"},
                    "encrypt_assertion": settings["encryption"] is not None,
                }
            },
            "key_file": key,
            "cert_file": certificate,
            "additional_cert_files": [str(self.folder / f"{each}.crt") for each in others] or None,
            "xmlsec_binary": shutil.which("xmlsec1"),
            "metadata": {"local": [str(self.folder / name) for name in settings["trusted"]]},
            "allow_unknown_attributes": True,
        }

    def _encrypt_with(self, algorithm):
        """Encrypt by another algorithm than 3DES, for which pysaml2 has no setting."""
        security = self.server.sec
        encrypt = security.encrypt_assertion
        session_key = SESSION_KEYS[algorithm.rpartition("#")[2]]

        def encrypt_assertion(statement, key, template, node_xpath=None):
            template.encryption_method.algorithm = algorithm
            return encrypt(statement, key, template, session_key, node_xpath)

        security.encrypt_assertion = encrypt_assertion

    def _note_assertions(self):
        """Keep each assertion as it is before it is encrypted."""
        set_up = self.server.setup_assertion

        def setup_assertion(*parts, **named_parts):
            self.assertions.append(set_up(*parts, **named_parts))
            return self.assertions[-1]

        self.server.setup_assertion = setup_assertion

    def metadata(self):
        return str(entity_descriptor(self.config))

    def read_request(self, binding, form):
        signed = {
            "relay_state": form.get("RelayState"),
            "sigalg": form.get("SigAlg"),
            "signature": form.get("Signature"),
        }
        message = self.server.parse_authn_request(
            form["SAMLRequest"], BINDINGS[binding], **(signed if binding == "redirect" else {})
        ).message
        wanted = self.server.response_args(message, [BINDING_HTTP_POST])
        return {name: value for name, value in wanted.items() if name != "binding"}

    def unasked(self, entity_id):
        """Return the same for a sign-in that starts here."""
        _, destination = self.server.pick_binding(
            "assertion_consumer_service", [BINDING_HTTP_POST], "spsso", entity_id=entity_id
        )
        return {"in_response_to": None, "sp_entity_id": entity_id, "destination": destination}

    def answer(self, wanted, name, attributes):
        """Return a Response, and what it issued."""
        person = {"uid": [name], **attributes}
        readable = READABLE.get(self.settings["name_id"])
        name_id = readable and saml.NameID(
            format=NAME_IDS[self.settings["name_id"]], text=person[readable][0]
        )
        with self.one_at_a_time:
            response = self.server.create_authn_response(
                person,
                userid=name,
                name_id=name_id,
                authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": self.base_url},
                session_not_on_or_after=time_util.in_a_while(hours=8),
                sign_alg=RSA_SHA256,
                digest_alg=SHA256,
                **wanted,
            )
            assertion = self.assertions.pop()
        index = assertion.authn_statement[0].session_index
        return str(response), Issued(wanted["sp_entity_id"], assertion.subject.name_id, index)
