"""How large a document may be, and what may not stand in it at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from sp.saml import urn
from sp.saml.types import Element


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be: octets, levels of elements (at most 255), elements in all."""

    octets: int
    depth: int
    elements: int


MESSAGE: Final = Limits(octets=512 * 1024, depth=64, elements=20_000)

# Canonicalisation sorts the attributes of an element, and the declarations in its scope, by
# insertion: from 200 KB both take minutes.
_ATTRIBUTES: Final = 256
_DECLARATIONS: Final = 64


@cache
def rules_of(limits: Limits) -> tuple[tuple[str, str, Callable[[Element], object]], ...]:
    """Return what a parsed document must not be, as compiled paths: (code, expected, broken)."""
    includes = etree.XPath("boolean(//xi:*)", namespaces={"xi": urn.XINCLUDE})
    return (
        (
            "too_many_elements",
            f"at most {limits.elements} elements",
            etree.XPath(f"count(//*) > {limits.elements}"),
        ),
        (
            "too_deep",
            f"at most {limits.depth} levels of elements",
            etree.XPath(f"boolean({'/*' * (limits.depth + 1)})"),
        ),
        (
            "too_many_attributes",
            f"at most {_ATTRIBUTES} attributes on an element",
            etree.XPath(f"boolean(//@*[{_ATTRIBUTES + 1}])"),
        ),
        (
            "too_many_namespaces",
            f"at most {_DECLARATIONS} declarations around an element",
            _declares_too_much,
        ),
        (
            "processing_instruction",
            "no processing instruction",
            etree.XPath("boolean(//processing-instruction())"),
        ),
        ("xinclude", "no element of XInclude", includes),
    )


def _declares_too_much(root: Element) -> bool:
    open_declarations = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        open_declarations += 1 if event == "start-ns" else -1
        if open_declarations > _DECLARATIONS:
            return True
    return False
