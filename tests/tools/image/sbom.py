# SPDX-License-Identifier: MIT
"""A bill of materials, SPDX 2.3 as JSON: the files of a release, what is in them, what made them.

Nothing in it depends on when or where it was made, only on the files, the date of the commit and
the versions of the packages.
"""
import hashlib
import json
import shutil
import subprocess
import time
from pathlib import Path

# What a release has of others: its package in Debian, licence, where it is from, in which files.
PARTS = [
    ("Terminus Font", "console-setup-linux", "OFL-1.1", "https://terminus-font.sourceforge.net/",
     "glyphs, made from the console fonts of the package", ("hvsmp",)),
    ("GRUB", "grub-efi-amd64-bin", "GPL-3.0-or-later", "https://www.gnu.org/software/grub/",
     "modules, as the package has them; the source is the package's", ("hvsmp.iso",)),
]  # fmt: skip
# Headers, compiled into the images, and tools: their packages in Debian.
HEADERS = [("gnu-efi", "BSD-2-Clause", "https://sourceforge.net/projects/gnu-efi/")]
TOOLS = (
    "gcc binutils nasm gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu python3 mtools fdisk "
    "grub-common xorriso qemu-utils sbsigntool make"
).split()
NONE = "NOASSERTION"


def package_version(name: str) -> str:
    """Of Debian's package; elsewhere, or where it is not installed, nothing is said."""
    if not shutil.which("dpkg-query"):
        return ""
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name]
    text = subprocess.run(command, capture_output=True, text=True).stdout
    return text.partition(" ")[2] if text.startswith("installed ") else ""


def identifier(kind: str, name: str) -> str:
    return f"SPDXRef-{kind}-" + "".join(c if c.isalnum() or c in ".-" else "-" for c in name)


def package(name: str, version: str, licence: str, home: str, comment: str = "") -> dict:
    found = {
        "SPDXID": identifier("Package", name),
        "name": name,
        "downloadLocation": NONE,
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": NONE,
    }
    found |= {"versionInfo": version} if version else {}
    found |= {"homepage": home} if home else {}
    return found | ({"comment": comment} if comment else {})


def file_entry(path: Path) -> dict:
    data = path.read_bytes()
    return {
        "SPDXID": identifier("File", path.name),
        "fileName": f"./{path.name}",
        "checksums": [
            {"algorithm": kind.upper(), "checksumValue": hashlib.new(kind, data).hexdigest()}
            for kind in ("sha1", "sha256")
        ],
        "licenseConcluded": NONE,
        "licenseInfoInFiles": [NONE],
        "copyrightText": NONE,
    }


def relation(one: str, kind: str, other: str) -> dict:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def make(files: list[Path], version: str, date: int) -> dict:
    """version: of the project; date: of the commit."""
    own = identifier("Package", "hvsmp")
    packages = [package("hvsmp", version, "MIT", "")]
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", own)]
    relations += [relation(identifier("File", f.name), "GENERATED_FROM", own) for f in files]
    for name, debian, licence, home, comment, inside in PARTS:
        comment += f"; the version is that of Debian's package {debian}"
        packages.append(package(name, package_version(debian), licence, home, comment))
        relations += [
            relation(identifier("File", f.name), "CONTAINS", packages[-1]["SPDXID"])
            for f in files
            if f.suffix in (".efi", ".img", ".iso", ".vhd", ".vhdx") and f.name.startswith(inside)
        ]
    for name, licence, home in HEADERS:
        packages.append(package(name, package_version(name), licence, home, "headers only"))
        relations.append(relation(packages[-1]["SPDXID"], "BUILD_DEPENDENCY_OF", own))
    for name in TOOLS:
        if found := package_version(name):
            packages.append(package(name, found, NONE, ""))
            relations.append(relation(packages[-1]["SPDXID"], "BUILD_TOOL_OF", own))
    entries = [file_entry(f) for f in files]
    digest = hashlib.sha256(json.dumps([packages, entries]).encode()).hexdigest()
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"hvsmp-{version}",
        "documentNamespace": f"https://hvsmp.invalid/spdx/{version}/{digest}",
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date)),
            "creators": ["Tool: hvsmp make dist"],
        },
        "packages": packages,
        "files": entries,
        "relationships": relations,
    }
