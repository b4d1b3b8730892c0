"""What the demonstration refuses, in one sentence each."""

from __future__ import annotations

from sp.errors import SpError


class DemoRefused(SpError):  # noqa: N818 - the word of the protocol: a request is refused
    """A request cannot be answered; `public` tells whoever tries things out why."""

    code = "demo_refused"
    status = 400

    def __init__(self, public: str) -> None:
        super().__init__(public=public)
