"""pysaml2 as an Identity Provider: PyPI's package with Debian's xmlsec1, in a process of its own.

with pysaml2_idp(folder) as idp:
    idp.base_url        # http://idp.localhost:…

Its pages are ours (pysaml2_server.py), its messages are not. pysaml2 and what it brings along are
loaded in that process only.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.real_idp import PASSWORD, RealIdp, ended, write_keys
from support.system_programs import XMLSEC1

TESTS = Path(__file__).parents[1]
LOG = "server.log"


class PySaml2(RealIdp):
    name = "pysaml2"
    metadata_path = "/metadata"
    logout_path = "/logout"

    def save(self):
        settings = vars(self.settings) | {"test": self.test, "trusted": []}
        for document in self.trusted:
            name = f"{hashlib.sha256(document).hexdigest()}.xml"
            (self.folder / name).write_bytes(document)
            settings["trusted"].append(name)
        self._write("people.json", settings.pop("people"))
        self._write("settings.json", settings)

    def reset(self):
        self.test = secrets.token_urlsafe()  # no NameID of an earlier test
        super().reset()

    def portal(self, entity_id, relay_state):
        query = urlencode({"entity_id": entity_id, "RelayState": relay_state})
        return f"{self.base_url}/portal?{query}"

    def _write(self, name, value):
        (self.folder / name).write_text(json.dumps(value), encoding="utf-8")


@contextmanager
def pysaml2_idp(folder):
    """Give it running; it takes a port that nobody has, and says which."""
    if not XMLSEC1.is_met():
        pytest.skip(XMLSEC1.reason)
    write_keys(folder)
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "support.pysaml2_server", folder, PASSWORD],
            cwd=TESTS,
            env=os.environ | {"TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with ended(process), process.stdout:
        base_url = process.stdout.readline().strip()
        assert base_url, (folder / LOG).read_text(encoding="utf-8")
        idp = PySaml2(folder, base_url)
        idp.reset()
        yield idp
