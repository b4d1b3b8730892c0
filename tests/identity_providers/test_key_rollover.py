"""The Identity Provider's key changes, and its metadata is imported again."""

from __future__ import annotations

import pytest
from support.our_site import DEEP

pytestmark = pytest.mark.identity_providers


def test_nobody_is_kept_out_while_the_key_rolls(idp, site):
    site.connect(idp)
    assert site.sign_in().path == DEEP
    idp.change(publishes="ab")
    site.take_metadata(idp)
    assert site.sign_in().path == DEEP
    idp.change(signs_with="b")  # … from one moment to the next
    assert site.sign_in().path == DEEP
    idp.change(publishes="b")
    site.take_metadata(idp)
    assert site.sign_in().path == DEEP
    assert site.codes() == ["done"] * 4


def test_a_command_takes_the_new_key_from_the_address_of_the_metadata(idp, site):
    site.connect(idp)
    idp.change(signs_with="b", publishes="b")
    # The name is for browsers: here it resolves to nothing.
    address = idp.base_url.replace("idp.localhost", "127.0.0.1") + idp.metadata_path
    assert "Kept revision 2 of acme" in site.run("idp", "import", "acme", address)
    site.run("idp", "live", "acme", "2")
    assert site.sign_in().path == DEEP


def test_a_new_key_signs_nobody_in_before_its_metadata_is_imported(idp, site, visitor):
    site.connect(idp)
    idp.change(signs_with="b", publishes="b")
    assert site.sign_in(browser=visitor).status == 403
    assert site.who(visitor) is None
    site.take_metadata(idp)
    assert site.sign_in().path == DEEP
    assert site.codes() == ["signature_invalid", "done"]


def test_the_old_key_is_worth_nothing_once_it_has_left_the_metadata(idp, site, visitor):
    idp.change(signs_with="b", publishes="b")
    site.connect(idp)
    idp.change(signs_with="a", publishes="a")
    assert site.sign_in(browser=visitor).status == 403
    assert site.who(visitor) is None
    assert site.codes() == ["signature_invalid"]
