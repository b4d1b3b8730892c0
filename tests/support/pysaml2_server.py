"""The program behind pysaml2_idp.py: pages around pysaml2's Identity Provider.

    python -m support.pysaml2_server FOLDER PASSWORD    # prints its address, then serves

At every request it reads FOLDER/settings.json; other settings, another pysaml2 server.
"""

from __future__ import annotations

import base64
import secrets
import sys
from html import escape

from flask import Flask, make_response, redirect, request
from support import pysaml2_slo
from support.pysaml2_sessions import COOKIE, Session, attributes_of, engine, page, sessions
from werkzeug.serving import make_server

PASSWORD = sys.argv[2]

app = Flask(__name__)
app.register_blueprint(pysaml2_slo.bp)
waiting = {}


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
    session = sessions.get(request.cookies.get(COOKIE))
    if session:
        return answer(wanted, relay_state, session)
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
    sessions[cookie] = Session(name)
    response = make_response(answer(wanted, relay_state, sessions[cookie]))
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax")
    return response


def answer(wanted, relay_state, session):
    message, issued = engine().answer(wanted, session.name, attributes_of(session.name))
    session.issued.append(issued)
    encoded = base64.b64encode(message.encode()).decode()
    fields = {"SAMLResponse": encoded, "RelayState": relay_state}
    hidden = "".join(
        f"<input type=hidden name={each} value='{escape(value)}'>" for each, value in fields.items()
    )
    return page(
        f"<form method=post action='{escape(wanted['destination'])}'>{hidden}"
        "<button>Go on</button></form><script>document.forms[0].submit()</script>"
    )


def run():
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["BASE_URL"] = f"http://idp.localhost:{server.server_port}"
    print(app.config["BASE_URL"], flush=True)  # noqa: T201 - read by who started it
    server.serve_forever()


if __name__ == "__main__":
    run()
