"""An error as people see it: a headline, a paragraph, a button, the reference, the contact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from flask import Response, jsonify, make_response, render_template, request

JSON_PATHS: Final = ("/whoami",)
"""What programs read; everything else is read by people."""
APOSTROPHE: Final = "\u2019"


class Button(NamedTuple):
    """What to do next: the words on the button and the address of ours behind it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """`state` is the word beside the shape above the headline; `code` is for programs only."""

    status: int
    code: str
    headline: str
    sentence: str
    button: Button
    state: str = ""
    reference: str | None = None


def show(page: ErrorPage) -> Response:
    """Return the page, or the same as JSON where no person reads it."""
    if request.path in JSON_PATHS:
        facts = {"error": page.code, "message": page.sentence}
        if page.reference:
            facts["reference"] = page.reference
        response = jsonify(facts)
    else:
        response = make_response(render_template("error.html", page=_told(page)))
    response.status_code = page.status
    return response


def _told(page: ErrorPage) -> ErrorPage:
    """Return the page with the apostrophes of print."""
    return replace(
        page,
        headline=page.headline.replace("'", APOSTROPHE),
        sentence=page.sentence.replace("'", APOSTROPHE),
    )
