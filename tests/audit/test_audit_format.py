"""The documented format: a stranger with docs/audit-format.md alone can verify what we record."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.records import AT, append, new_evidence, read_events

from sp import db
from sp.audit.events import exported
from sp.audit.evidence import EvidenceTable

DOCUMENT = (Path(__file__).parents[2] / "docs" / "audit-format.md").read_text(encoding="utf-8")
CHAIN_LINES, EVIDENCE_LINES = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def lines(app):
    """An exported chain with every kind of event there is to verify."""
    append(detail=None, account_id=None, revision=None)
    append(detail={"actual": 'ü "\\\x01\x7f\u2028 😀', "groups": [], "count": 2**52})
    append(evidence=new_evidence(), reference="ABCD-2345")
    append(at=AT + timedelta(days=9000))
    return [json.dumps(exported(event)) for event in read_events()]


def verify(lines):
    """Run the documented lines in a Python that has nothing of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-c", CHAIN_LINES],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=False,
    )


def test_lines_are_about_ten():
    assert len(CHAIN_LINES.splitlines()) <= 11


def test_documented_lines_verify_a_chain_and_print_its_head(lines):
    done = verify(lines)
    head = read_events()[-1]
    assert done.stderr == b""
    assert done.stdout.decode().strip() == f"{head.sequence}:{head.hash}"


def test_documented_lines_verify_a_chain_whose_details_were_erased(lines):
    erased = [
        json.dumps({**json.loads(each), "detail": None, "detail_salt": None}) for each in lines
    ]
    assert verify(erased).returncode == 0


def test_documented_columns_of_the_database_give_the_same_lines(lines):
    with db.db.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_event ORDER BY sequence"))
        read = [exported_by_hand(row._asdict()) for row in rows]
    assert read == [json.loads(each) for each in lines]


def exported_by_hand(row):
    """What a stranger makes of a row of the table, knowing the document."""
    del row["evidence_id"]
    at, detail = row["at"], row.pop("detail")
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    row["at"] = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    row = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
    return {**row, "detail": detail and json.loads(detail)}


@pytest.mark.parametrize("name", ["at", "code", "account_id", "detail", "previous_hash", "hash"])
def test_documented_lines_find_an_edit(lines, name):
    event = json.loads(lines[1])
    lines[1] = json.dumps({**event, name: "edited"})
    done = verify(lines)
    assert done.returncode == 1
    assert b"AssertionError" in done.stderr


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_documented_lines_find_a_missing_event(lines, missing):
    del lines[missing]
    assert b"AssertionError: break before" in verify(lines).stderr


def test_documented_example_gives_the_documented_hash():
    (example,) = re.findall(r"```json\n(.*)\n```", DOCUMENT)
    (stated,) = re.findall(r"`([0-9a-f]{64})`:", DOCUMENT)
    assert hashlib.sha256(b"\0sp-audit-1\n" + example.encode()).hexdigest() == stated


def test_documented_columns_are_the_exported_ones(lines):
    table = DOCUMENT.split("## Chains")[1].split("hash = ")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named | {"detail", "detail_salt"} == set(json.loads(lines[0]))


def stored_evidence():
    append(evidence=new_evidence(plain=b"<Assertion/>"))
    with db.db.engine.connect() as connection:
        row = connection.execute(EvidenceTable.__table__.select()).one()._asdict()
    del row["id"]
    return row


def test_documented_lines_verify_an_evidence_and_find_an_edit(app):
    named: dict = {}
    exec(EVIDENCE_LINES, named)
    row = stored_evidence()
    named["verify_evidence"](**row)
    named["verify_evidence"](**{**row, "message": None})
    with pytest.raises(AssertionError):
        named["verify_evidence"](**{**row, "message": row["plain"]})
    with pytest.raises(AssertionError):
        named["verify_evidence"](**{**row, "digest": b"d" * 32})
