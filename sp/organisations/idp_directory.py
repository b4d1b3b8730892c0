"""The settings directory: writes, finds and reads revisions. No other room touches it.

A revision is a folder `<organisation>/<number>/` that never changes. It is written beside its place
and moved there whole; a row in the database then names it, with its digest.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from sp.errors import SpError
from sp.organisations import durable_folder
from sp.organisations.json_values import UnusableError
from sp.organisations.revision import DOCUMENTS, Revision, read_documents
from sp.organisations.revision_documents import make_documents
from sp.organisations.slug import is_slug

__all__ = [
    "Revision",
    "RevisionUnreadable",
    "digest_of",
    "leftovers",
    "make_documents",
    "next_number",
    "read_revision",
    "remove_leftovers",
    "write_revision",
]

KEPT_FOR: Final = timedelta(hours=1)
"""How long a folder that no row names may still be waiting for its row."""

_MOST_REMEMBERED: Final = 1024

_STATE: Final = attrgetter("st_mode", "st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
_Stamp: TypeAlias = tuple[tuple[int, int, int, int, int], ...]


class _Remembered(NamedTuple):
    """A revision that was read, where, and what its folder and documents were like before."""

    places: tuple[str, ...]
    stamp: _Stamp
    revision: Revision


_remembered: dict[tuple[Path, str, int, str], _Remembered] = {}


class RevisionUnreadable(SpError):  # noqa: N818 - it says what the revision is
    """A revision that the database names is not there as it was written."""

    code = "revision_altered"
    status = 503

    def __init__(self, code: str, slug: str, number: int, what: str, **facts: object) -> None:
        super().__init__(
            code=code,
            public=f"The sign-in settings of {slug} (revision {number}) {what}. "
            "Whoever runs this service can restore them or put another revision in force.",
            **facts,
        )


def digest_of(documents: Mapping[str, bytes]) -> str:
    """Return a revision's digest: SHA-256, in hex, over what `sha256sum *` prints in its folder.

    One line per document, by name: its own digest in hex, two blanks, its name, a line feed.
    """
    lines = (
        f"{hashlib.sha256(documents[name]).hexdigest()}  {name}\n" for name in sorted(documents)
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def next_number(root: Path, slug: str, highest_row: int) -> int:
    """Return one above the highest number that a row or a folder has."""
    home = _home(root, slug)
    names = [path.name for path in home.iterdir()] if home.is_dir() else []
    return max([highest_row, *(int(name) for name in names if _is_number(name))]) + 1


def write_revision(root: Path, slug: str, number: int, documents: Mapping[str, bytes]) -> str:
    """Write a revision durably and return its digest; FileExistsError where the number is taken."""
    if documents.keys() != DOCUMENTS or number < 1:
        message = "a revision has exactly its four documents and a number from 1"
        raise ValueError(message)
    home = _home(root, slug)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # not a number that is taken: what stands there is no folder
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(home)) from error
    durable_folder.sync(root)
    durable_folder.write(home / str(number), documents)
    return digest_of(documents)


def read_revision(root: Path, slug: str, number: int, digest: str) -> Revision:
    """Return a revision as its documents say; called at every sign-in, so it remembers.

    What it remembers serves as long as the folder's entries are the very same files. Raises
    RevisionUnreadable with code revision_missing, revision_altered or revision_unusable.
    """
    key = (root, slug, number, digest)
    remembered = _remembered.get(key)
    if remembered and _is_as_it_was(remembered):
        return remembered.revision
    folder = _home(root, slug) / str(number)
    places = (str(folder), *(str(folder / name) for name in sorted(DOCUMENTS)))
    try:
        is_whole = _is_whole(folder)
        stamp = _stamp(places) if is_whole else ()
        documents = {name: (folder / name).read_bytes() for name in DOCUMENTS if is_whole}
    except OSError as error:
        raise RevisionUnreadable(
            "revision_missing", slug, number, "cannot be read", reason=error.strerror
        ) from error
    if digest_of(documents) != digest:
        raise RevisionUnreadable("revision_altered", slug, number, "were altered")
    try:
        revision = read_documents(slug, number, digest, documents)
    except (UnusableError, ValueError) as error:
        raise RevisionUnreadable(
            "revision_unusable", slug, number, "cannot be used", value=str(error)
        ) from error
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[key] = _Remembered(places, stamp, revision)
    return revision


def leftovers(root: Path, known: Collection[tuple[str, int]]) -> list[Path]:
    """Return the folders of unfinished writes: those not yet in place, and those no row names."""
    if not root.is_dir():
        return []
    homes = [path for path in sorted(root.iterdir()) if is_slug(path.name) and _is_folder(path)]
    return [
        path
        for home in homes
        for path in sorted(home.iterdir())
        if _is_folder(path)
        and (
            path.name.startswith(durable_folder.UNFINISHED)
            or (_is_number(path.name) and (home.name, int(path.name)) not in known)
        )
    ]


def remove_leftovers(root: Path, known: Collection[tuple[str, int]], now: datetime) -> list[Path]:
    """Remove the leftovers that are over an hour old, and return them."""
    oldest = (now - KEPT_FOR).timestamp()
    removed = [path for path in leftovers(root, known) if path.stat().st_mtime < oldest]
    for path in removed:
        shutil.rmtree(path)
    return removed


def _home(root: Path, slug: str) -> Path:
    if not is_slug(slug):
        message = "not a slug"
        raise ValueError(message)
    return root / slug


def _is_number(name: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,8}", name) is not None


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _stamp(places: tuple[str, ...]) -> _Stamp:
    """Return what tells one state of a folder and its documents from another, without reading.

    The folder's own times change with every name in it.
    """
    return tuple(map(_STATE, map(os.lstat, places)))


def _is_as_it_was(remembered: _Remembered) -> bool:
    try:
        return _stamp(remembered.places) == remembered.stamp
    except OSError:
        return False


def _is_whole(folder: Path) -> bool:
    """Say whether a folder holds exactly the documents, as files."""
    with os.scandir(folder) as entries:
        found = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    return found.keys() == DOCUMENTS and all(found.values())
