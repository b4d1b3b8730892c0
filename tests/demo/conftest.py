"""A browser at the demonstration's portal, and service providers as the tests play them."""

import pytest
from support.portal import IDP, Portal, played_providers

from sp.demo.app import create_app
from sp.demo.context import DemoConfig


@pytest.fixture(scope="module")
def played():
    with played_providers() as base_url:
        yield base_url


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory):
    """The Identity Provider's keys, made once."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def portal(played, demo_folder):
    config = DemoConfig(
        base_url=IDP, second_base_url=IDP, sp_base_url=played, directory=demo_folder
    )
    return Portal(create_app(config).test_client(), played)
