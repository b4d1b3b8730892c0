"""How large a document may be, and what may not stand in it at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

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


class _Rule(NamedTuple):
    """A rule: the code and the words of its refusal, and whether a document breaks it."""

    code: str
    expected: str
    is_broken: Callable[[Element], object]


def broken_rules(root: Element, limits: Limits) -> Iterator[tuple[str, str]]:
    """Yield (code, expected) of each rule that a parsed document breaks."""
    # Compiled paths walk the tree faster than the octets could be searched.
    for rule in _rules_of(limits):
        if rule.is_broken(root):
            yield rule.code, rule.expected


@cache
def _rules_of(limits: Limits) -> tuple[_Rule, ...]:
    return (
        _Rule(
            "too_many_elements",
            f"at most {limits.elements} elements",
            etree.XPath(f"count(//*) > {limits.elements}"),
        ),
        _Rule(
            "too_deep",
            f"at most {limits.depth} levels of elements",
            etree.XPath(f"boolean({'/*' * (limits.depth + 1)})"),
        ),
        _Rule(
            "too_many_attributes",
            f"at most {_ATTRIBUTES} attributes on an element",
            etree.XPath(f"boolean(//@*[{_ATTRIBUTES + 1}])"),
        ),
        _Rule(
            "too_many_namespaces",
            f"at most {_DECLARATIONS} declarations around an element",
            _declares_too_much,
        ),
        _Rule(
            "processing_instruction",
            "no processing instruction",
            etree.XPath("boolean(//processing-instruction())"),
        ),
        _Rule(
            "xinclude",
            "no element of XInclude",
            etree.XPath("boolean(//xi:*)", namespaces={"xi": urn.XINCLUDE}),
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
