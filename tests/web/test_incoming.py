"""The request as every page gets it: what a browser sent, read as Werkzeug reads it."""

from __future__ import annotations

from flask import Request
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from sp.web.cookies import value_of
from sp.web.incoming import Incoming

NAMES = ("a", "sp_session", "missing")


def environ_with(cookie):
    environ = EnvironBuilder().get_environ()
    return environ if cookie is None else environ | {"HTTP_COOKIE": cookie}


@given(
    st.none()
    | st.text('a=;, "\\\\012sp_session\xc3\xa9\t')
    | st.text(st.characters(max_codepoint=255))
)
@example("a=1; a=2")
@example('sp_session="a\\073b"; a')
@example("=1; a =2;;a")
def test_cookies_are_those_that_werkzeug_reads(cookie):
    environ = environ_with(cookie)
    read, expected = Incoming(environ), Request(environ)
    assert read.cookies == expected.cookies
    assert type(read.cookies) is type(expected.cookies)
    for name in NAMES:
        assert value_of(read, name) == expected.cookies.get(name, "")


def test_first_of_two_cookies_of_one_name_counts():
    assert value_of(Incoming(environ_with("a=1; a=2")), "a") == "1"
