"""Is the process alive, and can it serve?"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, jsonify

from sp.errors import SpError
from sp.flows import self_check

bp = Blueprint("health", __name__)
_log = logging.getLogger("sp.web")


@bp.get("/healthz")
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(alive=True)


@bp.get("/readyz")
def ready() -> Response:
    """Say whether database, tables and keys are there.

    The reason goes to the log: it names files and settings, and anybody may ask here.
    """
    try:
        self_check.refuse_bad_start(current_app.extensions["sp_config"])
    except SpError as error:
        _log.warning("not ready", extra={"code": error.code, "reason": error.public})
        response = jsonify(ready=False)
        response.status_code = 503
        return response
    return jsonify(ready=True)
