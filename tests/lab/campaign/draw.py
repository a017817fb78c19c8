# SPDX-License-Identifier: MIT
"""One combination of a campaign, drawn from its seed and number alone, to be drawn again."""
import random
import re
import tomllib
from pathlib import Path

KINDS = Path(__file__).with_name("kinds.toml")
MEM_MIB = 1024
PLACE = re.compile(r"\{(\w+)\}")
WITHOUT = 6  # one run of so many has no hypervisor


def load(path: Path = KINDS) -> dict:
    kinds = tomllib.loads(path.read_text())
    own = {"vp", "ap", "bsp", "apic", "ap_apic"}
    for kind in kinds["kind"]:
        unknown = set(PLACE.findall(kind["line"])) - own - set(kinds["values"])
        if unknown or set(kind) - {"line", "often", "excuses"}:
            raise ValueError(f"kinds.toml: {kind['line']}: unknown {unknown or set(kind)}")
    return kinds


def draw_smp(rng: random.Random) -> tuple[str, list[int]]:
    """QEMU's -smp text, and the APIC ids that such a machine has."""
    n = rng.choice([1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 7, 8, 8, 12, 16])
    sockets = rng.choice([s for s in range(1, n + 1) if n % s == 0])
    if sockets == 1 or rng.random() < 0.5:
        return str(n), list(range(n))
    cores = n // sockets
    step = 1 << (cores - 1).bit_length()
    ids = [socket * step + core for socket in range(sockets) for core in range(cores)]
    return f"{n},sockets={sockets},cores={cores}", ids


def numa_words(nodes: int, processors: int) -> list[str]:
    """Processors and memory shared out among nodes; the last one may have none of either."""
    words, first = [], 0
    size = MEM_MIB // nodes
    for node in range(nodes):
        last = processors * (node + 1) // nodes - 1
        mib = MEM_MIB - size * (nodes - 1) if node == 0 else size
        words += ["-object", f"memory-backend-ram,id=ram{node},size={mib}M"]
        cpus = f",cpus={first}-{last}" if last >= first else ""
        words += ["-numa", f"node,nodeid={node}{cpus},memdev=ram{node}"]
        first = max(first, last + 1)
    return words


def draw_options(rng: random.Random) -> list[str]:
    options = []
    if rng.random() < 0.3:
        options.append(f"start={rng.choice(['auto', 'hv', 'sipi'])}")
    if rng.random() < 0.3:
        options.append(f"fanout={rng.choice(['on', 'off'])}")
    if rng.random() < 0.2:
        options.append(f"init_delay={rng.choice([0, 1, 10, 50])}")
    if rng.random() < 0.3:
        options.append("mode=selftest")
    if rng.random() < 0.3:
        options.append("audit=on")
    if rng.random() < 0.2:
        options.append("log=verbose")
    options.append(f"deadline={rng.choice([300, 1000, 3000])}")
    if rng.random() < 0.2:
        options.append(f"cap={rng.choice([500, 5000])}")
    return options


def fill(rng: random.Random, line: str, values: dict, indexes: list[int], ids: list[int]) -> str:
    """The boot processor is the first of the ids; by index it is where its rank is."""
    bsp = indexes[0]
    own = {
        "vp": indexes,
        "bsp": [bsp],
        "ap": [vp for vp in indexes if vp != bsp] or [bsp],
        "apic": ids,
        "ap_apic": ids[1:] or ids,
    }
    return PLACE.sub(lambda m: str(rng.choice(own.get(m[1]) or values[m[1]])), line)


def numbering(lines: list[str], ids: list[int]) -> list[int]:
    """The VP index of each APIC id, as tests/refhv/calls/topology.c numbers them."""
    n = len(ids)
    if "vp=identity" in lines:
        return ids
    for turn in range(n):
        ranks = [(i + n // 2 + turn) % n for i in range(n)]
        found = [3 * rank + 2 for rank in ranks] if "vp=sparse" in lines else ranks
        if all(a != b for a, b in zip(found, ids)):
            break
    return found


def without_second_refusals(faults: list[dict]) -> list[dict]:
    """Without those beside one that refuses a start and yet makes it.

    A refusal is asked once more. If that one is refused, too, and has the effect, nothing tells it
    from a VP that waits: it is sent an INIT.
    """
    starts = [f for f in faults if f["line"].startswith("fault=start:") and "status=" in f["line"]]
    if not any("effect=1" in f["line"] and "status=0x78" not in f["line"] for f in starts):
        return faults
    return [f for f in faults if f not in starts or "effect=1" in f["line"]]


def draw_faults(rng: random.Random, kinds: dict, ids: list[int]) -> list[dict]:
    """Up to four kinds, one of a part: two words for one setting would be an error."""
    weights = [kind.get("often", 1) for kind in kinds["kind"]]
    chosen = []
    for kind in rng.choices(kinds["kind"], weights, k=rng.choice([0, 1, 1, 2, 2, 3, 4])):
        name = kind["line"].split("=")[0]
        taken = [one["line"].split("=")[0] for one in chosen]
        if kind not in chosen and (name == "fault" or name not in taken):
            chosen.append(kind)
    numbers = numbering([kind["line"] for kind in chosen], ids)
    alone = len(ids) == 1
    faults = [
        {"line": fill(rng, kind["line"], kinds["values"], numbers, ids),
         "excuses": kind.get("excuses", [])}
        for kind in chosen
        if not (alone and "{ap" in kind["line"])
    ]  # fmt: skip
    return without_second_refusals(faults)


def draw(seed: str, run: int, kinds: dict) -> dict:
    """A case without an expectation but for what its faults excuse."""
    rng = random.Random(f"{seed}/{run}")
    smp, ids = draw_smp(rng)
    case = {"name": f"{seed}-{run}", "smp": smp, "mem": f"{MEM_MIB}M", "extra": []}
    case["hv"] = "none" if rng.randrange(WITHOUT) == 0 else "ref"
    case["cmdline"] = " ".join(draw_options(rng))
    if rng.random() < 0.25:
        case["extra"] = numa_words(rng.choice([2, 3]), len(ids))
    faults = draw_faults(rng, kinds, ids) if case["hv"] == "ref" else []
    case["refhv"] = [fault["line"] for fault in faults]
    case["excuses"] = [text for fault in faults for text in fault["excuses"]]
    return case
