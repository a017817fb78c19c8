# SPDX-License-Identifier: MIT
"""What repeat= adds to a machine's output: the same text again, behind a line that counts."""
import re

from tools.machine.running import END_OF_OUTPUT

MARK = re.compile(r"repeated, (\d+) of (\d+), every (\d+) s: hvsmp \S+, options: .")
MOST, SPAN_S = 60, 1800  # kernel/repeat.h


def split(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    """What was said once, and each repetition with its mark as the first line."""
    marks = [i for i, line in enumerate(lines) if MARK.match(line)]
    ends = [*marks[1:], len(lines)]
    return lines[: marks[0] if marks else None], [lines[i:k] for i, k in zip(marks, ends)]


def said(lines: list[str], times: int) -> bool:
    """Whether so many repetitions have come whole."""
    return sum(map(bool, map(END_OF_OUTPUT.match, lines))) > times


def without_end(lines: list[str]) -> list[str]:
    """The empty line before a mark is the mark's."""
    return lines[:-1] if lines and not lines[-1] else lines


def check(lines: list[str], due: int, cmdline: str) -> list[str]:
    """Each repetition is, to the byte, the end of what was said first, and long enough for it."""
    first, again = split(lines)
    first = without_end(first)
    wrong = []
    if len(again) < due:
        wrong.append(f"{len(again)} repetitions, must be {due}")
    seconds = (re.findall(r"(?:^|\s)repeat=(\d+)(?=\s|$)", cmdline) or ["?"])[-1]
    for number, (mark, *text) in enumerate(again[:due], 1):
        text = without_end(text)
        if MARK.match(mark).groups() != (str(number), str(MOST), seconds):
            wrong.append(f"'{mark}' must say {number} of {MOST}, every {seconds} s")
        if not text or first[-len(text) :] != text:
            wrong.append(f"repetition {number} is not what was said first")
        if not any(line.startswith("@") for line in text):
            wrong.append(f"repetition {number} has no line for programs")
    return wrong
