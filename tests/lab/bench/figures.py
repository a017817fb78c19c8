# SPDX-License-Identifier: MIT
"""Statistics over results. A result is one run as bench.json keeps it:

    {"subject", "n", "accel", "boot", "seconds", "problem", "failed_before", "methods":
     {name: [ns, ...]}, "reasons", "record"}

What else the host does only ever adds time, so under one thread the minimum says most about the
work itself; the median says what to expect.
"""
from collections import defaultdict
from dataclasses import dataclass
from statistics import median, median_low

KeyOf = tuple[str, str, str]  # accelerator, subject, method


@dataclass
class Cell:
    """All rounds of one method with one number of processors."""

    boots: dict[int, list[float]]  # by boot, ns

    def rounds(self) -> list[float]:
        return [ns for rounds in self.boots.values() for ns in rounds]

    def least(self) -> float:
        return min(self.rounds())

    def middle(self) -> float:
        return median(self.rounds())


class Figures:
    """Every cell of a benchmark by accelerator, subject, method and number of processors."""

    def __init__(self, results: list[dict]):
        self.cells: dict[KeyOf, dict[int, Cell]] = defaultdict(dict)
        for result in results:
            for method, rounds in result["methods"].items():
                row = self.cells[result["accel"], result["subject"], method]
                cell = row.setdefault(result["n"], Cell({}))
                if rounds:
                    cell.boots.setdefault(result["boot"], []).extend(rounds)

    def row(self, accel: str, subject: str, method: str) -> dict[int, Cell]:
        return self.cells.get((accel, subject, method), {})

    def rows(self, accel: str) -> list[tuple[str, str]]:
        """Subject and method of every row, in the order in which they came."""
        return [(subject, method) for a, subject, method in self.cells if a == accel]

    def methods(self, accel: str, subject: str) -> list[str]:
        return [method for one, method in self.rows(accel) if one == subject]

    def processors(self, accel: str) -> list[int]:
        return sorted({n for key, row in self.cells.items() if key[0] == accel for n in row})

    def accels(self) -> list[str]:
        return list(dict.fromkeys(accel for accel, _, _ in self.cells))

    def best(self, accel: str, subject: str, n: int, methods=None) -> tuple[float, str] | None:
        """The least time of any of a subject's methods, and the method."""
        some = self.methods(accel, subject) if methods is None else methods
        found = [
            (self.row(accel, subject, method)[n].least(), method)
            for method in some
            if n in self.row(accel, subject, method)
        ]
        return min(found, default=None)


def ratios_by_boot(above: Cell, below: Cell) -> list[float]:
    """The ratio of the minima in each boot that both have, within minutes of each other."""
    both = sorted(set(above.boots) & set(below.boots))
    return [min(above.boots[boot]) / min(below.boots[boot]) for boot in both]


def told_method(record: dict) -> str:
    """The method whose last round a record's cpus tell of: least in the middle (docs/bench.md)."""
    measured = [method for method in record["methods"] if method["rounds"]]
    middles = [
        (median_low([one["total_ns"] for one in method["rounds"]]), place, method["name"])
        for place, method in enumerate(measured)
    ]
    return min(middles, default=(0, 0, ""))[2]
