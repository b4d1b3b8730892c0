"""The counters of the rate limits: exact from many threads, and no larger than a minute."""

from __future__ import annotations

import threading
from datetime import timedelta

from sp.web.counters import SWEPT_EVERY, Counters

MINUTE = 60


def test_many_threads_count_every_hit_and_leave_no_thread():
    counters, before = Counters(), threading.active_count()
    start = threading.Barrier(8)

    def hit():
        start.wait()
        for _ in range(500):
            counters.incr("one", MINUTE)

    threads = [threading.Thread(target=hit) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert counters.get("one") == 4_000
    assert threading.active_count() == before


def test_what_is_over_is_forgotten(clock):
    counters = Counters()
    for number in range(1_000):
        counters.incr(f"network {number}", MINUTE)
    clock.advance(timedelta(seconds=MINUTE + SWEPT_EVERY))
    counters.incr("another", MINUTE)
    assert counters.reset() == 1


def test_each_name_has_its_own_window(clock):
    counters = Counters()
    assert [counters.incr("one", MINUTE) for _ in range(2)] == [1, 2]
    assert counters.incr("two", 2 * MINUTE) == 1
    ends = counters.get_expiry("two") - counters.get_expiry("one")
    assert ends == MINUTE
    counters.clear("one")
    assert (counters.get("one"), counters.get("two")) == (0, 1)
    assert counters.check()
