"""An event's hash: exactly the documented octets, for ever."""

from __future__ import annotations

import hashlib
import json

import pytest

from sp.audit.canonical_json import canonical_json
from sp.audit.events import HASHED, digest_detail, hash_event

FIRST = {
    "account_id": 7,
    "actor_id": "7",
    "actor_kind": "person",
    "at": 1772442000123456,
    "chain": "acme",
    "code": "done",
    "detail_digest": "d" * 64,
    "evidence_digest": None,
    "format": 1,
    "kind": "sign_in",
    "previous_hash": "0" * 64,
    "reference": "ABCD-2345",
    "revision": 3,
    "sequence": 1,
}


def test_hash_of_the_documented_example_never_changes():
    assert hash_event(FIRST) == "63448b838d31666be34059eb04f6fe46729a3b9eed56c5c73585ccc30c430034"


def test_hash_covers_every_column_but_itself():
    assert set(FIRST) == set(HASHED)


@pytest.mark.parametrize("name", sorted(FIRST))
def test_changing_one_column_changes_the_hash(name):
    changed = {**FIRST, name: 8 if isinstance(FIRST[name], int) else "x"}
    assert hash_event(changed) != hash_event(FIRST)


def test_hash_is_the_leaf_hash_of_rfc_6962():
    leaf = b"sp-audit-1\n" + canonical_json(FIRST)
    assert hash_event(FIRST) == hashlib.sha256(b"\x00" + leaf).hexdigest()


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"é": "ü"}, '{"é":"ü"}'.encode()),
        ('"\\\n\x01\x7f/', b'"\\"\\\\\\n\\u0001\x7f/"'),
        ("\x00", b'"\\u0000"'),
        ("\ud800", b'"?"'),
        ((1, 2), b"[1,2]"),
        (2**70, b"1180591620717411303424"),
        ({}, b"{}"),
    ],
)
def test_canonical_json_is_one_text_for_one_value(value, octets):
    assert canonical_json(value) == octets


@pytest.mark.parametrize("value", [1.5, {"a": [1.0]}, {1: "a"}, b"x", {"a": {1, 2}}])
def test_canonical_json_refuses_what_has_no_one_text(value):
    with pytest.raises(TypeError):
        canonical_json(value)


def test_canonical_json_writes_every_character_as_the_documented_line_does():
    value = {chr(each): chr(each) * 2 for each in range(0x11000) if not 0xD800 <= each < 0xE000}
    documented = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == documented.encode()


def test_canonical_json_reads_back_as_the_same_value():
    assert json.loads(canonical_json(FIRST)) == FIRST


def test_detail_digest_depends_on_the_salt_and_on_the_detail():
    one = digest_detail(b"a" * 16, b"{}")
    assert one == hashlib.sha256(b"sp-audit-detail-1\n" + b"a" * 16 + b"{}").hexdigest()
    assert len({one, digest_detail(b"b" * 16, b"{}"), digest_detail(b"a" * 16, b"[]")}) == 3
