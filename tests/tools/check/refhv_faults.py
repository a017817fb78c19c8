#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tables of docs/refhv-faults.md, from the rows of faults/faults.def.

    make refhv-faults                             write them
    python3 -m tools.check.refhv_faults --check   say which are out of date, exit 1 if any is

A table stands between `<!-- faults: PLACE... -->` and `<!-- end -->`.
"""
import re
import sys

from tools import ROOT

ROWS = ROOT / "tests" / "refhv" / "faults" / "faults.def"
PAGE = ROOT / "docs" / "refhv-faults.md"
COLUMNS = ("effect", "place", "part", "name", "values", "takes", "needs", "group", "rows", "text")
ROW = re.compile(r"^FAULT(|_BOTH|_ARM64)\((.*?)\)$", re.DOTALL | re.MULTILINE)
MARKS = {"": "", "_BOTH": " †", "_ARM64": " ‡"}  # the page says what they mean
TABLE = re.compile(r"(<!-- faults: ([a-z ]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([(),])|([^"(),\s]+)')
SETS = {"CALL": "CALLER TIMES AFTER", "TARGET": "VP CALLER TIMES AFTER"}
SELECTORS = {"VP": "vp", "CALLER": "caller", "APIC": "apic", "TIMES": "times", "AFTER": "after",
             "EFFECT": "effect=1"}
RANGES = {"UINT8_MAX": "u8", "UINT16_MAX": "u16", "UINT32_MAX": "u32", "FAULT_ID_MAX": "id",
          "MS_MAX": "ms"}


def split_row(text: str) -> list[str]:
    """The arguments of one FAULT(...); strings without quotes, neighbours of them as one."""
    arguments, depth = [""], 0
    for string, bracket, word in TOKEN.findall(text):
        if bracket == "," and not depth:
            arguments.append("")
        elif bracket:
            depth += {"(": 1, ")": -1}.get(bracket, 0)
            arguments[-1] += bracket
        else:
            arguments[-1] += string.replace('\\"', '"') + word
    return arguments


def read_rows(text: str) -> list[dict]:
    rows = []
    for arch, body in re.findall(ROW, text):
        arguments = split_row(body)
        if len(arguments) != len(COLUMNS):
            raise ValueError(f"{len(arguments)} columns, not {len(COLUMNS)}: FAULT({body})")
        rows.append(dict(zip(COLUMNS, arguments)))
        rows[-1]["text"] += MARKS[arch]
    return rows


def selectors(text: str) -> list[str]:
    """The selectors of `VP | CALL`, in the order of SELECTORS."""
    words = {word for name in text.split("|") for word in SETS.get(name, name).split()} - {"0"}
    return [name for word, name in SELECTORS.items() if word in words]


def knobs(row: dict) -> list[str]:
    """How the knob is written: once for each word, else once."""
    kind, _, rest = row["values"].partition("(")
    values = rest.removesuffix(")").split(",")
    if kind == "WORDS":
        return [row["name"] if word == "1" else f"{row['name']}={word}" for word in values]
    if kind == "REGISTER":
        return [row["name"] + "=[^]<u64>"]
    if kind == "SIGNED":
        return [row["name"] + "=[-]<number>"]
    if kind == "NUMBER":
        low, high = values
        span = low if low == high else f"<{RANGES[high]}>" if high in RANGES else f"<{low}..{high}>"
        return [f"{row['name']}={span}"]
    return [row["name"]]


def make_table(rows: list[dict], places: list[str]) -> str:
    rows = [row for row in rows if row["place"].lower() in places]
    optional = [
        [name for name in selectors(row["takes"]) if name not in selectors(row["needs"])]
        for row in rows
    ]
    lines = ["| Knob | Takes | Effect | Row |\n|---|---|---|---|\n" if any(optional)
             else "| Knob | Effect | Row |\n|---|---|---|\n"]
    for row, takes in zip(rows, optional):
        needs = [f"{name}=N" for name in selectors(row["needs"])]
        place = [row["place"].lower()] if len(places) > 1 else []
        head = [*place, *filter(None, [row["part"]]), *needs]
        texts = ["`" + ":".join([*head, *filter(None, [knob])]) + "`" for knob in knobs(row)]
        takes = [" ".join(takes)] if any(optional) else []
        cells = [", ".join(texts), *takes, row["text"], row["rows"]]
        lines.append("".join(f"| {cell} " if cell else "| " for cell in cells) + "|\n")
    return "".join(lines)


def make_page(page: str, rows: list[dict]) -> str:
    """The page with its tables anew; each place has to be in exactly one."""
    seen = [place for _, places, _ in TABLE.findall(page) for place in places.split()]
    wanted = list(dict.fromkeys(row["place"].lower() for row in rows))
    if sorted(seen) != sorted(wanted):
        raise ValueError(f"{PAGE.name} has tables of {seen}, the rows are of {wanted}")
    return TABLE.sub(lambda m: m[1] + make_table(rows, m[2].split()) + m[3], page)


def main() -> int:
    page = PAGE.read_text(encoding="utf-8")
    new = make_page(page, read_rows(ROWS.read_text(encoding="utf-8")))
    if "--check" not in sys.argv:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    gone, come = (set(text.splitlines()) for text in (page, new))
    for mark, lines in ("-", gone - come), ("+", come - gone):
        print("".join(f"{mark}{line}\n" for line in sorted(lines)), end="")
    if page != new:
        print(f"{PAGE.name} is out of date: run make refhv-faults")
    return int(page != new)


if __name__ == "__main__":
    sys.exit(main())
