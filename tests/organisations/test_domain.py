"""A domain has one written form, and look-alikes have none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sp.errors import BadInputError
from sp.organisations.domain import check_ownable, lower_ascii, normalise_domain
from sp.organisations.public_mail_domains import PUBLIC_MAIL_DOMAINS


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("acme.example", "acme.example"),
        (" ACME.Example\n", "acme.example"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("a-b.c-d.example", "a-b.c-d.example"),
        ("3com.example", "3com.example"),
        ("stra\u00dfe.example", "xn--strae-oqa.example"),
    ],
)
def test_domain_is_written_in_one_way(typed, written):
    assert normalise_domain(typed) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "acme",
        "acme.example.",
        ".acme.example",
        "acme..example",
        "@acme.example",
        "ada@acme.example",
        "*.acme.example",
        "acme_inc.example",
        "-acme.example",
        "acme-.example",
        "192.0.2.7",
        "acme.example:443",
        "https://acme.example",
        "acme .example",
        "acme\u3002example",
        "\uff41cme.example",
        "acm\u00ade.example",
        "acme\u200b.example",
        "\u202eacme.example",
        "B\u00dcCHER.example",
        "\u212aelvin.example",
        "bu\u0308cher.example",
        "xn--zzzzzzzzz.example",
        "ac\x00me.example",
        "acme\ud800.example",
        f"{'a' * 64}.example",
        ".".join(["a" * 60] * 5),
        "a" * 100_000,
    ],
)
def test_what_is_not_written_like_a_domain_is_refused(typed):
    with pytest.raises(BadInputError) as caught:
        normalise_domain(typed)
    assert caught.value.code == "bad_domain"


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=40) | st.from_regex(r"[a-zA-Z\u00e0-\u00ff0-9.-]{1,30}", fullmatch=True))
def test_a_domain_is_refused_or_written_in_a_form_that_stays(typed):
    try:
        written = normalise_domain(typed)
    except BadInputError:
        return
    assert written.isascii()
    assert written == written.lower()
    assert normalise_domain(written) == written


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_lower_case_touches_nothing_but_a_to_z(text):
    lowered = lower_ascii(text)
    assert len(lowered) == len(text)
    assert all(
        a == b or (b.isascii() and a.lower() == b) for a, b in zip(text, lowered, strict=True)
    )


@pytest.mark.parametrize("domain", ["gmail.com", "outlook.com", "web.de", "proton.me", "qq.com"])
def test_public_mail_domain_belongs_to_nobody(domain):
    with pytest.raises(BadInputError) as caught:
        check_ownable(domain)
    assert caught.value.code == "public_mail_domain"


def test_a_company_that_ends_like_a_public_mail_domain_may_own_its_name():
    check_ownable("mail.acme.example")
    check_ownable("notgmail.com")


def test_every_public_mail_domain_is_in_its_written_form():
    assert {normalise_domain(name) for name in PUBLIC_MAIL_DOMAINS} == PUBLIC_MAIL_DOMAINS
