"""Where a WSGI server and the flask command find the program: wsgi:app."""

from __future__ import annotations

import os
import sys

from sp.app import create_app
from sp.errors import SpError
from sp.flows.self_check import refuse_bad_start

APP_LOAD_ERROR = 4
"""With this exit status gunicorn stops altogether, where it would else start workers for ever."""

try:
    app = create_app()
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # commands also mend what would refuse it
        with app.app_context():
            refuse_bad_start(app.extensions["sp_config"])
except SpError as error:
    print(f"The service cannot start. {error.public}", file=sys.stderr)  # noqa: T201 - for people
    sys.exit(APP_LOAD_ERROR)
