"""One demonstration at a time for each folder: a second one would point the first one elsewhere."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from sp.demo.ports import CannotStartError

_FILE: Final = "running"
_SENTENCE: Final = (
    "This folder's demonstration is running already, and both would share its database. "
    "End that one first, with Ctrl-C where it was started."
)


def refuse_second(folder: Path) -> None:
    """Look whether a demonstration keeps its data in a folder, and change nothing there."""
    with suppress(FileNotFoundError), (folder / _FILE).open("rb") as file:
        _lock(file)


def take(folder: Path) -> IO[bytes]:
    """Make a folder if it is missing, and keep it until the file that is returned is closed."""
    for each in (folder.parent, folder):  # it holds people, and the demonstration's keys
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / _FILE).open("ab")
    _lock(file)
    return file


def _lock(file: IO[Any]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStartError(_SENTENCE) from error
