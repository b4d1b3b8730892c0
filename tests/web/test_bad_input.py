"""Whatever is sent to a page, it answers with a page: a 4xx, never a fault of ours."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pages import ACS, START

from sp.web import LONGEST_FORM
from sp.web.posted_form import LONGEST

TEXT = st.text(max_size=60) | st.sampled_from(
    [
        "\0",
        "a\0@acme.example",
        "ada@acme.example\r\nX: y",
        "\ud800",
        "//evil.example",
        "/\\evil.example",
        "%00",
        "%ff",
        "{{7*7}}",
        "<script>",
        "ada@" + "a" * 5_000,
        "ada@xn--a.example",
    ]
)
OCTETS = st.binary(max_size=200)
QUIETLY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


NAMES = ["return_to", "login_hint", "restart", "again", "fresh", "context"]


def encodable(text):
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("path", ["/login", START, "/account", "/saml/acme/metadata", "/logout"])
@QUIETLY
@given(name=st.sampled_from(NAMES), value=TEXT)
def test_any_query_is_answered(ada, path, name, value):
    answer = ada.client.get(path, query_string={name: encodable(value)})
    assert answer.status_code < 500


@QUIETLY
@given(email=TEXT, return_to=TEXT)
def test_any_login_form_is_answered(ada, app, email, return_to):
    app.config["WTF_CSRF_ENABLED"] = False
    answer = ada.client.post(
        "/login", data={"email": encodable(email), "return_to": encodable(return_to)}
    )
    assert answer.status_code < 500


@QUIETLY
@given(message=TEXT | OCTETS, relay_state=TEXT)
def test_any_form_at_the_acs_is_answered(ada, message, relay_state):
    octets = message if isinstance(message, bytes) else encodable(message)
    answer = ada.client.post(
        ACS, data={"SAMLResponse": octets, "RelayState": encodable(relay_state)}
    )
    assert answer.status_code in (403, 429)


@QUIETLY
@given(
    body=OCTETS,
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=a",
            "application/json",
            "text/xml; charset=utf-16",
            "",
        ]
    ),
)
def test_any_body_at_the_acs_is_answered(ada, body, kind):
    answer = ada.client.post(ACS, data=body, content_type=kind)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["/login", "/logout", ACS])
def test_part_of_a_form_without_a_name_is_passed_over(ada, path):
    part = b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"
    answer = ada.client.post(path, data=part, content_type="multipart/form-data; boundary=a")
    assert answer.status_code in (400, 403)


class BrokenPieces(io.BytesIO):
    """What a server gives for a body in pieces of which one tells no length."""

    def readinto(self, _octets):
        raise RuntimeError


def post_in_pieces(client, path, body):
    return client.post(
        path,
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )


@pytest.mark.parametrize("path", ["/login", "/logout", ACS])
def test_body_in_pieces_that_are_none_is_answered(ada, path):
    assert post_in_pieces(ada.client, path, BrokenPieces()).status_code == 400


@pytest.mark.parametrize(("path", "most"), [("/login", LONGEST_FORM), (ACS, LONGEST)])
def test_body_in_pieces_is_refused_and_not_cut_where_it_is_too_long(ada, path, most):
    form = b"email=ada@acme.example&a="
    too_long = form.ljust(most + 1, b"a")
    assert post_in_pieces(ada.client, path, io.BytesIO(too_long)).status_code == 413
    assert post_in_pieces(ada.client, path, io.BytesIO(too_long[:-1])).status_code in (400, 403)


@QUIETLY
@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
def test_any_cookie_is_answered(ada, value):
    cookies = (
        f"__Host-sp_session={value}; __Secure-sp_binding={value}; __Secure-sp_restarted={value}"
    )
    header = {"Cookie": cookies.encode("latin-1")}
    for path in ("/whoami", START, "/logout"):
        assert ada.client.get(path, headers=header).status_code < 500


@QUIETLY
@given(agent=st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=300))
def test_any_user_agent_is_answered(ada, agent):
    agent = agent.replace("\n", " ").replace("\r", " ")
    answer = ada.client.post(ACS, data={"SAMLResponse": "PHg+"}, headers={"User-Agent": agent})
    assert answer.status_code in (403, 429)
