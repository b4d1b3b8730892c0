"""The one root of every error this service raises on purpose."""

from __future__ import annotations


class SpError(Exception):
    """Something was refused, or cannot go on, for a reason we know.

    A subclass sets `code` (stable, snake_case), `public` (one sentence that anybody may read) and
    `status` (HTTP). Everything given as a keyword is private: it goes to the record and to admins,
    never to the browser of a stranger.
    """

    code: str = "internal_error"
    public: str = "This cannot be done right now. Please try again in a moment."
    status: int = 500

    def __init__(
        self, *, code: str | None = None, public: str | None = None, **facts: object
    ) -> None:
        if code is not None:
            self.code = code
        if public is not None:
            self.public = public
        self.facts = facts
        super().__init__(self.public)


class BadInputError(SpError):
    """What somebody typed, uploaded or sent cannot be used; `public` says what to do."""

    code = "bad_input"
    status = 400


class NotFoundError(SpError):
    """The named thing does not exist."""

    code = "not_found"
    public = "There is nothing at this address."
    status = 404


class ConflictError(SpError):
    """The change contradicts something that is already there."""

    code = "conflict"
    status = 409
