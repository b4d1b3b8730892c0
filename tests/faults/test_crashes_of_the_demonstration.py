"""`make run` is ended anywhere in its preparations, and the next one still shows a sign-in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.commands import assert_holds, assert_well
from support.crashes import is_lasting
from support.crowd import idp_of
from support.pages import Person

from sp.flows import demonstration
from sp.flows.looking_up import find_organisation

pytestmark = pytest.mark.faults


@pytest.fixture
def config(config):
    """On loopback, where alone the demonstration may be."""
    return replace(config, base_url="http://sp.localhost:8000")


def test_demonstration_that_dies_while_it_is_set_up_is_finished_by_the_next_run(
    app, config, warm_keys, die_everywhere
):
    idp = idp_of(config, "acme")

    def set_up():
        return demonstration.set_up(config, idp.metadata())

    def check():
        assert_holds(app)
        again = set_up()
        assert_well(app)
        ada = Person(app.test_client(), idp=idp)
        ada.start()
        assert ada.answer().status_code == 303
        return again.revision is None

    finished = die_everywhere(set_up, check, before=is_lasting)
    assert finished == sorted(finished)  # nothing is left to do only once it went live
    assert set(finished) == {False, True}


def test_demonstration_whose_policy_somebody_changed_is_left_as_it_is(app, config, warm_keys):
    metadata = idp_of(config, "acme").metadata()
    demonstration.set_up(config, metadata)
    demonstration.membership.set_policy(
        "acme", {"create_accounts": False}, actor=demonstration.SYSTEM
    )
    demonstration.set_up(config, metadata)
    assert not find_organisation("acme").create_accounts
