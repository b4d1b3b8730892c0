"""A process of a test's own: with a small disk, or as somebody who must obey the modes of files.

apart.on_small_disk(folder, work)   # work() runs where the folder is on a disk of a few megabytes
apart.without_privileges(work)      # work() may write what its owner may, also where root runs the tests

Nothing of the database may be open; what is in the folder is on the small disk, too. Inside:

with apart.filled(folder):          # nothing more can be written to this disk
apart.mount_read_only(folder)       # nothing at all
"""

from __future__ import annotations

import ctypes
import errno
import os
import traceback
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import has_app_context
from support.deployments import close_database

SMALL = 4 * 1024 * 1024
NEW_MOUNTS, NEW_USER = 0x00020000, 0x10000000
READ_ONLY, REMOUNT = 0x01, 0x20
NOBODY = 65534
FAILED, REFUSED = 71, 72


def on_small_disk(folder, work):
    """Run `work` in a process that has a small disk in the place of this folder, alone."""

    def enter():
        outside = os.geteuid(), os.getegid()
        _call("unshare", NEW_USER | NEW_MOUNTS)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        for name, number in zip(("uid_map", "gid_map"), outside, strict=True):
            Path("/proc/self", name).write_text(f"{NOBODY} {number} 1", encoding="ascii")
        kept = {path: path.read_bytes() for path in folder.iterdir()}
        _call("mount", b"small", os.fsencode(folder), b"tmpfs", 0, b"size=%d" % SMALL)
        for path, octets in kept.items():
            path.write_bytes(octets)

    _run(enter, work)


def without_privileges(work):
    """Run `work` in a process whose user has no more rights than a file's mode says."""

    def enter():
        if os.geteuid() == 0:
            _call("unshare", NEW_USER)  # there it is nobody, and the owner of what it owned

    _run(enter, work)


@contextmanager
def filled(folder):
    """Leave no room on the disk of this folder, until the end of the block."""
    filling = folder / "filling"
    try:
        _write_until_full(filling)
        yield
    finally:
        filling.unlink()


def mount_read_only(folder):
    """Let nothing more be written to the small disk; no file may be open on it."""
    _call("mount", b"small", os.fsencode(folder), b"tmpfs", REMOUNT | READ_ONLY, None)


def _write_until_full(path):
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - nothing else ends it


def _call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def _run(enter, work):
    if has_app_context():
        close_database()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(enter, work, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        lines = told.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended == REFUSED:
        pytest.skip(f"this kernel gives a process no small disk or user of its own: {lines}")
    assert ended == os.EX_OK, lines


def _live(enter, work, writer):
    """Be the child; there is no way back from here."""
    try:
        enter()
    except OSError as error:
        os.write(writer, str(error).encode())
        os._exit(REFUSED)
    try:
        work()
    except BaseException:  # noqa: BLE001 - what happens here must not reach the tests' own process
        os.write(writer, traceback.format_exc().encode())
        os._exit(FAILED)
    os._exit(os.EX_OK)
