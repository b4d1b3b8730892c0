"""What it costs the database to know who asks: one statement, and once a minute one more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.statements import counted


def cost(client, path):
    with counted() as statements:
        assert client.get(path).status_code in (200, 401)
    return len(statements)


@pytest.fixture
def signed_in(ada):
    ada.sign_in()
    return ada.client


def test_request_of_somebody_signed_in_asks_once(signed_in):
    assert cost(signed_in, "/whoami") == 1


def test_request_of_a_stranger_asks_nothing(client):
    assert cost(client, "/whoami") == 0


def test_last_seen_is_written_once_a_minute_however_busy_a_page_is(signed_in, clock):
    clock.advance(timedelta(minutes=1))
    assert [cost(signed_in, "/whoami") for _ in range(3)] == [2, 1, 1]


def test_account_page_asks_for_its_list_besides(signed_in):
    assert cost(signed_in, "/account") == 3
