# SPDX-License-Identifier: MIT
"""What the project wants to reach, computed from one benchmark. A target is no test: nothing fails.

Each function returns targets, one with value None where the figures for it were not measured.
"""
import math
from dataclasses import dataclass

from lab.bench.figures import Cell, Figures

FLOOR_TIMES = 2
TUNED_TIMES, DEFAULT_TIMES, LINUX_N = 50, 1000, 64
GROWTH_TIMES, GROWTH_FROM, GROWTH_TO = 2, 16, 255
MOST = 255  # processors that a target speaks of
MAP_MOST, MAP_EXTRA = 1020, 3
CPU_KIB, IMAGE_KIB = 32, 256
SIPI = ("sipi-broadcast", "sipi-parallel", "sipi-serial")


@dataclass
class Target:
    name: str
    bound: float
    value: float | None  # None: not measured
    at_least: bool = False  # the bound is the least, not the most
    note: str = ""

    def reached(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def times_floor(figures: Figures, method: str) -> dict[int, float]:
    """This kernel without a hypervisor against the bare stub, like against like."""
    floor, ours = (figures.row("single", subject, method) for subject in ("floor", "none"))
    both = sorted(n for n in set(floor) & set(ours) if n <= MOST)
    return {n: ours[n].least() / floor[n].least() for n in both}


def worst(ratios: dict[int, float]) -> tuple[float | None, str]:
    if not ratios:
        return None, ""
    n = max(ratios, key=ratios.get)
    each = ", ".join(f"{ratio:.3g} at {n}" for n, ratio in sorted(ratios.items()))
    return ratios[n], f"worst at N={n}; {each}"


def against_floor(figures: Figures) -> list[Target]:
    targets = []
    for method in ("sipi-broadcast", "sipi-parallel"):
        value, note = worst(times_floor(figures, method))
        name = f"no hypervisor, {method}: times the bare stub's, every N up to {MOST}, one thread"
        targets.append(Target(name, FLOOR_TIMES, value, note=note))
    return targets


def against_published(figures: Figures, published: dict) -> list[Target]:
    """Counted instructions are the same on all machines; else, how many times the floor it is there
    and here.
    """
    ours = times_floor(figures, "sipi-broadcast")
    counted = figures.row("icount", "none", "sipi-broadcast")
    targets = []
    for name, one in published.items():
        theirs = one["ms"]
        value, note = worst(
            {n: counted[n].least() / 1e6 / theirs[str(n)] for n in counted if str(n) in theirs}
        )
        text = f"no hypervisor, sipi-broadcast, -icount: as a part of what {name} took"
        targets.append(Target(text, 1, value, note=note))
        theirs = {int(n): ms / one["floor"][n] for n, ms in one["ms"].items()}
        both = {n: ours[n] / theirs[n] for n in ours if n in theirs}
        value, note = worst(both)
        text = (
            f"no hypervisor, sipi-broadcast: times the bare stub, divided by {name}' times theirs"
        )
        targets.append(Target(text, 1, value, note=note))
    return targets


def against_linux(figures: Figures, subjects: list[dict]) -> list[Target]:
    """The fastest Linux of each kind against the fastest method here."""
    ours = figures.best("single", "none", LINUX_N)
    targets = []
    for tuned, times in ((True, TUNED_TIMES), (False, DEFAULT_TIMES)):
        names = [
            s["name"] for s in subjects if s["kind"] == "linux" and s.get("tuned", False) == tuned
        ]
        found = [figures.best("single", name, LINUX_N) for name in names]
        found = [(one[0], name) for one, name in zip(found, names) if one]
        kind = "tuned" if tuned else "default"
        name = (
            f"no hypervisor, best method: times faster than {kind} Linux at N={LINUX_N}, one thread"
        )
        if not ours or not found:
            targets.append(Target(name, times, None, at_least=True))
            continue
        least, which = min(found)
        note = f"{which} {least / 1e6:.4g} ms, {ours[1]} {ours[0] / 1e6:.4g} ms"
        targets.append(Target(name, times, least / ours[0], at_least=True, note=note))
    return targets


def fanout_against_sipi(figures: Figures) -> list[Target]:
    """Both under the reference hypervisor; INIT-SIPI by its fastest method there. With a thread for
    each processor the host's scheduler is a part of what is measured, so there the medians are
    compared.
    """
    targets = []
    for accel, figure, what in (("single", Cell.least, "least"), ("multi", Cell.middle, "median")):
        rows = [figures.row(accel, "ref", method) for method in SIPI]
        ratios = {}
        for n, cell in figures.row(accel, "ref", "hv-fanout").items():
            sipi = [figure(row[n]) for row in rows if n in row]
            if sipi and n <= MOST:
                ratios[n] = figure(cell) / min(sipi)
        value, note = worst(ratios)
        name = f"reference hypervisor: 0x99 fan-out, times its fastest INIT-SIPI, {accel}, {what}"
        targets.append(Target(name, 1, value, note=note))
    return targets


def growth(figures: Figures) -> list[Target]:
    """Time for each processor, many against few, counted in instructions."""
    row = figures.row("icount", "none", "sipi-broadcast")
    name = (
        f"-icount, sipi-broadcast: time a processor at N={GROWTH_TO}, times that at N={GROWTH_FROM}"
    )
    if GROWTH_FROM not in row or GROWTH_TO not in row:
        return [Target(name, GROWTH_TIMES, None)]
    few, many = (row[n].least() / (n - 1) for n in (GROWTH_FROM, GROWTH_TO))
    note = f"{few:.4g} ns and {many:.4g} ns"
    return [Target(name, GROWTH_TIMES, many / few, note=note)]


def memory(kib: dict[int, float]) -> Target:
    """What one more processor takes; kib is all that was taken, divided among N."""
    name = "memory that one more processor takes besides its stacks, KiB"
    if len(kib) < 2:
        return Target(name, CPU_KIB, None)
    few, many = min(kib), max(kib)
    each = (many * kib[many] - few * kib[few]) / (many - few)
    shares = ", ".join(f"{share:.3g} at {n}" for n, share in kib.items())
    return Target(name, CPU_KIB, each, note=f"with a share in what is there once: {shares}")


def counted(bench: dict) -> list[Target]:
    """What is no time: calls, and memory."""
    records = [
        (r["n"], r["record"]) for r in bench["results"] if "map_calls" in (r["record"] or {})
    ]
    more = {
        n: one["map_calls"] - math.ceil((n - 1) / MAP_MOST)
        for n, one in records
        if one["map_calls"]
    }
    kib = {n: one["bytes_per_processor"] / 1024 for n, one in records}
    value, note = worst(more)
    text = f"0x9A: calls besides one for each {MAP_MOST} of the others"
    targets = [Target(text, MAP_EXTRA, value, note=note)]
    targets.append(memory(kib))
    targets.append(Target("hvsmp.efi, KiB", IMAGE_KIB, bench["image_bytes"] / 1024))
    return targets


def all_targets(bench: dict, figures: Figures) -> list[Target]:
    plan = bench["plan"]
    return [
        *against_floor(figures),
        *against_published(figures, plan["published"]),
        *against_linux(figures, plan["subject"]),
        *fanout_against_sipi(figures),
        *growth(figures),
        *counted(bench),
    ]
