"""What a stranger's message leaves in the record is small, however much it says (decision 27)."""

from __future__ import annotations

import pytest
from lxml import etree
from sqlalchemy import func, select
from support.idp import find

from sp.audit.events import EventTable
from sp.db import db
from sp.demo.messages import assertion_of
from sp.demo.names import RESPONDER
from sp.flows.outcomes import SignInRefused

LONG = 200_000
LARGEST_DETAIL = 4_096


def many_status_codes(root):
    root.remove(assertion_of(root))
    code = find(root, "samlp:Status/samlp:StatusCode")
    code.set("Value", RESPONDER)
    for _ in range(40):
        code = etree.SubElement(code, code.tag, Value="urn:" + "x" * 5_000)


def renamed(root):
    root.tag = "{urn:" + "n" * LONG + "}Response"


def long_status_code(root):
    root.remove(assertion_of(root))
    find(root, "samlp:Status/samlp:StatusCode").set("Value", "x" * LONG)


LOUD = [
    ("status", long_status_code),
    ("status", many_status_codes),
    ("wrong_message_type", renamed),
]


def largest_detail():
    return db.session.scalar(select(func.max(func.length(EventTable.detail))))


@pytest.mark.parametrize(("code", "change"), LOUD)
def test_event_repeats_little_of_what_a_message_says(visitor, events, code, change):
    visitor.begin()
    with pytest.raises(SignInRefused) as caught:
        visitor.answer(sign="none", change=change)
    assert (caught.value.code, events("sign_in")) == (code, [("sign_in", code)])
    assert largest_detail() < LARGEST_DETAIL
