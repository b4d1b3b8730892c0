"""python3-saml behind one door: its verdict on a Response, its schemas, its settings' rules.

What it does slowly is done once here: copies of two of its modules are given utilities with parsed
documents and compiled schemas, paths and keys. The library stays as it is for everybody else.
"""

from __future__ import annotations

import importlib.util
from contextvars import ContextVar
from copy import deepcopy
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

import onelogin.saml2
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from sp.saml import tree, urn, xml
from sp.saml.errors import ObjectionError
from sp.saml.status import read_status
from sp.saml.types import Element, Expectation
from sp.saml.xmlsec_verification import verifies

PROTOCOL: Final = "saml-schema-protocol-2.0.xsd"
METADATA: Final = "saml-schema-metadata-2.0.xsd"
_UNKNOWN_TO_SCHEMAS: Final = (
    "descendant::xenc11:MGF | descendant::ds:CanonicalizationMethod/ec:InclusiveNamespaces"
)
"""What is legal in its place and not in the schemas: one is younger, one has a schema apart."""

_SECURITY: Final = {
    "requestedAuthnContext": False,
    "wantAttributeStatement": False,
    "allowRepeatAttributeName": True,
    "allowSingleLabelDomains": True,
    "wantNameId": False,
}


class _Message:
    """What the private copies need to know of the message in hand."""

    def __init__(self, root: Element, expectation: Expectation, instant: datetime) -> None:
        self.root = root
        self.keys = expectation.keys
        self.seconds = int(instant.timestamp())
        self.schema_error = ""


_in_hand: ContextVar[_Message] = ContextVar("message in hand")


def _copy_of(name: str) -> ModuleType:
    """Return a module of the library for ourselves, to be given other utilities than its own."""
    spec: Any = importlib.util.find_spec(f"onelogin.saml2.{name}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Xml(OneLogin_Saml2_XML):  # type: ignore[misc]
    """Its XML utilities, with every schema and path compiled once."""

    @staticmethod
    def validate_xml(document: Element, schema: str, debug: bool = False) -> Any:  # noqa: ARG004, FBT001, FBT002 - its signature
        error = schema_error(document, schema)
        if error is None:
            return document
        _in_hand.get().schema_error = error
        return "invalid_xml"

    @staticmethod
    def to_etree(_: Element) -> Element:
        return _in_hand.get().root

    @staticmethod
    def query(
        dom: Element, query: str, context: Element | None = None, tagid: str | None = None
    ) -> Any:
        path, source = _path(query), dom if context is None else context
        return path(source) if tagid is None else path(source, tagid=tagid)


_utils: Final = _copy_of("utils")
_utils.OneLogin_Saml2_XML = _Xml  # type: ignore[attr-defined]


class _Utils(_utils.OneLogin_Saml2_Utils):  # type: ignore[misc, name-defined]
    """Its utilities, with our clock, our readers of times and status, and keys loaded once."""

    normalize_url = staticmethod(lru_cache(maxsize=256)(_utils.OneLogin_Saml2_Utils.normalize_url))

    @staticmethod
    def b64decode(data: Element) -> Element:
        return data

    @staticmethod
    def now() -> int:
        return _in_hand.get().seconds

    @staticmethod
    def parse_SAML_to_time(text: str) -> int:  # noqa: N802 - its name
        return int(xml.read_instant(text).timestamp())

    @staticmethod
    def get_status(root: Element) -> dict[str, str]:
        return {"code": read_status(root)[0]}  # by its name; the library takes what stands first

    @staticmethod
    def validate_sign(document: Element, *_: Any, xpath: str, **__: Any) -> bool:
        nodes = _Xml.query(document, xpath)
        return len(nodes) == 1 and verifies(document, nodes[0], _in_hand.get().keys)


_response: Final = _copy_of("response")
_response.OneLogin_Saml2_Utils = _Utils  # type: ignore[attr-defined]
_response.OneLogin_Saml2_XML = _Xml  # type: ignore[attr-defined]


class _Response(_response.OneLogin_Saml2_Response):  # type: ignore[misc, name-defined]
    """Its reader, which finds the signed assertion once and not for each part of it."""

    _signed: Any = None

    def _query_assertion(self, xpath_expr: str) -> Any:
        if self._signed is None:
            self._signed = super()._query_assertion("")
        return _path(f"$signed{xpath_expr}")(self.document, signed=self._signed)


def ask(root: Element, expectation: Expectation, instant: datetime) -> None:
    """Let python3-saml judge a Response as if it were that instant; raises ObjectionError."""
    message = _Message(root, expectation, instant)
    token = _in_hand.set(message)
    try:
        names = expectation.sp_entity_id, expectation.acs_url, expectation.idp_entity_id
        response = _Response(_settings(*names), root)
        response.is_valid(_request_data(expectation.acs_url), None, raise_exceptions=True)
    except Exception as error:  # noqa: BLE001 - whatever it raises is a refusal, never an escape
        if message.schema_error:
            raise ObjectionError("schema", message.schema_error) from None
        raise ObjectionError("second_verdict", str(error)) from None
    finally:
        _in_hand.reset(token)


def schema_error(document: Element, schema: str) -> str | None:
    """Return what breaks the schema (PROTOCOL or METADATA) in a document, or None."""
    if tree.find_all(document, _UNKNOWN_TO_SCHEMAS):
        document = deepcopy(document)
        for element in tree.find_all(document, _UNKNOWN_TO_SCHEMAS):
            tree.remove(element)
    try:
        _schema(schema).assertValid(document)
    except etree.DocumentInvalid as error:
        return str(error)
    return None


def check_idp_settings(idp: dict[str, Any]) -> list[str]:
    """Return what python3-saml has against an `idp` block of settings; [] where nothing."""
    settings = OneLogin_Saml2_Settings.__new__(OneLogin_Saml2_Settings)
    whole = {"strict": True, "idp": idp, "security": dict(_SECURITY)}
    errors: list[str] = settings.check_idp_settings(whole)
    return errors


@cache
def _schema(name: str) -> etree.XMLSchema:
    folder = Path(onelogin.saml2.__file__).parent / "schemas"
    return etree.XMLSchema(file=str(folder / name))


@lru_cache(maxsize=256)
def _path(query: str) -> etree.XPath:
    return tree.compile_path(query, OneLogin_Saml2_Constants.NSMAP)


@lru_cache(maxsize=1024)
def _settings(sp_entity_id: str, acs_url: str, idp_entity_id: str) -> OneLogin_Saml2_Settings:
    """Return its settings; the keys are given to `verifies`, not to it."""
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": sp_entity_id,
                "assertionConsumerService": {"url": acs_url, "binding": urn.POST},
            },
            "idp": {
                "entityId": idp_entity_id,
                "singleSignOnService": {"url": acs_url, "binding": urn.REDIRECT},
                "x509cert": "-",  # without any it would look for a file at every message
            },
            "security": dict(_SECURITY),
        }
    )


@lru_cache(maxsize=1024)
def _request_data(acs_url: str) -> dict[str, str]:
    parts = urlsplit(acs_url)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
    }
