"""The slug of an organisation as a part of an address."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class OrganisationConverter(BaseConverter):
    """Lower-case letters, digits and hyphens; anything else is no address of ours."""

    regex = "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
