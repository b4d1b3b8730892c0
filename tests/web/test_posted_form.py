"""The form that a company's login posts is read as any other reader of forms would read it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from sp.web.posted_form import MOST_FIELDS, read_fields

URL_ENCODED = "application/x-www-form-urlencoded"
FIELDS = [("SAMLResponse", "a+b/c=="), ("RelayState", "Ångström & <Sons>")]


def fields_of(body, content_type=URL_ENCODED):
    builder = EnvironBuilder(method="POST", data=body, content_type=content_type)
    return read_fields(Request(builder.get_environ()))


def write(fields, escape):
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in fields).encode()


@pytest.mark.parametrize(
    "escape",
    [
        quote_plus,
        lambda text: quote(text, safe=""),
        lambda text: quote_plus(text).replace("%2B", "%2b").replace("%2F", "%2f"),
        lambda text: "".join(f"%{octet:02x}" for octet in text.encode()),
        lambda text: quote(text, safe="/="),
    ],
    ids=["browser", "no plus for a space", "lower case", "all of it", "no more than needed"],
)
def test_form_reads_the_same_however_it_is_escaped(escape):
    assert fields_of(write(FIELDS, escape)) == FIELDS


@pytest.mark.parametrize(
    ("escaped", "value"),
    [
        ("a%2Bb%2Fc%3D%3D", "a+b/c=="),
        ("a+b%2Bc", "a b+c"),
        ("%2b%2f%3d", "+/="),
        ("%252B", "%2B"),
        ("%25%32%42%2B", "%2B+"),
        ("%2%2BF", "%2+F"),
        ("%%2B2F%3", "%+2F%3"),
        ("100%", "100%"),
        ("%2B%C3%A9", "+é"),
    ],
)
def test_escape_is_taken_off_once_and_only_where_it_is_one(escaped, value):
    assert fields_of(f"SAMLResponse={escaped}".encode()) == [("SAMLResponse", value)]
    assert parse_qsl(f"SAMLResponse={escaped}") == [("SAMLResponse", value)]


@given(st.text("%2BFD3d+=&a/ ;\r\n\0é"))
def test_any_text_reads_as_by_the_standard_library(text):
    body = text.encode()
    expected = parse_qsl(text, keep_blank_values=True, errors="replace")
    if body.count(b"&") < MOST_FIELDS:
        assert fields_of(body) == expected


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.text()), max_size=MOST_FIELDS))
def test_what_a_browser_writes_is_read_back(fields):
    fields = [(f"n{name}", value.encode("utf-8", "replace").decode()) for name, value in fields]
    assert fields_of(write(fields, quote_plus)) == fields


def test_what_is_no_utf_8_is_read_and_never_raises():
    assert fields_of(b"SAMLResponse=%FFa\xfe") == [("SAMLResponse", "�a�")]


def test_multipart_form_is_read_as_well():
    assert fields_of(dict(FIELDS), "multipart/form-data") == FIELDS


def test_body_that_is_no_form_has_no_fields():
    assert fields_of(b'{"SAMLResponse": "a"}', "application/json") == []


@pytest.mark.parametrize("content_type", [URL_ENCODED, "multipart/form-data"])
def test_form_of_more_fields_than_any_login_posts_is_refused(content_type):
    data = {f"name{number}": "value" for number in range(MOST_FIELDS + 1)}
    body = write(data.items(), quote_plus) if content_type == URL_ENCODED else data
    with pytest.raises(RequestEntityTooLarge):
        fields_of(body, content_type)
