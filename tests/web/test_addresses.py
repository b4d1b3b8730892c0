"""Our own addresses with what they carry along."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.urls import iri_to_uri

from sp.web.addresses import see_other

LETTERS = "/?#%&=:;@.,~+-_$!*'()aZ9é [] \\\"<>|^`{}\t\n\0\u2028"


@given(st.text(LETTERS).map("/".__add__) | st.text(LETTERS))
@example("/account")
@example("/saml/acme/login?return_to=%2Faccount&again=1")
@example("//evil.example/")
@example("/account\n")
@example("/account?")
@example("/?a?b")
@example("/Ångström?q=é#ü")
@example("https://Login.acme.example:443/sso?SAMLRequest=a%2Bb")
def test_browser_is_led_to_the_address_as_it_is_escaped_in_a_header(url):
    try:
        escaped = iri_to_uri(url)
    except ValueError as error:
        with pytest.raises(type(error), match=re.escape(str(error))):
            see_other(url)
    else:
        assert see_other(url).headers["Location"] == escaped
