"""Interleaved rounds, and what is told of them: the median and the middle half."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table: CPU in milliseconds, and the ratio to the yardstick of each round."""

    name: str
    milliseconds: list[float]
    ratios: list[float]
    target: float | None = None
    note: str = ""

    @property
    def median(self):
        return statistics.median(self.milliseconds)

    @property
    def ratio(self):
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def middle_half(self):
        """Return the lower and upper quartile of the ratios."""
        if len(self.ratios) < 2:
            return self.ratios * 2
        low, _, high = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return low, high


def interleave(tasks, rounds, tell):
    """Run every task once in each round; give {name: [result of each round]}.

    tasks: {name: function that prepares, and gives the function that then says how many
    milliseconds of CPU one of what it does takes}. All is prepared before anything is measured, and
    every second round runs backwards: a machine whose speed drifts would favour one of two else.
    """
    results = {name: [] for name in tasks}
    for number in range(1, rounds + 1):
        ready = [(name, prepare()) for name, prepare in tasks.items()]
        for name, measure in ready if number % 2 else reversed(ready):
            tell(f"round {number} of {rounds}: {name}")
            results[name].append(measure())
    return results


def unprepared(measure):
    """Give the task of what has nothing to prepare."""
    return lambda: measure


def compare(results, name, yardstick, **told):
    """Give the figure of one task beside another of the same rounds."""
    pairs = zip(results[name], results[yardstick], strict=True)
    return Figure(told.pop("called", name), results[name], [a / b for a, b in pairs], **told)
