"""Only a local path is ever followed."""

from __future__ import annotations

import pytest

from sp.sessions.return_to import safe_return_to


@pytest.mark.parametrize(
    "path",
    ["/", "/reports", "/reports?week=9&to=https://x.example/", "/a%20b", "/caf%C3%A9", "/a#part"],
)
def test_a_local_path_is_kept_as_it_is(path):
    assert safe_return_to(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "reports",
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/a//evil.example",
        "/a\\b",
        "/%2F/evil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/%255Cevil.example",
        "/%252Fevil.example",
        "/a\r\nSet-Cookie: x=1",
        "/a%0d%0aSet-Cookie:x",
        "/a%00",
        "/a\x00",
        "/\u202eevil",
        "/\u3002evil",
        " /reports",
        "/../evil",
        "/%2e%2e/evil",
        "http:/evil.example",
        "user@evil.example/",
        "/@evil.example",
        "/%40evil.example",
        "/a\uff0fb",
        "/a b",
        "/%2e%2e%2f%2fevil.example",
        "/" + "a" * 3000,
    ],
)
def test_anything_else_is_ignored(text):
    assert safe_return_to(text) is None


def test_letters_of_other_scripts_are_written_as_browsers_send_them():
    assert safe_return_to("/clients/müller?q=日本") == ("/clients/m%C3%BCller?q=%E6%97%A5%E6%9C%AC")


def test_address_of_a_person_inside_a_path_is_kept():
    assert safe_return_to("/people/ada@acme.example") == "/people/ada@acme.example"
