#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which file of the reference hypervisor stands on which, held against wings.toml.

    python3 -m tools.check.wings OBJECTS            OBJECTS: where the build has them (build/obj)
    python3 -m tools.check.wings OBJECTS --arrows   show who uses what between the wings

Two looks at the sources. The objects' symbols (nm) tell which file calls, or reads data of, which
other. The #include lines tell which headers a file sees: those of its own wing and of the wings
below, GNU-EFI's in the loader alone, and nothing from the kernel's rooms. Exit code 1 if either
breaks a rule.
"""
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

from tools import ROOT

HERE = ROOT / "tests" / "refhv"
HOME = "tests/refhv"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)

Graph = dict[str, set[str]]  # file -> the files that it uses


def wing_of(path: str, wings: list[str]) -> str:
    """The folder under tests/refhv; the base lies in tests/refhv itself."""
    folder = Path(path).parent.as_posix().replace(".", "base")
    if folder not in wings:
        raise ValueError(f"{path}: no wing of wings.toml has the folder '{folder}'")
    return folder


def read_symbols(nm: str) -> tuple[dict[str, str], Graph]:
    """Who defines a global symbol, and who uses which; from nm -A of objects named NAME.o."""
    defined, used = {}, defaultdict(set)
    for line in nm.splitlines():
        where, _, rest = line.partition(":")
        kind, symbol = rest.split()[-2:]
        name = where.removesuffix(".o")
        if kind == "U":
            used[name].add(symbol)
        elif kind.isupper():
            defined[symbol] = name
        used.setdefault(name, set())
    return defined, used


def graph_of(nm: str) -> Graph:
    """Symbols that no file here defines are the linker's, or GNU-EFI's."""
    defined, used = read_symbols(nm)
    return {
        name: {defined[symbol] for symbol in symbols if symbol in defined} - {name}
        for name, symbols in used.items()
    }


def find_circles(graph: Graph) -> list[list[str]]:
    """Files that reach each other, largest circle first (strongly connected, Tarjan's way)."""
    index, low, stack, circles = {}, {}, [], []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(graph[node]):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            circle = sorted(stack[at:])
            del stack[at:]
            if len(circle) > 1:
                circles.append(circle)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(circles, key=len, reverse=True)


def judge_symbols(graph: Graph, rules: dict) -> list[str]:
    wrong = []
    order = rules["order"]
    for user, used in sorted(graph.items()):
        for target in sorted(used):
            above, below = (order.index(wing_of(path, order)) for path in (user, target))
            if above > below:
                wrong.append(f"{user} uses {target}, which is above it")
    for circle in find_circles(graph):
        if len(circle) > rules["circle"]:
            wrong.append(f"a circle of {len(circle)} files: {' '.join(circle)}")
    return wrong


def judge_includes(path: str, text: str, rules: dict) -> list[str]:
    order = rules["order"]
    wing = wing_of(path, order)
    wrong = []
    for bracket, header in INCLUDE.findall(text):
        if bracket == "<":
            if header not in rules["headers"] + rules["more_headers"].get(wing, []):
                wrong.append(f"{path} includes <{header}>, which wings.toml does not give it")
        elif not header.startswith(HOME + "/"):
            wrong.append(f"{path} includes {header}: not a header of {HOME}/")
        elif order.index(wing_of(header.removeprefix(HOME + "/"), order)) < order.index(wing):
            wrong.append(f"{path} includes {header}, which is above it")
    return wrong


def load_rules() -> dict:
    return tomllib.loads((HERE / "wings.toml").read_text(encoding="utf-8"))


def read_objects(objects: Path) -> Graph:
    """The graph of the sources that are here now, not of what an older build left."""
    home = objects / HOME
    found = sorted(
        path.relative_to(HERE).as_posix() + ".o"
        for kind in ("*.c", "*.asm") for path in HERE.rglob(kind)
        if "aarch64" not in path.parts  # of another build
    )
    if missing := [name for name in found if not (home / name).is_file()]:
        raise ValueError(f"not built in {home}: {' '.join(missing)}")
    command = ["nm", "-A", *found]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    return graph_of(done.stdout)


def show_arrows(graph: Graph, rules: dict) -> None:
    order = rules["order"]
    arrows = defaultdict(list)
    for user, used in graph.items():
        for target in used:
            arrows[wing_of(user, order), wing_of(target, order)].append(f"{user} -> {target}")
    for (user, target), which in sorted(arrows.items()):
        if user != target:
            print(f"{user} -> {target}: {len(which)}")
            print("".join(f"    {arrow}\n" for arrow in sorted(which)), end="")


def main() -> int:
    rules = load_rules()
    graph = read_objects(Path(sys.argv[1]))
    if "--arrows" in sys.argv:
        show_arrows(graph, rules)
    wrong = judge_symbols(graph, rules)
    for kind in ("*.c", "*.h"):
        for path in sorted(HERE.rglob(kind)):
            name = path.relative_to(HERE).as_posix()
            wrong += judge_includes(name, path.read_text(encoding="utf-8"), rules)
    circles = find_circles(graph)
    told = ", ".join(" ".join(circle) for circle in circles) or "none"
    print("\n".join(wrong) or f"{len(graph)} files; circles: {told}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
