# SPDX-License-Identifier: MIT
"""What a case's screen shows, from a picture that QEMU took of it.

The picture is read back into characters, exactly: one wrong pixel is a complaint. Then the grid's
rows (heading, tiles, legend) must be those of pictures/CASE.txt, and the text below must be the end
of what the serial port said, in its colours.

screenshot.py FILE.png prints the grid's rows of a picture as pictures/CASE.txt has them: look at
the picture before you believe it.
"""
import re
import sys
from pathlib import Path

from tools import ROOT
from tools.machine import verdicts, vm
from tools.screen import font, picture

PICTURES = ROOT / "tests" / "boot" / "pictures"
FIRST_LINE = "hvsmp "  # and the version
LOOKS = 40  # at the picture after the last line came over the serial port, half a second each
STATUSES = {word: status for status, word in verdicts.EXIT_VERDICTS.items()}

# First words that colour a line, as docs/screen.md lists them.
INKS = [
    (re.compile(r"warning: "), "warn"),
    (re.compile(r"error: "), "bad"),
    (re.compile(r"verdict: ok"), "good"),
    (re.compile(r"verdict: degraded"), "warn"),
    (re.compile(r"verdict: failed"), "bad"),
]


def is_due(case: dict) -> bool:
    """Pictures are taken of machines that halt with a screen."""
    return "screen" in case and bool(re.search(r"\bexit=halt\b", case.get("cmdline", "")))


def last_line(case: dict) -> str:
    """How the last line on the screen begins."""
    return case["expect"].get("shows", "verdict: ")


class Camera:
    """Told whenever a machine is quiet: has it shown its last line? Keeps the last picture."""

    def __init__(self, case: dict, out: Path):
        width, height = map(int, case["screen"].split("x"))
        self.reader = picture.Reader(width, height)
        self.last = last_line(case)
        self.deaf = case.get("serial") == "none"
        self.out, self.looks = out, 0
        self.rows, self.problem = [], "it was never looked at"

    def __call__(self, lines: list[str]) -> bool:
        if not self.deaf:
            if not any(line.startswith(self.last) for line in lines):
                return False
            self.looks += 1
        try:
            taken = picture.take(vm.socket_path(self.out), self.out / "screen.ppm")
            self.rows, self.problem = self.reader.cells(taken), ""
        except picture.PictureError as e:
            self.rows, self.problem = [], str(e)
        return self.shows_the_end() or self.looks >= LOOKS

    def shows_the_end(self) -> bool:
        texts = [text for text in map(picture.text_of, self.rows) if text]
        return bool(texts) and texts[-1].startswith(self.last)

    def develop(self) -> None:
        """The picture as PNG, for people."""
        taken = self.out / "screen.ppm"
        if taken.exists():
            picture.write_png(picture.read_ppm(taken.read_bytes()), self.out / "screen.png")
            taken.unlink()

    def status(self) -> int | None:
        """The exit status that what is shown stands for."""
        texts = list(map(picture.text_of, self.rows))
        if any(text.startswith("PANIC: ") for text in texts):
            return verdicts.EXIT_PANIC
        found = [re.match(r"verdict: (\w+) - ", text) for text in texts]
        return next((STATUSES.get(match[1]) for match in found if match), None)


def split(rows: list[list]) -> tuple[list[list], list[list]]:
    """The grid's rows, if there is a grid, and the text's."""
    for i, row in enumerate(rows):
        if all(cell.char == "─" and cell.ink == "dim" for cell in row):
            return rows[:i], rows[i + 1 :]
    return [], rows


def describe(rows: list[list]) -> list[str]:
    """Rows of cells as text, one line for each run of equal looks."""
    out = []
    for number, row in enumerate(rows):
        runs = []
        for column, cell in enumerate(row):
            same = runs and (runs[-1]["paper"], runs[-1]["gaps"]) == (cell.paper, cell.gaps)
            if same and ("" in (cell.ink, runs[-1]["ink"]) or cell.ink == runs[-1]["ink"]):
                runs[-1]["text"] += cell.char
                runs[-1]["ink"] = runs[-1]["ink"] or cell.ink
            else:
                look = {"paper": cell.paper, "gaps": cell.gaps, "ink": cell.ink}
                runs.append({"column": column, "text": cell.char, **look})
        for run in runs:
            seams = " ".join(
                word for bit, word in ((1, "right"), (2, "below")) if run["gaps"] & bit
            )
            look = f"{run['ink'] or 'nothing'} on {run['paper']}"
            out.append(f"{number:2} {run['column']:3} |{run['text']}| {look} {seams}".rstrip())
    return out


def wrapped(lines: list[str], columns: int) -> list[tuple[str, str]]:
    """What the kernel said to people, in rows of the screen: text and ink."""
    start = next((i for i, line in enumerate(lines) if line.startswith(FIRST_LINE)), len(lines))
    out = []
    for line in lines[start:]:
        if line.startswith("@"):
            continue
        words = re.sub(r"^\[[ \d]+\.\d+\] ", "", line)
        ink = next((ink for pattern, ink in INKS if pattern.match(words)), "ink")
        pieces = [line[i : i + columns] for i in range(0, len(line), columns)] or [""]
        out += [(piece.rstrip(), ink) for piece in pieces]
    return out


def check_text(rows: list[list], lines: list[str]) -> list[str]:
    """The text on the screen is the end of the serial port's; as much of it as fits, or nearly."""
    while rows and not picture.text_of(rows[-1]):
        rows = rows[:-1]
    said = wrapped(lines, len(rows[0]) if rows else 1)
    panics = any(cell.paper == "panic" for row in rows for cell in row)
    wrong = []
    if len(rows) < 3 or len(rows) > len(said):
        return [f"screen: {len(rows)} rows of text, the serial port said {len(said)}"]
    for row, (text, ink) in zip(rows, said[-len(rows) :]):
        shown = picture.text_of(row)
        if shown != text:
            wrong.append(f"screen: shows '{shown}', the serial port said '{text}'")
        inks = {cell.ink for cell in row} - {""}
        papers = {cell.paper for cell in row}
        allowed = {"bright", "ink"} if panics else {ink}
        if inks - allowed or papers != {"panic" if panics else "paper"}:
            wrong.append(f"screen: '{shown}' is {sorted(inks)} on {sorted(papers)}")
    return wrong


def check(case: dict, camera: Camera, lines: list[str]) -> list[str]:
    """Everything that is wrong with what the screen shows."""
    if camera.problem:
        return [f"screen: {camera.problem}"]
    wrong = []
    if not camera.shows_the_end():
        wrong.append(f"screen: its last line does not begin with '{camera.last}'")
    grid, text = split(camera.rows)
    if case["expect"].get("ends") == "panic":
        if grid or camera.rows[0][0].paper != "panic":
            wrong.append("screen: a panic must take all of it")
    else:
        wrong += check_grid(case["name"], describe(grid), PICTURES)
    if not camera.deaf:
        wrong += check_text(text, lines)
    return wrong


def check_grid(name: str, shown: list[str], folder: Path) -> list[str]:
    file = folder / f"{name}.txt"
    if not file.exists():
        return [f"screen: there is no {file.name} to hold it against (tests/boot/README.md)"]
    due = file.read_text(encoding="utf-8").splitlines()
    wrong = [f"screen: '{a}', must be '{b}'" for a, b in zip(shown, due) if a != b]
    if len(shown) != len(due):
        wrong.append(f"screen: the grid has {len(shown)} runs, must have {len(due)}")
    return wrong


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: screenshot.py FILE.png", file=sys.stderr)
        return 1
    try:
        taken = picture.read_png(Path(sys.argv[1]).read_bytes())
        grid, _ = split(picture.Reader(taken.width, taken.height).cells(taken))
    except (OSError, picture.PictureError, font.FontError) as e:
        print(f"screenshot.py: {e}", file=sys.stderr)
        return 1
    print("\n".join(describe(grid)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
