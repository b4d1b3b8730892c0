"""How large a document may be, and what may not stand in it at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from lxml import etree

from sp.saml import tree, urn
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


class _Rule(NamedTuple):
    """A rule: the code and the words of its refusal, and a path that is true where it is broken."""

    code: str
    expected: str
    path: str


def broken_rules(root: Element, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield (code, expected) of each rule that a parsed document breaks."""
    # Compiled paths walk the tree faster than the octets could be searched; one that asks for all
    # is enough for nearly every document.
    if _breaks_any(limits)(root):
        yield from (rule[:2] for rule in _rules_of(limits) if _compile(rule.path)(root))
    if _declares_too_much(root):
        yield "too_many_namespaces", f"at most {_DECLARATIONS} declarations around an element"


@cache
def _compile(path: str) -> etree.XPath:
    return tree.compile_path(path, {"xi": urn.XINCLUDE})


@cache
def _breaks_any(limits: Limits) -> etree.XPath:
    return _compile(" or ".join(rule.path for rule in _rules_of(limits)))


@cache
def _rules_of(limits: Limits) -> tuple[_Rule, ...]:
    return (
        _Rule(
            "too_many_elements",
            f"at most {limits.elements} elements",
            f"count(//*) > {limits.elements}",
        ),
        _Rule(
            "too_deep",
            f"at most {limits.depth} levels of elements",
            f"boolean({'/*' * (limits.depth + 1)})",
        ),
        _Rule(
            "too_many_attributes",
            f"at most {_ATTRIBUTES} attributes on an element",
            f"boolean(//@*[{_ATTRIBUTES + 1}])",
        ),
        _Rule(
            "processing_instruction",
            "no processing instruction",
            "boolean(//processing-instruction())",
        ),
        _Rule(
            "xinclude",
            "no element of XInclude",
            "boolean(//xi:*)",
        ),
    )


def _declares_too_much(root: Element) -> bool:
    every = etree.iterwalk(root, events=("start-ns",))
    if len(list(islice(every, _DECLARATIONS + 1))) <= _DECLARATIONS:  # as nearly all there are
        return False
    open_declarations = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        open_declarations += 1 if event == "start-ns" else -1
        if open_declarations > _DECLARATIONS:
            return True
    return False
