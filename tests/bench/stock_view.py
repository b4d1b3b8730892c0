"""The yardstick: stock python3-saml behind the smallest Flask view, which stores nothing.

Its settings come from the environment as JSON (STOCK_SETTINGS), its address is that of its ACS.
"""

from __future__ import annotations

import json
import os

from flask import Flask, redirect, request, session
from onelogin.saml2.auth import OneLogin_Saml2_Auth


def create_app():
    settings = json.loads(os.environ["STOCK_SETTINGS"])
    app = Flask(__name__)
    app.secret_key = "a secret of no worth"

    @app.post("/acs")
    def acs():
        prepared = {
            "https": "off",
            "http_host": request.host,
            "script_name": request.path,
            "get_data": request.args.copy(),
            "post_data": request.form.copy(),
        }
        auth = OneLogin_Saml2_Auth(prepared, settings)
        auth.process_response()
        if auth.get_errors() or not auth.is_authenticated():
            return auth.get_last_error_reason() or "refused", 403
        session["name_id"] = auth.get_nameid()
        session["attributes"] = auth.get_attributes()
        return redirect("/account", 303)

    return app
