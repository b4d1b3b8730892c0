"""Bounds what the messages of strangers leave in memory.

lxml keeps each name of an element or attribute that a thread has read for as long as the thread
lives, also out of a document that is refused. Ever new names would fill the memory of a process
that lives for weeks. So a thread counts what it read in vain, and once that is too much, messages
are read in threads that end with them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 8_000_000
"""Octets that a thread reads in vain; the names in them take up to four times as many."""

_of_thread: Final = threading.local()


def count(octets: int) -> None:
    """Note how much this thread has read that signed nobody in."""
    _of_thread.octets = _counted() + octets


def are_many() -> bool:
    """Say whether messages should no longer be read in this thread."""
    return _counted() > MOST


def read(function: Callable[[], T]) -> T:
    """Return what reading a message gives, read here or, where strangers' are many, apart."""
    return apart(function) if are_many() else function()


def apart(function: Callable[[], T]) -> T:
    """Return or raise what a function gives in a thread of its own.

    Nothing of lxml's should come out of it to be read on: its names are in that thread's memory.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            outcome.set_exception(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return outcome.result()


def _counted() -> int:
    return getattr(_of_thread, "octets", 0)
