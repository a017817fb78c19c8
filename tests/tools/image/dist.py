# SPDX-License-Identifier: MIT
"""A release's files in one directory, with a bill of materials and checksums: `make dist`.

    dist.py make DIRECTORY VERSION FILE...     VERSION: as in the images
    dist.py tag TAG                            is it this tree's version, and in its changelog?
    dist.py same DIRECTORY OTHER               are two of them the same?
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools import ROOT
from tools.image import images, sbom, source_date
from tools.machine import vm

# https://semver.org, without build metadata: a tag has none.
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")
SUMS = "SHA256SUMS"


def version(root: Path = ROOT) -> str:
    text = (root / "VERSION").read_text().strip()
    if not SEMVER.fullmatch(text):
        raise ValueError(f"VERSION is '{text}', must be a semantic version such as 1.2.3")
    return text


def make(out: Path, built: str, files: list[Path]) -> None:
    """The directory anew, never a mixture of two. built: what the images say of themselves."""
    names = [f.name for f in files]
    if len(set(names)) != len(names):
        raise ValueError(f"two files of one name among {' '.join(sorted(names))}")
    new = out.with_name(out.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    copies = [new / f.name for f in sorted(files, key=lambda f: f.name)]
    for f in files:  # disks are mostly holes
        cp = ["cp", "--sparse=always", str(f), str(new / f.name)]
        subprocess.run(cp, check=True)
    bill = new / f"hvsmp-{version()}.spdx.json"
    text = json.dumps(sbom.make(copies, built, source_date.find()[0]), indent=1)
    bill.write_text(text + "\n")
    images.make_sums(new / SUMS, *copies, bill)
    shutil.rmtree(out, ignore_errors=True)
    new.rename(out)
    print((out / SUMS).read_text(), end="")


def check_tag(tag: str, root: Path = ROOT) -> None:
    """ValueError: a tag of another version, or one that the changelog knows nothing of."""
    due = version(root)
    if tag != f"v{due}":
        raise ValueError(f"the tag is {tag}, VERSION says v{due}")
    heading = re.compile(rf"^## {re.escape(due)} - \d{{4}}-\d\d-\d\d$", re.MULTILINE)
    if not heading.search((root / "CHANGELOG.md").read_text()):
        raise ValueError(f"CHANGELOG.md has no heading '## {due} - YYYY-MM-DD'")


def check_same(one: Path, other: Path) -> None:
    """ValueError names the files that differ, by the sums and by the bytes."""
    here, there = ({f.name: f.read_bytes() for f in d.iterdir()} for d in (one, other))
    if SUMS not in here:
        raise ValueError(f"{one} has no {SUMS}")
    differ = [name for name in sorted({*here, *there}) if here.get(name) != there.get(name)]
    if differ:
        raise ValueError(f"{one} and {other} differ: {' '.join(differ)}")
    print(f"{len(here)} files are the same in both builds")


def main(what: str, *words: str) -> None:
    if what == "make":
        make(Path(words[0]), words[1], [Path(word) for word in words[2:]])
    elif what == "tag":
        check_tag(*words)
    else:
        check_same(*map(Path, words))


if __name__ == "__main__":
    COUNTS = {"make": range(3, 99), "tag": range(1, 2), "same": range(2, 3)}
    if len(sys.argv) < 2 or len(sys.argv) - 2 not in COUNTS.get(sys.argv[1], ()):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (vm.Unusable, ValueError, OSError, subprocess.CalledProcessError) as e:
        sys.exit(f"dist: {e}")
