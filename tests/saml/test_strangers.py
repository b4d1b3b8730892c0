"""What strangers' messages leave in memory is bounded, and changes no verdict."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.refusals import code_of

from sp.saml import strangers, xml

ROOT = Path(__file__).resolve().parents[2]
FLOOD = """
import resource
from contextlib import suppress
from sp.saml import strangers, xml
from sp.saml.errors import Refused

def flood(numbers):
    for number in numbers:
        names = b"".join(b"<n%dx%d/>" % (number, each) for each in range(15_000))
        with suppress(Refused):
            strangers.read(lambda: xml.parse(b"<r>" + names + b"</r>"))
        strangers.count(len(names))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

strangers.MOST = 1_000_000
before = flood(range(20))
print(flood(range(20, 120)) - before)
"""


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(strangers, "_of_thread", threading.local())
    strangers.count(strangers.MOST + 1)


def test_a_message_is_read_where_it_came_until_strangers_are_many(monkeypatch):
    monkeypatch.setattr(strangers, "_of_thread", threading.local())
    here = threading.get_ident()
    strangers.count(strangers.MOST)
    assert strangers.read(threading.get_ident) == here
    strangers.count(1)
    assert strangers.read(threading.get_ident) != here


def test_what_is_raised_apart_is_raised(many):
    assert code_of(strangers.read, lambda: xml.parse(b"<a>")) == "not_well_formed"


def test_ever_new_names_do_not_fill_the_memory():
    # A process of its own: this one's memory has been larger before.
    done = subprocess.run(
        [sys.executable, "-c", FLOOD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000  # kilobytes; in one thread it takes 43,000
