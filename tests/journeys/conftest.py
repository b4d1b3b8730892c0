"""Both sites on real sockets, and a tab in Chromium that can go everywhere."""

from __future__ import annotations

import pytest
from support.browser import fresh_context
from support.serving import two_sites

from sp import db
from sp.audit import ledger
from sp.flows import membership, revocation
from sp.flows.actor import COMMAND_LINE


@pytest.fixture
def sites(config, tmp_path, quick_keys):
    with two_sites(config, tmp_path) as both:
        yield both


@pytest.fixture
def context(browser):
    with fresh_context(browser) as fresh:
        yield fresh


@pytest.fixture
def tab(context):
    return context.new_page()


@pytest.fixture
def policy(sites):
    """A function that changes acme's sign-in policy."""

    def change(**changes):
        membership.set_policy("acme", changes, actor=COMMAND_LINE)

    return change


@pytest.fixture
def sign_ins(sites):
    """A function that gives the codes of acme's sign-in events, oldest first."""

    def read_codes():
        with db.read() as transaction:
            found = ledger.list_events(transaction, "acme", limit=1000, kind="sign_in")
        return [event.code for event in reversed(found)]

    return read_codes


@pytest.fixture
def signed_in(sites):
    """A function that gives the addresses of the live sessions."""
    return lambda: [view.email for view in revocation.list_sessions("acme")]
