"""What a page may demand of a sign-in, and what of it an answer must match."""

from __future__ import annotations

import pytest

from sp.errors import BadInputError
from sp.sessions.demand import KNOWN_CONTEXTS, check_contexts, demanded_contexts

MFA = "https://refeds.org/profile/mfa"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


def test_known_contexts_may_be_demanded_each_once():
    assert check_contexts([MFA, PASSWORD, MFA], ()) == (MFA, PASSWORD)


@pytest.mark.parametrize("context", ["", "urn:unknown", f"{MFA} ", f"{MFA} {PASSWORD}", "a\x00b"])
def test_context_that_nobody_knows_is_refused(context):
    with pytest.raises(BadInputError) as caught:
        check_contexts([context], ())
    assert caught.value.code == "unknown_context"


def test_more_contexts_than_a_page_can_mean_are_refused():
    with pytest.raises(BadInputError):
        check_contexts(sorted(KNOWN_CONTEXTS)[:6], ())


def test_where_the_revision_demands_contexts_a_link_can_only_narrow_them():
    assert check_contexts(["urn:own:one"], ("urn:own:one", "urn:own:two")) == ("urn:own:one",)
    with pytest.raises(BadInputError):
        check_contexts([PASSWORD], (MFA,))


@pytest.mark.parametrize(
    ("asked", "of_revision", "expected"),
    [
        ((), (), ()),
        ((), (MFA,), (MFA,)),
        ((MFA,), (), (MFA,)),
        ((MFA,), (MFA, PASSWORD), (MFA,)),
        ((PASSWORD,), (MFA,), (MFA,)),
    ],
)
def test_answer_matches_what_was_asked_unless_the_revision_demands_others(
    asked, of_revision, expected
):
    assert demanded_contexts(asked, of_revision) == expected
