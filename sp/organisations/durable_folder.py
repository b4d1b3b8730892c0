"""Writes a folder of files that is there whole, also after a power cut, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".new-"
"""How the name of a folder begins that is still being written."""


def write(place: Path, files: Mapping[str, bytes]) -> None:
    """Write files, read-only, into a new folder; FileExistsError where the place is taken.

    Files and folder are synced beside the place, moved there in one step, and the move is synced.
    """
    draft = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place.parent))
    try:
        draft.chmod(0o755)
        for name in sorted(files):
            _write_file(draft / name, files[name])
        sync(draft)
        _move(draft, place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync(place.parent)


def sync(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_file(path: Path, octets: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = str(path)  # a disk that is full names no file by itself
        raise


def _move(draft: Path, place: Path) -> None:
    """Put a finished folder in its place, which must be free."""
    try:
        draft.rename(place)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise FileExistsError(error.errno, "the number is taken", str(place)) from error
        raise
