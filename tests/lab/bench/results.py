# SPDX-License-Identifier: MIT
"""What a benchmark leaves: bench.json, Markdown, plots; and their way into the documents."""
import importlib.util
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.bench import table, targets as wanted
from lab.bench.figures import Figures
from tools.machine import vm

BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"


def need_plots() -> None:
    """Better at once than after twenty minutes."""
    if not importlib.util.find_spec("matplotlib"):
        message = (
            "the Python module matplotlib is missing: install python3-matplotlib, or run: make deps"
        )
        raise vm.Unusable(message)


@dataclass
class Written:
    markdown: str  # for docs/performance.md
    lines: str  # the targets, for a terminal


def write(bench: dict, work: Path, pictures: str = ".") -> Written:
    """Everything, from what was measured."""
    from lab.bench import plots  # needs matplotlib, see above

    figures = Figures(bench["results"])
    targets = wanted.all_targets(bench, figures)
    bench["targets"] = [vars(t) | {"reached": t.reached()} for t in targets]
    bench["plots"] = plots.draw_all(bench, figures, work)
    (work / "bench.json").write_text(json.dumps(bench, indent=1) + "\n")
    (work / "bench.md").write_text(
        "# Benchmark\n\n" + table.markdown(bench, figures, targets, pictures)
    )
    return Written(
        table.markdown(bench, figures, targets, "performance"), table.target_lines(targets)
    )


def between_marks(text: str, new: str) -> str:
    """The text with what stands between the two marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise vm.Unusable(f"docs/performance.md has no {BEGIN.strip()} and {END.strip()}")
    return before + BEGIN + "\n" + new + "\n" + END + after


def redraw(work: Path, docs: Path | None) -> int:
    """Table and plots once more, from bench.json; with docs also into docs/performance.md."""
    need_plots()
    path = work / "bench.json"
    if not path.exists():
        raise vm.Unusable(f"{path} does not exist: run make bench first")
    bench = json.loads(path.read_text())
    written = write(bench, work)
    print(written.lines)
    if docs:
        page = docs / "performance.md"
        page.write_text(between_marks(page.read_text(), written.markdown))
        (docs / "performance").mkdir(exist_ok=True)
        for name in bench["plots"]:
            shutil.copyfile(work / name, docs / "performance" / name)
    return 0
