# SPDX-License-Identifier: MIT
"""Pictures of the screen: what is read back from them, and what is wrong with them."""
import struct
import tempfile
import unittest
import zlib
from pathlib import Path

from tools.screen import font, picture, screenshot

ON_TILES = " BHShs?xL-!\u00b70123456789APICV"  # a seam cuts the tails of others, as of g and q
SIZES = ((800, 600), (1024, 768), (1920, 1080), (640, 480))


def rgb(name: str) -> bytes:
    return struct.pack(">I", picture.PALETTE[name])[1:]


class Canvas:
    """A picture drawn by arithmetic of its own."""

    def __init__(self, width: int, height: int, paper: str = "paper"):
        self.reader = picture.Reader(width, height)
        self.width, self.height = width, height
        self.pixels = bytearray(rgb(paper) * (width * height))

    def put(self, column, row, char, ink="ink", paper="paper", gaps=0):
        r, f = self.reader, self.reader.font
        glyph = f.glyphs[char]
        stride = (f.width + 7) // 8
        seam = 2 if f.width == 16 else 1
        for y in range(f.height):
            bits = int.from_bytes(glyph[y * stride : (y + 1) * stride], "big")
            for x in range(f.width):
                colour = ink if bits >> (8 * stride - 1 - x) & 1 else paper
                if (gaps & 1 and x >= f.width - seam) or (gaps & 2 and y >= f.height - seam):
                    colour = "paper"
                self.dot(r.left + column * f.width + x, r.top + row * f.height + y, rgb(colour))

    def dot(self, x, y, colour: bytes):
        at = 3 * (y * self.width + x)
        self.pixels[at : at + 3] = colour

    def text(self, column, row, text, ink="ink", paper="paper"):
        for i, char in enumerate(text):
            self.put(column + i, row, char, ink, paper)

    def read(self):
        return self.reader.cells(picture.Picture(self.width, self.height, bytes(self.pixels)))


class ReaderTest(unittest.TestCase):
    def test_every_glyph_in_every_size(self):
        for size in SIZES:
            canvas = Canvas(*size)
            for i, char in enumerate(font.GLYPHS):
                canvas.put(i % 90, i // 90, char)
            for i, char in enumerate(ON_TILES):
                canvas.put(i, 2, char, "tile-ink", "hv", 3)
            rows = canvas.read()
            for i, char in enumerate(font.GLYPHS):
                ink = "" if char == " " else "ink"
                self.assertEqual(rows[i // 90][i % 90], picture.Cell(char, ink, "paper"))
            for i, char in enumerate(ON_TILES):
                cell = rows[2][i]
                self.assertEqual((cell.char, cell.paper, cell.gaps), (char, "hv", 3))

    def test_one_wrong_pixel(self):
        canvas = Canvas(800, 600)
        canvas.text(3, 2, "good")
        canvas.dot(4 + 8 * 4 + 1, 4 + 16 * 2 + 2, rgb("ink"))
        with self.assertRaisesRegex(picture.PictureError, "column 4, row 2 is no character"):
            canvas.read()

    def test_a_colour_that_is_none(self):
        canvas = Canvas(800, 600)
        canvas.dot(100, 100, b"\x10\x14\x19")  # nearly paper
        with self.assertRaisesRegex(picture.PictureError, "no character"):
            canvas.read()

    def test_swapped_colours(self):
        """Blue for red, as with the wrong pixel format: nothing is a colour of ours."""
        canvas = Canvas(800, 600)
        canvas.pixels = bytearray(rgb("paper")[::-1] * (800 * 600))
        with self.assertRaisesRegex(picture.PictureError, "the margin is #19140f"):
            canvas.read()

    def test_margins(self):
        for x, y in ((0, 300), (799, 300), (400, 0), (400, 599)):
            canvas = Canvas(800, 600)
            canvas.dot(x, y, rgb("hv"))
            with self.assertRaisesRegex(picture.PictureError, f"line {y}: the margin"):
                canvas.read()

    def test_another_size(self):
        with self.assertRaisesRegex(picture.PictureError, "has 800x600 pixels, not 1024x768"):
            picture.Reader(1024, 768).cells(picture.Picture(800, 600, bytes(800 * 600 * 3)))

    def test_text_in_a_red_margin_is_red(self):
        canvas = Canvas(800, 600, "panic")
        canvas.text(0, 0, "PANIC", "bright", "panic")
        self.assertEqual(picture.text_of(canvas.read()[0]), "PANIC")
        canvas.text(0, 1, "x", "bright", "paper")
        with self.assertRaisesRegex(picture.PictureError, "not all red"):
            canvas.read()


class FileTest(unittest.TestCase):
    def test_png(self):
        for pixels in (bytes(range(12)), bytes(i % 251 * (i % 3) & 0xFF for i in range(3 * 700))):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "x.png")
                picture.write_png(picture.Picture(len(pixels) // 6, 2, pixels), file)
                self.assertEqual(picture.read_png(file.read_bytes()).pixels, pixels)
                self.check_chunks(file.read_bytes())

    def check_chunks(self, data: bytes) -> None:
        """As other programs want them: signature, lengths, checksums."""
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        at = 8
        while at < len(data):
            (size,) = struct.unpack_from(">I", data, at)
            (crc,) = struct.unpack_from(">I", data, at + 8 + size)
            self.assertEqual(crc, zlib.crc32(data[at + 4 : at + 8 + size]))
            at += 12 + size
        self.assertEqual(at, len(data))

    def test_bad_png(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "x.png")
            picture.write_png(picture.Picture(2, 2, bytes(12)), file)
            data = file.read_bytes()
        no_data, four_bits = data.replace(b"IDAT", b"IXAT"), data.replace(b"\x08\x03", b"\x04\x03")
        for bad in (b"", data[:40], no_data, four_bits):
            with self.assertRaises(picture.PictureError):
                picture.read_png(bad)

    def test_ppm(self):
        p = picture.read_ppm(b"P6\n2 1\n255\n" + b"\n \r\t\v\f")
        self.assertEqual((p.width, p.height, p.pixels), (2, 1, b"\n \r\t\v\f"))
        for bad in (b"", b"P5\n2 1\n255\n123456", b"P6\n2 2\n255\n123456", b"P6\n0 1\n255\n"):
            with self.assertRaises(picture.PictureError):
                picture.read_ppm(bad)


class FontTest(unittest.TestCase):
    def test_sizes(self):
        for f, (width, height, *_) in zip(font.load(), font.SIZES):
            self.assertEqual((f.width, f.height), (width, height))

    def test_bad_files(self):
        for data, why in (
            (b"", "not a PSF font"),
            (b"\x36\x04\x00\x10" + bytes(256 * 16), "which characters"),
            (b"\x36\x04\x02\x10" + bytes(100), "cannot have 16 bytes"),
        ):
            with self.assertRaisesRegex(font.FontError, why):
                font.read_psf(data, "x")

    def test_missing_font_names_the_package(self):
        with self.assertRaisesRegex(font.FontError, "no-such-font.*install.*console-setup-linux"):
            font.find("no-such-font")


SERIAL = [
    "BdsDxe: starting",
    "hvsmp v1: image at 0x1000",
    "[    0.000001] warning: odd",
    '@report {"x": 1}',
    "x" * 100,
    "verdict: ok - 4 of 4 processors online",
]


class JudgementTest(unittest.TestCase):
    def rows(self, change=lambda canvas: None):
        canvas = Canvas(800, 600)
        canvas.text(0, 0, SERIAL[1])
        canvas.text(0, 1, SERIAL[2], "warn")
        canvas.text(0, 2, "x" * 99)
        canvas.text(0, 3, "x")
        canvas.text(0, 4, SERIAL[5], "good")
        change(canvas)
        return canvas.read()

    def test_same_text(self):
        self.assertEqual(screenshot.check_text(self.rows(), SERIAL), [])

    def test_its_end_is_enough(self):
        longer = SERIAL[:2] + ["scrolled out"] * 30 + SERIAL[1:]
        self.assertEqual(screenshot.check_text(self.rows(), longer), [])

    def test_other_text(self):
        for column, row, text in ((0, 0, "H"), (99 - 1, 2, "y"), (1, 3, "x"), (0, 5, "more")):
            wrong = screenshot.check_text(self.rows(lambda c: c.text(column, row, text)), SERIAL)
            self.assertTrue(wrong, (column, row, text))

    def test_other_colours(self):
        rows = ((1, SERIAL[2], "ink"), (4, SERIAL[5], "warn"), (0, SERIAL[1], "dim"))
        for row, text, ink in rows:
            wrong = screenshot.check_text(self.rows(lambda c: c.text(0, row, text, ink)), SERIAL)
            self.assertEqual(len(wrong), 1, (row, ink))
            self.assertIn(ink, wrong[0])

    def test_too_little_text(self):
        canvas = Canvas(800, 600)
        canvas.text(0, 0, SERIAL[5], "good")
        self.assertIn("1 rows of text", screenshot.check_text(canvas.read(), SERIAL)[0])

    def test_grid(self):
        canvas = Canvas(800, 600)
        canvas.text(0, 0, "hvsmp", "bright")
        canvas.put(0, 1, "H", "tile-ink", "hv")
        canvas.put(1, 1, " ", "tile-ink", "hv", 3)
        canvas.text(0, 2, "─" * 99, "dim")
        canvas.text(0, 3, "text")
        grid, text = screenshot.split(canvas.read())
        self.assertEqual((len(grid), picture.text_of(text[0])), (2, "text"))
        shown = screenshot.describe(grid)
        self.assertEqual(shown[0].split("|")[1].rstrip(), "hvsmp")
        self.assertEqual(
            shown[1:3], [" 1   0 |H| tile-ink on hv", " 1   1 | | nothing on hv right below"]
        )
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("there is no a.txt", screenshot.check_grid("a", shown, Path(folder))[0])
            Path(folder, "a.txt").write_text("\n".join(shown) + "\n")
            self.assertEqual(screenshot.check_grid("a", shown, Path(folder)), [])
            self.assertEqual(len(screenshot.check_grid("a", shown[:-1], Path(folder))), 1)
            shown[1] = shown[1].replace("hv", "sipi")
            self.assertIn("must be", screenshot.check_grid("a", shown, Path(folder))[0])


if __name__ == "__main__":
    unittest.main()
