# SPDX-License-Identifier: MIT
"""The plots, as SVG. The same figures give the same bytes.

Colours are those of Okabe and Ito, which people with any kind of colour vision can tell apart;
every line also has its name at its end.
"""
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: E402

from lab.bench.figures import Figures, told_method

BLACK, ORANGE, SKY, GREEN, BLUE, RED, PURPLE, GREY = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#888888",
)  # fmt: skip
STYLE = {
    "svg.hashsalt": "hvsmp",
    "svg.fonttype": "path",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "figure.facecolor": "white",
}
NO_DATE = {"Date": None, "Creator": None}

# Colour by subject, line by method: what is ours is thick.
COLOURS = {
    "floor": BLACK, "none": BLUE, "ref": RED, "boot-none": SKY, "boot-ref": ORANGE, "ovmf": PURPLE,
    "linux-6.1": GREEN, "linux-6.1-tuned": GREEN, "linux-6.12": GREY, "linux-6.12-tuned": GREY,
}  # fmt: skip
LINES = {
    "sipi-serial": ":", "sipi-parallel": "--", "hv-serial": "--",
    "sipi-broadcast, first round": ":",
}  # fmt: skip
# Processors of the tree and of the phases: the first there is.
SHOWN_AT = (64, 16, 128, 255, 8, 4, 2)


def save(figure, path: Path) -> None:
    figure.savefig(path, metadata=NO_DATE, bbox_inches="tight")
    plt.close(figure)


def spread(wanted: list[float], gap: float) -> list[float]:
    """Places near the wanted ones, which ascend, none nearer than gap to the next: crowded ones
    become a block around their middle, and blocks that touch become one."""
    blocks: list[list[float]] = []
    for at in wanted:
        blocks.append([at])
        while len(blocks) > 1 and bottom(blocks[-1], gap) < top(blocks[-2], gap) + gap:
            last = blocks.pop()
            blocks[-1] += last
    return [bottom(block, gap) + gap * i for block in blocks for i in range(len(block))]


def bottom(block: list[float], gap: float) -> float:
    return sum(block) / len(block) - gap * (len(block) - 1) / 2


def top(block: list[float], gap: float) -> float:
    return sum(block) / len(block) + gap * (len(block) - 1) / 2


def name_lines(axes, ends: list[tuple[int, float, str, str]]) -> None:
    """A name for the end of each line, in its colour, no two on top of each other."""
    to_axes = axes.transData + axes.transAxes.inverted()
    placed = sorted(
        (*to_axes.transform((n, ms))[::-1], name, colour) for n, ms, name, colour in ends
    )
    places = spread([end[0] for end in placed], 0.041)
    for (height, right, name, colour), place in zip(placed, places):
        axes.annotate(
            name, xy=(right, height), xytext=(1.06, place), xycoords="axes fraction",
            textcoords="axes fraction", color=colour, va="center", fontsize=9,
            arrowprops={
                "arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5),
                "shrinkA": 1, "shrinkB": 3, "linestyle": ":",
            },
        )  # fmt: skip


def duration(ms: float, _position=None) -> str:
    return f"{ms * 1e3:g} µs" if ms < 1 else f"{ms:g} ms" if ms < 1000 else f"{ms / 1000:g} s"


def draw_times(bench: dict, figures: Figures, accel: str, path: Path) -> bool:
    """Least time against the number of processors, every method and every peer."""
    labels = {subject["name"]: subject["label"] for subject in bench["plan"]["subject"]}
    numbers = figures.processors(accel)
    if not numbers:
        return False
    figure, axes = plt.subplots(figsize=(8.2, 6.4))
    ends = []
    for subject, method in figures.rows(accel):
        row = figures.row(accel, subject, method)
        points = [(n, row[n].least() / 1e6) for n in sorted(row)]
        ours = subject in ("none", "ref")
        line = "--" if subject.startswith("linux") and "tuned" not in subject else "-"
        if (subject, method) == ("ref", "sipi-broadcast"):
            line = "-."  # the solid one is the fan-out
        axes.plot(
            *zip(*points), color=COLOURS[subject], linestyle=LINES.get(method, line), marker="o",
            markersize=3.5 if ours else 2.5, linewidth=2.2 if ours else 1.3,
        )  # fmt: skip
        name = labels[subject].replace("reference hypervisor", "ref. hypervisor")
        several = len(figures.methods(accel, subject)) > 1
        ends.append((*points[-1], f"{name}: {method}" if several else name, COLOURS[subject]))
    axes.set(xscale="log", yscale="log", xlim=(numbers[0] * 0.93, numbers[-1] * 1.02))
    axes.set_xticks(numbers, [str(n) for n in numbers])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(duration))
    axes.set_xlabel("processors")
    axes.set_ylabel("time to the last processor, least of all rounds")
    axes.set_title(f"Bring-up in QEMU, {bench['plan']['accel'][accel]['label']}", loc="left")
    name_lines(axes, ends)
    save(figure, path)
    return True


def chosen_record(
    bench: dict, subject: str, accel: str = "single", method: str = ""
) -> dict | None:
    """The result whose processors are drawn: of the most telling N that was measured; of its boots
    the first whose processors tell of the wanted method, or the first."""
    found = {}
    for result in bench["results"]:
        if (result["subject"], result["accel"]) == (subject, accel) and result["record"]:
            found.setdefault(result["n"], []).append(result)
    at = next((n for n in (*SHOWN_AT, *found) if n in found), None)
    if at is None:
        return None
    wanted = (result for result in found[at] if method and told_method(result["record"]) == method)
    return next(wanted, found[at][0])


def levels(cpus: list[dict]) -> dict[int, int]:
    """How many starts lie between the boot processor and each other, by APIC id."""
    by = {cpu["apic_id"]: cpu["started_by"] for cpu in cpus if cpu["t_online_ns"] is not None}

    def depth(apic: int, seen=()) -> int:
        starter = by.get(apic)
        if starter is None or apic in seen:
            return 0
        return 1 + depth(starter, (*seen, apic))

    return {apic: depth(apic) for apic in by}


def tree_places(cpus: list[dict]) -> dict[int, float]:
    """Left to right: leaves one beside the other, a starter over the middle of those it started."""
    children = defaultdict(list)
    level = levels(cpus)
    came = sorted((cpu for cpu in cpus if cpu["apic_id"] in level), key=lambda c: c["t_online_ns"])
    for cpu in came:
        if cpu["started_by"] is not None:
            children[cpu["started_by"]].append(cpu["apic_id"])
    places: dict[int, float] = {}
    leaves = 0

    def place(apic: int) -> float:
        nonlocal leaves
        if not children[apic]:
            places[apic] = leaves
            leaves += 1
        else:
            below = [place(child) for child in children[apic]]
            places[apic] = (below[0] + below[-1]) / 2
        return places[apic]

    for cpu in came:
        if cpu["started_by"] is None:
            place(cpu["apic_id"])
    return places


def draw_tree(bench: dict, path: Path) -> bool:
    """Of an ordinary boot by 0x99; with a thread for each processor, for else few start others."""
    result = chosen_record(bench, "boot-ref", "multi") or chosen_record(bench, "boot-ref")
    if not result:
        return False
    cpus = result["record"]["cpus"]
    places, level = tree_places(cpus), levels(cpus)
    deepest = max(level.values())
    figure, axes = plt.subplots(figsize=(9, 1.6 + 0.6 * deepest))
    for cpu in cpus:
        apic, starter = cpu["apic_id"], cpu["started_by"]
        if apic not in places:
            continue
        if starter is not None:
            axes.plot([places[starter], places[apic]], [-level[starter], -level[apic]],
                      color="#b8b8b8", linewidth=0.8, zorder=1)  # fmt: skip
        starts = sum(other["started_by"] == apic for other in cpus)
        colour = RED if starter is None else BLUE if starts else SKY
        size = 26 + 5 * starts
        axes.scatter(places[apic], -level[apic], s=size, color=colour, zorder=2, linewidth=0)
        if starts > 2 or starter is None:
            axes.annotate(f"{starts}", (places[apic], -level[apic]), xytext=(0, 3 + size**0.5 / 2),
                          textcoords="offset points", ha="center", fontsize=8)  # fmt: skip
    accel = bench["plan"]["accel"][result["accel"]]["label"]
    axes.set_title(f"Who started whom by 0x99: {result['n']} processors, {accel}", loc="left")
    axes.set_yticks(
        [-d for d in range(deepest + 1)], ["boot processor", *map(str, range(1, deepest + 1))]
    )
    axes.set_ylabel("starts away")
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.margins(x=0.02, y=0.08)
    axes.set_xlabel("numbers: how many others a processor started (above 2)")
    save(figure, path)
    return True


def draw_phases(bench: dict, path: Path) -> bool:
    """A line for each processor: asked for, first instruction, online."""
    wanted = (("ref", "hv-fanout"), ("none", "sipi-broadcast"))
    found = [(subject, chosen_record(bench, subject, method=method)) for subject, method in wanted]
    found = [(subject, result) for subject, result in found if result]
    if not found:
        return False
    labels = {"ref": "reference hypervisor", "none": "no hypervisor"}
    figure, all_axes = plt.subplots(1, len(found), figsize=(4.8 * len(found), 5.2), squeeze=False)
    for axes, (subject, result) in zip(all_axes[0], found):
        came = [c for c in result["record"]["cpus"] if c["t_issued_ns"] is not None]
        came.sort(key=lambda c: c["t_first_ns"])
        for place, cpu in enumerate(came):
            issued, first, online = (cpu[f"t_{k}_ns"] / 1e6 for k in ("issued", "first", "online"))
            axes.plot(
                [issued, first], [place, place], color=ORANGE, linewidth=2, solid_capstyle="butt"
            )
            axes.plot(
                [first, online], [place, place], color=BLUE, linewidth=2, solid_capstyle="butt"
            )
            axes.plot(online, place, "|", color=BLUE, markersize=4)
        title = f"{labels[subject]}, {told_method(result['record'])}, N={result['n']}"
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("milliseconds since bring-up began")
        axes.set_xlim(left=0)
        axes.margins(y=0.02)
    all_axes[0][0].set_ylabel("processors, in the order of their first instruction")
    all_axes[0][0].plot([], [], color=ORANGE, linewidth=2, label="asked for, does not run yet")
    all_axes[0][0].plot([], [], color=BLUE, linewidth=2, label="runs, proves its state")
    figure.legend(loc="lower center", ncol=2, frameon=False, bbox_to_anchor=(0.5, -0.04))
    figure.tight_layout()
    save(figure, path)
    return True


def draw_all(bench: dict, figures: Figures, work: Path) -> list[str]:
    """The names of the plots that could be drawn."""
    with plt.rc_context(STYLE):
        drawn = {
            "time-single.svg": draw_times(bench, figures, "single", work / "time-single.svg"),
            "time-multi.svg": draw_times(bench, figures, "multi", work / "time-multi.svg"),
            "tree.svg": draw_tree(bench, work / "tree.svg"),
            "phases.svg": draw_phases(bench, work / "phases.svg"),
        }
    return [name for name, done in drawn.items() if done]
