"""A process that dies at any point of its work, over and over, each time from the same beginning.

with Deployment(config) as deployment:            # as it is now; nothing may be open
    outcomes = die_everywhere(deployment, act, check)

`act` runs in a forked child that dies, by os._exit, before its first point, then before its second,
and so on, and at last when all is done and nobody was told. The points are every statement that
the driver executes, every COMMIT, fsync, link and rename, in the order in which they come. After
each death `check` looks, in this process, at what was left; what it returns is returned, in order.
"""

from __future__ import annotations

import os
import traceback

from psycopg import Connection
from support.deployments import close_database

from sp.db import db

DIED, FAILED = 70, 71
WORDS_TOLD = 4
OF_FILES = ("fsync", "fdatasync", "link", "rename", "replace")


def is_lasting(point):
    """Say whether a point changes what outlives the process; between two of these all is the same."""
    return point in OF_FILES or point.lower().strip("_").startswith("commit")


def die_everywhere(deployment, act, check, *, before=lambda _point: True):
    """Run `act` once whole, then once for each point to die before; return what `check` saw.

    `before` chooses among the points, where there are too many.
    """
    ended, points = run(act)
    assert ended == os.EX_OK, "\n".join(points)
    outcomes = []
    for number in range(1, len(points) + 2):
        if number <= len(points) and not before(points[number - 1]):
            continue
        deployment.restore()
        ended, reached = run(act, die_before=number)
        is_last = number > len(points)
        place = "at the very end" if is_last else f"before point {number}, {points[number - 1]}"
        assert ended == (os.EX_OK if is_last else DIED), "\n".join([place, *reached])
        assert reached == points[:number], f"{place} it went another way"
        try:
            outcomes.append(check())
        except BaseException as error:
            error.add_note(f"This is after dying {place}.")
            raise
    return outcomes


def assert_turns(outcomes, before, after):
    """Hold that a crash leaves all as it was up to one point, and all done from there on."""
    turned = outcomes.index(after)
    assert turned > 0, "nobody died before it was done"
    assert outcomes == [before] * turned + [after] * (len(outcomes) - turned)


def run(act, *, die_before=None):
    """Fork a child that does this and is never heard of again; return how it ended, and its points.

    Where it failed, the lines are its traceback.
    """
    close_database()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(act, writer, die_before)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        lines = told.read().splitlines()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), lines


def _live(act, writer, die_before):
    """Be the child; there is no way back from here."""
    try:
        _watch(_Points(writer, die_before).reach)
        act()
    except BaseException:  # noqa: BLE001 - what happens here must not reach the tests' own process
        os.write(writer, traceback.format_exc().encode())
        os._exit(FAILED)
    os._exit(os.EX_OK)


class _Points:
    def __init__(self, writer, die_before):
        self._writer, self._left = writer, die_before

    def reach(self, what):
        os.write(self._writer, " ".join(what.split()[:WORDS_TOLD]).encode() + b"\n")
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                os._exit(DIED)


def _watch(reach):
    """Have `reach` called just before every statement, COMMIT, fsync, link and rename from now on."""
    for name in OF_FILES:
        setattr(os, name, _after(reach, name, getattr(os, name)))
    driver = db.engine.dialect.loaded_dbapi
    if db.engine.dialect.name == "sqlite":
        connect = driver.connect

        def connect_watched(*arguments, **named):
            connection = connect(*arguments, **named)
            connection.set_trace_callback(reach)  # also of BEGIN and COMMIT; before each
            return connection

        driver.connect = connect_watched
    else:
        wait = Connection.wait

        def wait_watched(self, generator, *arguments, **named):
            reach(_told(generator))
            return wait(self, generator, *arguments, **named)

        Connection.wait = wait_watched


def _after(reach, name, call):
    def reached(*arguments, **named):
        reach(name)
        return call(*arguments, **named)

    return reached


def _told(generator):
    """Say what psycopg is about to send: the statement, or COMMIT."""
    query = generator.gi_frame.f_locals.get("query")
    if query is None:
        return generator.gi_code.co_name
    return query.decode() if isinstance(query, bytes) else str(query)
