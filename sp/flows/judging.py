"""What an answer must match, and the verdict on it: the same rooms at sign-in and in an audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sp.config import Config
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.saml import decryption, gate, response, strangers
from sp.saml.gate import Gated
from sp.saml.types import Decrypt, Expectation, Judgement
from sp.sessions.demand import demanded_contexts
from sp.sessions.pending_request import PendingRequest


def make_expectation(
    config: Config,
    organisation: Organisation,
    revision: Revision,
    request: PendingRequest | None,
    instant: datetime,
) -> Expectation:
    """Return what an answer at this organisation's ACS must match at this instant."""
    fresh = request is not None and request.force_authn
    return Expectation(
        instant=instant,
        tolerance=revision.tolerance,
        maximum_age=revision.maximum_age,
        sp_entity_id=config.entity_id(organisation.slug),
        acs_url=config.acs_url(organisation.slug),
        idp_entity_id=revision.idp_entity_id,
        keys=revision.keys,
        request_id=request.request_id if request else None,
        unsolicited=organisation.unsolicited,
        exceptions=revision.exceptions,
        authenticated_after=request.created_at if request and fresh else None,
        contexts=demanded_contexts(request.contexts, revision.contexts) if request else (),
    )


class Reading(NamedTuple):
    """A message with everything that judging it took and gave."""

    gated: Gated
    revision: Revision
    expectation: Expectation
    judgement: Judgement
    request: PendingRequest | None

    @property
    def was_asked_under_another_revision(self) -> bool:
        """Say whether the request was made under other settings than those that judge."""
        return self.request is not None and self.request.revision != self.revision.number


def judge(
    config: Config,
    organisation: Organisation,
    revision: Revision,
    gated: Gated,
    request: PendingRequest | None,
    *,
    instant: datetime,
    find: Callable[[str | None], PendingRequest | None],
) -> Reading:
    """Judge an answer against the request that its signed InResponseTo names.

    request: the one that the message names before it is verified, where only an unsigned name can
    be read, or none because the assertion is encrypted. Where the signed name turns out to be
    another, the answer is judged again with what `find` gives for that.
    """
    decrypt = decryption.make_decrypt(config.keyring().decryption_keys)

    def judged(request: PendingRequest | None) -> Reading:
        expectation = make_expectation(config, organisation, revision, request, instant)
        return Reading(
            gated=gated,
            revision=revision,
            expectation=expectation,
            judgement=_judge(gated, expectation, decrypt),
            request=request,
        )

    first = judged(request)
    assertion = first.judgement.assertion
    if assertion is None or assertion.in_response_to == gated.in_response_to:
        return first
    return judged(find(assertion.in_response_to))


def _judge(gated: Gated, expectation: Expectation, decrypt: Decrypt) -> Judgement:
    if not strangers.are_many():
        return response.judge(gated, expectation, decrypt)

    def read_again() -> Judgement:
        return response.judge(gate.read_message(gated.octets, "Response"), expectation, decrypt)

    return strangers.apart(read_again)
