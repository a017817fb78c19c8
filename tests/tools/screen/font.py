# SPDX-License-Identifier: MIT
"""The screen's font: Terminus from the console fonts of the distribution, as C.

Reads PSF files (versions 1 and 2, gzipped or not) and writes the glyphs the kernel uses, in the
order of GLYPHS, to an include file of screen/font.c. Tests read pictures of the screen with the
same fonts. Standard library only. Terminus is under the SIL Open Font License 1.1.
"""
import gzip
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

PACKAGE = (
    "console-setup-linux (Debian, Ubuntu), terminus-fonts-console (Fedora) or terminus-font (Arch)"
)

# ASCII, then what else the screen draws: a line, a dot. screen/font.h has the same order.
GLYPHS = "".join(map(chr, range(0x20, 0x7F))) + "\u2500\u00b7"

# Width, height, and the file's name in Debian and elsewhere.
SIZES = [
    (6, 12, "Uni2-Terminus12x6", "ter-u12n"),
    (8, 16, "Uni2-Terminus16", "ter-u16n"),
    (12, 24, "Uni2-Terminus24x12", "ter-u24n"),
    (16, 32, "Uni2-Terminus32x16", "ter-u32n"),
]
FOLDERS = ["/usr/share/consolefonts", "/usr/lib/kbd/consolefonts", "/usr/share/kbd/consolefonts"]

PSF1_MAGIC, PSF1_512, PSF1_TABLE = b"\x36\x04", 0x01, 0x06
PSF2_MAGIC, PSF2_TABLE = b"\x72\xb5\x4a\x86", 0x01


class FontError(Exception):
    """A font is missing or is not what it should be; the message says what to do."""


@dataclass
class Font:
    width: int
    height: int
    glyphs: dict[str, bytes]  # rows of (width + 7) // 8 bytes, leftmost pixel in the highest bit


def unicode_table_1(data: bytes, count: int) -> list[str]:
    """For each glyph the characters it stands for; sequences (after 0xFFFE) are left out."""
    words = struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
    entries, entry, single = [], "", True
    for word in words:
        if word == 0xFFFF:
            entries.append(entry)
            entry, single = "", True
        elif word == 0xFFFE:
            single = False
        elif single:
            entry += chr(word)
    return entries[:count]


def unicode_table_2(data: bytes, count: int) -> list[str]:
    entries = data.split(b"\xff")[:count]
    return [entry.split(b"\xfe")[0].decode("utf-8", "replace") for entry in entries]


def read_psf(data: bytes, name: str) -> Font:
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == PSF1_MAGIC:
        mode, size = data[2], data[3]
        count = 512 if mode & PSF1_512 else 256
        width, height, start, has_table = 8, size, 4, mode & PSF1_TABLE
        read_table = unicode_table_1
    elif data[:4] == PSF2_MAGIC:
        start, flags, count, size, height, width = struct.unpack_from("<6I", data, 8)
        has_table, read_table = flags & PSF2_TABLE, unicode_table_2
    else:
        raise FontError(f"{name} is not a PSF font")
    if size != (width + 7) // 8 * height or start + count * size > len(data):
        raise FontError(f"{name}: a glyph of {width}x{height} pixels cannot have {size} bytes")
    if not has_table:
        raise FontError(f"{name} does not say which characters it has")
    glyphs = {}
    for i, characters in enumerate(read_table(data[start + count * size :], count)):
        for c in characters:
            glyphs.setdefault(c, data[start + i * size :][:size])
    return Font(width, height, glyphs)


def find(*names: str) -> Path:
    for folder in FOLDERS:
        for name in names:
            path = Path(folder, f"{name}.psf.gz")
            if path.is_file():
                return path
    raise FontError(
        f"the console font {' or '.join(names)} is missing: "
        f"install the package {PACKAGE}, or run: make deps"
    )


def load() -> list[Font]:
    """All sizes, smallest first."""
    fonts = []
    for width, height, *names in SIZES:
        path = find(*names)
        font = read_psf(path.read_bytes(), str(path))
        missing = [c for c in GLYPHS if c not in font.glyphs]
        if (font.width, font.height) != (width, height) or missing:
            raise FontError(
                f"{path}: {font.width}x{font.height} pixels, must be {width}x{height}; "
                f"without {missing}"
            )
        fonts.append(font)
    return fonts


def as_c(fonts: list[Font]) -> str:
    lines = ["/* Made by tests/tools/screen/font.py from Terminus, SIL Open Font License 1.1. */"]
    for font in fonts:
        lines.append(f"static const uint8_t glyphs_{font.width}x{font.height}[] = {{")
        for c in GLYPHS:
            lines.append("\t" + " ".join(f"0x{byte:02x}," for byte in font.glyphs[c]))
        lines.append("};")
    lines.append("const struct font fonts[FONTS] = {")
    for font in fonts:
        lines.append(f"\t{{{font.width}, {font.height}, glyphs_{font.width}x{font.height}}},")
    return "\n".join([*lines, "};", ""])


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: font.py OUTPUT", file=sys.stderr)
        return 1
    try:
        Path(sys.argv[1]).write_text(as_c(load()))
    except FontError as e:
        print(f"font: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
