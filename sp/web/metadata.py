"""Our metadata for one organisation, to be read by its Identity Provider."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import service_metadata

bp = Blueprint("metadata", __name__)


@bp.get("/saml/<organisation:organisation>/metadata")
def show(organisation: str) -> Response:
    """Give the document, as a file where `download` is asked for."""
    config: Config = current_app.extensions["sp_config"]
    response = Response(
        service_metadata.make(config, organisation), mimetype="application/samlmetadata+xml"
    )
    if request.args.get("download") == "1":
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{organisation}-sp-metadata.xml"'
        )
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    return response.make_conditional(request)
