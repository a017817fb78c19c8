# SPDX-License-Identifier: MIT
"""The benchmark as Markdown: what was measured where, the times, the targets, what is missing."""

from lab.bench.figures import Cell, Figures, ratios_by_boot
from lab.bench.targets import Target

PLOTS = {  # with what they show
    "time-single.svg": "Time against the number of processors, one thread for all of them",
    "time-multi.svg": "The same with a thread for each processor",
    "tree.svg": "Who started whom",
    "phases.svg": "Each processor's way: asked for, first instruction, online",
}
RATIOS_TO = ("none", "sipi-broadcast")


def three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def number(ns: float) -> str:
    """Milliseconds."""
    return three_digits(ns / 1e6)


def cell_text(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return f"{number(cell.least())} ({number(cell.middle())})"


def grid(head: list[str], rows: list[list[str]], numbers: bool = True) -> str:
    lines = [head, ["---"] + ["--:" if numbers else "---"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def times(figures: Figures, accel: str, labels: dict[str, str]) -> str:
    numbers = figures.processors(accel)
    rows = []
    for subject, method in sorted(figures.rows(accel), key=lambda key: list(labels).index(key[0])):
        row = figures.row(accel, subject, method)
        rows.append([f"{labels[subject]}, {method}", *(cell_text(row.get(n)) for n in numbers)])
    return grid(["milliseconds: least (median)", *(f"N={n}" for n in numbers)], rows)


def ratio_text(above: Cell | None, below: Cell | None) -> str:
    if above is None or below is None:
        return "-"
    text = three_digits(above.least() / below.least())
    each = ratios_by_boot(above, below)
    return (
        text if len(each) < 2 else f"{text} ({three_digits(min(each))}-{three_digits(max(each))})"
    )


def ratios(figures: Figures, accel: str, labels: dict[str, str]) -> str:
    """Each peer as so many times this kernel's fastest without a hypervisor; empty without both."""
    ours = figures.row(accel, *RATIOS_TO)
    numbers = [n for n in figures.processors(accel) if n in ours]
    rows = [
        [f"{labels[subject]}, {method}", *(ratio_text(row.get(n), ours[n]) for n in numbers)]
        for subject, method in sorted(
            figures.rows(accel), key=lambda key: list(labels).index(key[0])
        )
        if (row := figures.row(accel, subject, method)) and (subject, method) != RATIOS_TO
    ]
    if not rows:
        return ""
    head = f"times {labels[RATIOS_TO[0]]}, {RATIOS_TO[1]}: of the least (lowest-highest of a boot)"
    return grid([head, *(f"N={n}" for n in numbers)], rows)


def target_rows(targets: list[Target]) -> str:
    words = {True: "reached", False: "**not reached**", None: "not measured"}
    rows = []
    for t in targets:
        bound = f"{'≥' if t.at_least else '≤'} {t.bound:g}"
        value = "-" if t.value is None else three_digits(t.value)
        rows.append([t.name, bound, value, words[t.reached()], t.note or "-"])
    return grid(["target", "wanted", "measured", "", "of what"], rows, numbers=False)


def target_lines(targets: list[Target]) -> str:
    """The same for a terminal: a line each."""
    words = {True: "reached", False: "NOT REACHED", None: "not measured"}
    lines = []
    for t in targets:
        value = "-" if t.value is None else three_digits(t.value)
        bound = f"{'>=' if t.at_least else '<='} {t.bound:g}"
        lines.append(f"{words[t.reached()]:12}  {value:>6}  {bound:>7}  {t.name}\n")
    return "".join(lines)


def missing(results: list[dict], left_out: list[str]) -> str:
    """Everything that should have a figure and has none, with its reason; each once."""
    reasons = {}
    for result in results:
        where = f"{result['subject']}, N={result['n']}, {result['accel']}"
        if result["problem"]:
            reasons[f"{where}: {result['problem']}"] = None
        for problem in result["failed_before"]:
            reasons[f"{where}: measured after a boot without figures: {problem}"] = None
        for method, reason in result["reasons"].items():
            reasons[f"{result['subject']} {method}, {result['accel']}: {reason}"] = None
    lines = [*reasons, *left_out]
    return "".join(f"- {line}\n" for line in lines) or "Nothing.\n"


def machine(bench: dict) -> str:
    host = bench["host"]
    qemus = "; ".join(dict.fromkeys(bench["qemu"].values()))
    boots = sorted({result["boot"] for result in bench["results"]})
    loads = [result["load"] for result in bench["results"]]
    busy = f"{min(loads):.1f} to {max(loads):.1f}" if loads else "unknown"
    return (
        f"{bench['began']}, {bench['minutes']:.0f} minutes, {host['cores']} cores of "
        f"{host['cpu']}, load before the runs {busy}; {qemus}; hvsmp {bench['version']}; "
        f"up to {len(boots)} boots, up to {bench['rounds']} rounds in each where a subject can be "
        "measured more than once.\n"
    )


def markdown(bench: dict, figures: Figures, targets: list[Target], pictures: str = "") -> str:
    """pictures: where the plots lie, seen from the text; none without."""
    plan = bench["plan"]
    labels = {subject["name"]: subject["label"] for subject in plan["subject"]}
    parts = [machine(bench), "### Targets\n", target_rows(targets)]
    for accel in figures.accels():
        title = plan["accel"][accel]["label"]
        parts += [f"### {title[0].upper()}{title[1:]}\n", times(figures, accel, labels)]
        parts += [ratios(figures, accel, labels)]
    if pictures:
        drawn = [(name, text) for name, text in PLOTS.items() if name in bench["plots"]]
        parts += [f"![{text}]({pictures}/{name})\n" for name, text in drawn]
    parts += ["### Not measured\n", missing(bench["results"], bench["left_out"])]
    return "\n".join(parts)
