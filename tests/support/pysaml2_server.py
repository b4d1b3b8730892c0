"""The program behind pysaml2_idp.py: pages around pysaml2's Identity Provider.

    python -m support.pysaml2_server FOLDER PASSWORD    # prints its address, then serves

At every request it reads FOLDER/settings.json; other settings, another pysaml2 server.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from functools import cache
from html import escape
from pathlib import Path

from flask import Flask, make_response, redirect, request
from support.pysaml2_engine import Engine
from werkzeug.serving import make_server

FOLDER = Path(sys.argv[1])
PASSWORD = sys.argv[2]

app = Flask(__name__)
sessions = {}
waiting = {}


@cache
def engine_of(text):
    return Engine(FOLDER, app.config["BASE_URL"], json.loads(text))


def engine():
    return engine_of((FOLDER / "settings.json").read_text(encoding="utf-8"))


def attributes_of(name):
    return json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))[name]


@app.get("/metadata")
def metadata():
    return engine().metadata(), {"Content-Type": "application/samlmetadata+xml"}


@app.route("/sso", methods=["GET", "POST"])
def sso():
    binding = "post" if request.method == "POST" else "redirect"
    return proceed(engine().read_request(binding, request.values), request.values["RelayState"])


@app.get("/portal")
def portal():
    return proceed(engine().unasked(request.args["entity_id"]), request.args["RelayState"])


def proceed(wanted, relay_state):
    """Answer at once where the browser has a session here, else ask for the password."""
    name = sessions.get(request.cookies.get("pysaml2"))
    if name:
        return answer(wanted, relay_state, name)
    number = secrets.token_urlsafe()
    waiting[number] = wanted, relay_state
    return redirect(f"/login?number={number}")


@app.route("/login", methods=["GET", "POST"])
def login():
    number = request.values["number"]
    name = request.form.get("username")
    if request.form.get("password") != PASSWORD:
        told = "Wrong name or password." if request.method == "POST" else ""
        return page(
            f"<h1>Sign in</h1><p>{told}</p><form method=post>"
            f"<input type=hidden name=number value='{escape(number)}'>"
            '<input name=username><input type="password" name=password>'
            "<button>Sign in</button></form>"
        )
    wanted, relay_state = waiting.pop(number)
    cookie = secrets.token_urlsafe()
    sessions[cookie] = name
    response = make_response(answer(wanted, relay_state, name))
    response.set_cookie("pysaml2", cookie, httponly=True, samesite="Lax")
    return response


def answer(wanted, relay_state, name):
    message = base64.b64encode(engine().answer(wanted, name, attributes_of(name)).encode()).decode()
    fields = {"SAMLResponse": message, "RelayState": relay_state}
    hidden = "".join(
        f"<input type=hidden name={each} value='{escape(value)}'>" for each, value in fields.items()
    )
    return page(
        f"<form method=post action='{escape(wanted['destination'])}'>{hidden}"
        "<button>Go on</button></form><script>document.forms[0].submit()</script>"
    )


def page(body):
    return f"<!doctype html><html lang=en><title>pysaml2</title><body>{body}</body></html>"


def run():
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["BASE_URL"] = f"http://idp.localhost:{server.server_port}"
    print(app.config["BASE_URL"], flush=True)  # noqa: T201 - read by who started it
    server.serve_forever()


if __name__ == "__main__":
    run()
