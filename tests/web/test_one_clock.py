"""Whatever a day at our pages leaves behind was made at the time that our clock told."""

from __future__ import annotations

import zlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from lxml import etree, html
from sqlalchemy import select
from support.idp import key_named
from support.pages import read
from support.slo import BY_REDIRECT, Company, read_sent

from sp.db import UtcDateTime, db
from sp.flows import housekeeping, membership
from sp.flows.actor import COMMAND_LINE

DAY = datetime(2041, 7, 5, 9, 0, 0, tzinfo=UTC)
"""Far from the day of any machine that runs this."""
LONGEST_KEPT = timedelta(hours=48, seconds=300)


@pytest.fixture
def metadata():
    return BY_REDIRECT


@pytest.fixture
def day(clock):
    clock.set(DAY)


def times_kept():
    """Give (table, column, time) of every time in the database."""
    with db.engine.connect() as connection:
        return [
            (table.name, column.name, value)
            for table in db.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, UtcDateTime)
            for value in connection.scalars(select(column).where(column.is_not(None)))
        ]


def test_every_time_in_the_database_is_of_that_day(day, ada, config):
    ada.sign_in()
    token = read(ada.client.get("/account")).value("csrf_token")
    sent = read_sent(ada.client.post("/logout", data={"csrf_token": token}))
    Company(ada.client).answer(sent.root.get("ID"))
    ada.sign_in()
    ada.answer(key=key_named("rsa-b"))
    ada.start()
    membership.add_account("acme", "grace@acme.example", actor=COMMAND_LINE)
    membership.suspend("acme", "grace@acme.example", actor=COMMAND_LINE)
    housekeeping.purge(config)
    kept = times_kept()
    assert [each for each in kept if not DAY <= each[2] <= DAY + LONGEST_KEPT] == []
    columns = [column for each in db.metadata.sorted_tables for column in each.columns]
    known = {(c.table.name, c.name) for c in columns if isinstance(c.type, UtcDateTime)}
    assert {each[:2] for each in kept} == known


def test_message_page_and_certificate_tell_that_day(day, ada, config):
    location = ada.start().location
    sent = b64decode(parse_qs(urlsplit(location).query)["SAMLRequest"][0])
    assert (
        etree.fromstring(zlib.decompress(sent, -15)).get("IssueInstant") == "2041-07-05T09:00:00Z"
    )
    ada.answer()
    page = html.fromstring(ada.client.get("/account").data.decode())
    told = [each.get("datetime") for each in page.iter("time")]
    assert told
    assert {each[:10] for each in told} <= {"2041-07-05", "2041-07-06"}
    made = x509.load_der_x509_certificate(config.keyring().signing.certificate)
    assert timedelta() <= DAY - made.not_valid_before_utc <= timedelta(days=1)
