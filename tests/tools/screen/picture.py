# SPDX-License-Identifier: MIT
"""Pictures of the machine's screen: from QEMU, as PNG, and read back into characters.

picture.py FILE.ppm FILE.png makes the one from the other.

Standard library only. read_cells() is exact: a picture of which one pixel is not what a character
of the font in two colours of the palette would give is refused, and the place named.
"""
import re
import struct
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from tools.machine import qmp
from tools.screen import font


class PictureError(Exception):
    """There is no picture, or it is not one of the kernel's screen; the message says why."""


@dataclass
class Picture:
    width: int
    height: int
    pixels: bytes  # RGB


def take(socket: Path, file: Path, seconds: float = 10) -> Picture:
    """Ask the QEMU that listens on this socket for a picture of its screen."""
    file.unlink(missing_ok=True)
    try:
        with qmp.Monitor(socket, seconds) as monitor:
            monitor.call("screendump", filename=str(file.resolve()))
        data = file.read_bytes()
    except (OSError, ValueError) as e:
        raise PictureError(f"QEMU takes no picture: {e or type(e).__name__}") from None
    return read_ppm(data)


def read_ppm(data: bytes) -> Picture:
    """A binary PPM as QEMU writes it."""
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    if not header:
        raise PictureError("not a PPM file of three bytes a pixel")
    width, height = int(header[1]), int(header[2])
    pixels = data[header.end() :]
    if width * height == 0 or len(pixels) != 3 * width * height:
        raise PictureError(f"a PPM file of {len(data)} bytes has no {width}x{height} pixels")
    return Picture(width, height, pixels)


def write_png(picture: Picture, file: Path) -> None:
    """As PNG: with a palette where 256 colours do, which makes text small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    stride = 3 * picture.width
    lines = [picture.pixels[y * stride : (y + 1) * stride] for y in range(picture.height)]
    pixels = {line[x : x + 3] for line in set(lines) for x in range(0, stride, 3)}
    palette = b""
    kind = 2  # RGB
    if len(pixels) <= 256:
        numbers = {pixel: i for i, pixel in enumerate(sorted(pixels))}
        palette = chunk(b"PLTE", b"".join(sorted(pixels)))
        kind = 3  # indexes
        lines = [bytes(numbers[line[x : x + 3]] for x in range(0, stride, 3)) for line in lines]
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    file.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette
        + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def read_png(data: bytes) -> Picture:
    """A PNG file of write_png's; of others those that are as plain."""
    chunks, at = {}, 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        chunks[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + size]
        at += 12 + size
    try:
        width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
        raw = zlib.decompress(chunks[b"IDAT"])
    except (KeyError, struct.error, zlib.error) as e:
        raise PictureError(f"not a PNG file: {e}") from None
    step = 1 + width * (3 if form[1] == 2 else 1)
    rows = [raw[y * step + 1 : (y + 1) * step] for y in range(height)]
    known = form in ([8, 2, 0, 0, 0], [8, 3, 0, 0, 0])
    if not known or len(raw) != step * height or any(raw[::step]):
        raise PictureError("a PNG file of a kind that is not read here")
    if form[1] == 3:
        palette = chunks[b"PLTE"]
        colours = [palette[i : i + 3] for i in range(0, len(palette), 3)]
        rows = [b"".join(colours[i] for i in row) for row in rows]
    return Picture(width, height, b"".join(rows))


# --- back to characters -------------------------------------------------------------------------

# screen/raster.c has the same colours under the same names.
PALETTE = {
    "paper": 0x0F1419, "ink": 0xC9D1D9, "bright": 0xFFFFFF, "dim": 0x6E7A87,
    "good": 0x3FD6A0, "warn": 0xF0C542, "bad": 0xFF7B54, "panic": 0x7A0C12,
    "tile-ink": 0x0B0F13, "soft-hv": 0x1B6594, "soft-sipi": 0x07553D, "idle": 0x27303A,
    "boot": 0xE4E8EC, "hv": 0x56B4E9,
    "sipi": 0x1DB386, "starting": 0xF0E442, "missing": 0xE8641B, "odd": 0xE69F00,
    "mismatch": 0xCC79A7,
}  # fmt: skip
MARGIN_PAPERS = ("paper", "panic")


@dataclass(frozen=True)
class Cell:
    char: str
    ink: str  # "" where nothing is to be seen of it
    paper: str
    gaps: int = 0  # seams: 1 on the right, 2 below


def expand(glyph: bytes, width: int, height: int) -> list[list[bool]]:
    row_bytes = (width + 7) // 8
    return [
        [bool(glyph[y * row_bytes + x // 8] & 0x80 >> x % 8) for x in range(width)]
        for y in range(height)
    ]


class Reader:
    """Reads pictures of one size. The font is the largest that leaves 99 columns and 36 rows."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        for f in reversed(font.load()):
            self.columns, self.rows = (width - f.width) // f.width, (height - f.width) // f.height
            if self.columns >= 99 and self.rows >= 36:
                break
        self.font = f
        self.left = (width - self.columns * f.width) // 2
        self.top = (height - self.rows * f.height) // 2
        self.seam = 1 if f.width < 16 else 2
        self.colours = {struct.pack(">I", rgb)[1:]: name for name, rgb in PALETTE.items()}
        self.known = {}  # pixels of a cell, as they are in the picture: its meaning
        self.shapes = {}  # which pixels are ink, without the seams: the character
        for char in font.GLYPHS:
            ink = expand(f.glyphs[char], f.width, f.height)
            for gaps in range(4):
                self.shapes.setdefault((gaps, self.shape(ink, gaps)), char)

    def body(self, gaps: int) -> tuple[int, int]:
        return self.font.width - self.seam * (gaps & 1), self.font.height - self.seam * (gaps >> 1)

    def shape(self, ink: list[list[bool]], gaps: int) -> tuple:
        width, height = self.body(gaps)
        return tuple(tuple(line[:width]) for line in ink[:height])

    def explain(self, lines: tuple[bytes, ...]) -> Cell | None:
        """Which character in which colours, with which seams, gives these pixels?"""
        names = [
            [self.colours.get(line[x : x + 3]) for x in range(0, len(line), 3)] for line in lines
        ]
        if any(name is None for line in names for name in line):
            return None
        for gaps in range(4):
            width, height = self.body(gaps)
            seam = [n for line in names[height:] for n in line]
            seam += [n for line in names for n in line[width:]]
            body = [line[:width] for line in names[:height]]
            colours = {name for line in body for name in line}
            if set(seam) - {"paper"} or len(colours) > 2:
                continue
            for paper in colours:
                ink = tuple(tuple(name != paper for name in line) for line in body)
                char = self.shapes.get((gaps, ink))
                if char is not None:
                    return Cell(char, *(colours - {paper} or {""}), paper, gaps)
        return None

    def cells(self, p: Picture) -> list[list[Cell]]:
        """Rows of cells; PictureError names the first place that is no character."""
        if (p.width, p.height) != (self.width, self.height):
            raise PictureError(
                f"the picture has {p.width}x{p.height} pixels, not {self.width}x{self.height}"
            )
        stride, w, h = 3 * p.width, self.font.width, self.font.height
        margin = self.check_margins(p)
        rows = []
        for row in range(self.rows):
            rows.append([])
            for column in range(self.columns):
                at = (self.top + row * h) * stride + 3 * (self.left + column * w)
                lines = tuple(p.pixels[at + y * stride : at + y * stride + 3 * w] for y in range(h))
                if lines not in self.known:
                    self.known[lines] = self.explain(lines)
                if self.known[lines] is None:
                    raise PictureError(f"what stands at column {column}, row {row} is no character")
                rows[-1].append(self.known[lines])
        if margin == "panic" and any(cell.paper != margin for line in rows for cell in line):
            raise PictureError("a red margin round a screen that is not all red")
        return rows

    def check_margins(self, p: Picture) -> str:
        """All pixels outside the cells are of one colour, paper or panic's."""
        stride, right = 3 * p.width, 3 * (self.left + self.columns * self.font.width)
        bottom = self.top + self.rows * self.font.height
        first = p.pixels[:3]
        whole, part = first * p.width, (first * self.left, first * (p.width - right // 3))
        for y in range(p.height):
            line = p.pixels[y * stride : (y + 1) * stride]
            outside = self.top <= y < bottom and (line[: 3 * self.left], line[right:]) != part
            if outside or (not self.top <= y < bottom and line != whole):
                raise PictureError(f"line {y}: the margin is not of one colour")
        name = self.colours.get(first)
        if name not in MARGIN_PAPERS:
            raise PictureError(f"the margin is #{first.hex()}")
        return name


def text_of(row: list[Cell]) -> str:
    return "".join(cell.char for cell in row).rstrip()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: picture.py FILE.ppm FILE.png")
    try:
        write_png(read_ppm(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))
    except (OSError, PictureError) as e:
        sys.exit(f"picture.py: {e}")
