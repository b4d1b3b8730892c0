"""The demonstration's organisation is kept in step with its Identity Provider."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from sp.demo.context import DemoConfig
from sp.demo.names import MD
from sp.demo.run import describe
from sp.flows import connection, demonstration
from sp.flows.looking_up import find_organisation


@pytest.fixture
def config(config):
    """On loopback, where alone the demonstration may be."""
    return replace(config, base_url="http://sp.localhost:8000")


@pytest.fixture
def metadata(tmp_path):
    """What the demonstration's Identity Provider says of itself today."""
    return describe(
        DemoConfig(
            base_url="http://idp.localhost:8001",
            second_base_url="http://login.idp.localhost:8001",
            sp_base_url="http://sp.localhost:8000",
            directory=tmp_path / "demo",
        )
    )


def without_logout(metadata):
    """Give what it said before it took logout messages."""
    root = etree.fromstring(metadata)
    for each in list(root.iter(f"{{{MD}}}SingleLogoutService")):
        each.getparent().remove(each)
    return etree.tostring(root)


def live_document(config):
    here = find_organisation("acme")
    live = connection.read_revision(config, here, here.live_revision)
    return live.documents["idp_metadata.xml"]


def test_metadata_that_is_in_force_is_imported_once(app, config, metadata, quick_keys):
    assert demonstration.set_up(config, metadata).revision == 1
    assert demonstration.set_up(config, metadata).revision is None


def test_a_demonstration_of_before_learns_where_logout_messages_go(
    app, config, metadata, quick_keys
):
    demonstration.set_up(config, without_logout(metadata))
    assert demonstration.set_up(config, metadata).revision == 2
    assert live_document(config) == metadata
    assert demonstration.set_up(config, metadata).revision is None
