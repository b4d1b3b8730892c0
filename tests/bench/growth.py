"""The same sign-in beside ten organisations, and beside ten thousand with all their past."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from clients import sign_ins
from deployment import deployed
from filling import fill
from rounds import compare, interleave

LIVE = [f"acme-{number}" for number in range(10)]
LARGE = 10_000


def measure(tell, rounds, databases=("sqlite", "postgresql")):
    """Give the figures of a sign-in in a small and in a large deployment."""
    figures = []
    for kind in databases:
        with ExitStack() as stack:
            small = stack.enter_context(deployed(kind, LIVE))
            large = stack.enter_context(
                deployed(kind, LIVE, fill=partial(fill, organisations=LARGE, tell=tell))
            )
            tasks = {
                "small": sign_ins(small.server, small.idps),
                "large": sign_ins(large.server, large.idps),
            }
            for prepare in tasks.values():
                prepare()()
            results = interleave(tasks, rounds, tell)
        figures += [
            compare(results, "small", "small", called=f"{kind}: 10 organisations, the yardstick"),
            compare(
                results,
                "large",
                "small",
                called=f"{kind}: 10,000 organisations, 1 million accounts, 5 million events",
                target=1.2,
            ),
        ]
    return figures
