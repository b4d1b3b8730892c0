"""What somebody throws at the door who wants it shut: every kind of answer that lets nobody in.

flood = Flood(config, "acme", source="127.0.0.2")
with flood:                       # at full speed, from several clients, until the block ends
    flood.wait_until_under_way()
flood.posted                      # how many of each kind were taken and answered
"""

from __future__ import annotations

import base64
import os
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

from support.crowd import idp_of
from support.http_browser import over_http
from support.idp import find, key_named

from sp import clock

CLIENTS = 4
LEAST, MOST = 120, 1_500
"""Requests of one client: more than the bounds of an hour let in, and an end in any case."""
LONGEST = 60
LARGE, LOUD = 600_000, 200_000
TOO_LARGE_A_FORM = 2_400_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DROPPED = "a form too large to be read"


def make_forms(config, slug):
    """Give a form of each kind, and its code; good save for one thing, or not good at all."""
    idp = idp_of(config, slug)
    now = clock.now()
    messages = {
        "not_base64": "%%%" * 100,
        "not_well_formed": base64.b64encode(os.urandom(5_000)),
        "too_large": base64.b64encode(os.urandom(LARGE)),
        "not_signed": base64.b64encode(idp.response(at=now, sign="none")),
        "status": base64.b64encode(idp.response(at=now, sign="none", change=say_no_loudly)),
        "signature_invalid": base64.b64encode(idp.response(at=now, key=key_named("rsa-b"))),
        "duplicate_parameter": None,
        # A real one, out of somebody's history: the signature verifies, time has passed.
        "expired": base64.b64encode(idp.response(at=now - timedelta(hours=1), in_response_to=None)),
        DROPPED: b"A" * TOO_LARGE_A_FORM,
    }
    return {
        kind: urlencode({} if message is None else {"SAMLResponse": message}).encode()
        for kind, message in messages.items()
    }


def say_no_loudly(root):
    """Make it an error Response, at a length that nobody should keep."""
    root.remove(find(root, "saml:Assertion"))
    find(root, "samlp:Status/samlp:StatusCode").set("Value", "x" * LOUD)


class Flood:
    def __init__(self, config, slug, *, source):
        self.posted = Counter()
        self.statuses = Counter()
        self._url = config.acs_url(slug)
        self._forms = make_forms(config, slug)
        self._send = over_http(source)
        self._over = threading.Event()
        self._under_way = threading.Event()
        self._counting = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]
        self._errors = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert self._errors == []

    def wait_until_under_way(self):
        """Wait until every kind was posted."""
        assert self._under_way.wait(LONGEST)

    def is_under_way(self):
        """Say whether every client still posts."""
        return all(thread.is_alive() for thread in self._threads)

    def _run(self):
        ends = time.monotonic() + LONGEST
        kinds = list(self._forms)
        try:
            for number in count():
                done = number >= LEAST and self._over.is_set()
                if done or number >= MOST or time.monotonic() > ends:
                    return
                self._post(kinds[number % len(kinds)])
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            self._errors.append(error)

    def _post(self, kind):
        try:
            status = self._send("POST", self._url, FORM, self._forms[kind]).status
        except ConnectionError:
            # It may close the door while the rest of what it will not read is still coming.
            if kind != DROPPED:
                raise
            status = None
        with self._counting:
            self.posted[kind] += 1
            self.statuses[status] += 1
            if len(self.posted) == len(self._forms):
                self._under_way.set()
