"""Real Identity Providers, each started once for all tests, and our service connected to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support import pysaml2_idp, simplesamlphp
from support.browser import fresh_context
from support.http_browser import HttpBrowser, over_http
from support.our_site import our_site

from sp import keys


@pytest.fixture(scope="session")
def _running_simplesamlphp(tmp_path_factory):
    with simplesamlphp.simplesamlphp(tmp_path_factory.mktemp("simplesamlphp")) as running:
        yield running


@pytest.fixture(scope="session")
def _running_pysaml2(tmp_path_factory):
    with pysaml2_idp.pysaml2_idp(tmp_path_factory.mktemp("pysaml2")) as running:
        yield running


@pytest.fixture
def simplesaml(_running_simplesamlphp):
    _running_simplesamlphp.reset()
    return _running_simplesamlphp


@pytest.fixture
def pysaml2(_running_pysaml2):
    _running_pysaml2.reset()
    return _running_pysaml2


@pytest.fixture(params=["simplesaml", "pysaml2"])
def idp(request):
    """Each of them in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def _our_keys(tmp_path_factory):
    """Our keys, made once: reading one costs as much as a sign-in."""
    folder = tmp_path_factory.mktemp("our_keys") / "certs"
    keys.generate_keys(folder, datetime.now(UTC), "sp.localhost", lambda _: None)
    return folder


@pytest.fixture
def site(config, _our_keys):
    with our_site(replace(config, certificates_directory=_our_keys)) as running:
        yield running


@pytest.fixture
def visitor():
    """A browser without a screen."""
    return HttpBrowser(over_http())


@pytest.fixture
def context(browser):
    """A fresh profile in Chromium."""
    with fresh_context(browser) as fresh:
        yield fresh


@pytest.fixture
def tab(context):
    return context.new_page()
