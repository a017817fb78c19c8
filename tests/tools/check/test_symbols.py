# SPDX-License-Identifier: MIT
"""symbols.py, on rooms of one or two objects."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tools.check import symbols

ONE = (
    "extern int two(int); extern void *memcpy(void *, const void *, unsigned long);\n"
    "int room_one(char *to, char *from) { memcpy(to, from, 9); return two(*to); }\n"
)
TWO = "int two(int x) { return x + 1; }\n"
README = "# room\n\n```symbols\nmemcpy   copies\n```\n"


class SymbolsTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def compile(
        self, name: str, text: str, tree: str = "obj", compiler: str = "gcc"
    ) -> None:
        source = self.root / "room" / "x86_64" / f"{name}.c"
        out = self.root / tree / "room" / "x86_64" / f"{name}.c.o"
        for path in (source, out):
            path.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        options = ["-fpic", "-fno-stack-protector", "-ffreestanding"]
        subprocess.run([compiler, "-c", *options, source, "-o", out], check=True)

    def complaints(
        self, readme: str = README, trees: tuple = ("obj",), arch: str = "x86_64", **held
    ) -> list[str]:
        (self.root / "room").mkdir(exist_ok=True)
        (self.root / "room" / "README.md").write_text(readme)
        objects = [self.root / tree for tree in trees]
        return symbols.check_room(self.root, "room", held, objects, arch)

    def test_a_sound_room(self):
        self.compile("one", ONE)
        self.compile("two", TWO)
        self.assertEqual(self.complaints(), [])

    def test_what_is_not_listed(self):
        self.compile("one", ONE)
        wrong = ["room: two is not in the list of README.md; one.c needs it"]
        self.assertEqual(self.complaints(), wrong)

    def test_what_is_needed_no_more(self):
        self.compile("two", TWO)
        wrong = "room: memcpy is in the list of README.md, and nothing needs it"
        self.assertEqual(self.complaints(), [wrong])

    def test_one_compiler_may_need_less(self):
        for name, text, tree in (("one", ONE, "a"), ("two", TWO, "a"), ("two", TWO, "b")):
            self.compile(name, text, tree)
        self.assertEqual(self.complaints(trees=("a", "b")), [])

    @unittest.skipUnless(shutil.which("aarch64-linux-gnu-gcc"), "there is no aarch64-linux-gnu-gcc")
    def test_another_architecture_needs_more(self):
        self.compile("one", ONE, compiler="aarch64-linux-gnu-gcc")
        own = "```symbols aarch64\ntwo   is elsewhere\n```\n"
        more = "```symbols aarch64\ntwo   is elsewhere\nmemset   clears\n```\n"
        for extra, wrong in (
            (own, []),
            ("", ["room: two is not in the list of README.md; one.c needs it"]),
            (more, ["room: memset is in the list of README.md, and nothing needs it"]),
        ):
            self.assertEqual(self.complaints(README + extra, arch="aarch64"), wrong)

    def test_objects_of_sources_that_are_gone(self):
        self.compile("one", ONE)
        self.compile("two", TWO)
        self.compile("old", TWO)
        (self.root / "room" / "x86_64" / "old.c").unlink()
        self.assertEqual(self.complaints(), [])

    def test_the_list_itself(self):
        self.compile("two", TWO)
        self.assertEqual(self.complaints("# room\n"), ["room: README.md has no block ```symbols"])
        bare = "```symbols\nmemcpy\n```\n"
        self.assertEqual(self.complaints(bare), ["room: README.md gives no reason for memcpy"])

    def test_prefix(self):
        self.compile("one", ONE)
        self.compile("two", TWO)
        wrong = ["room: two does not begin with room_"]
        self.assertEqual(self.complaints(prefix="room_"), wrong)

    def test_constant(self):
        self.compile("one", ONE)
        self.compile("two", TWO + "static const char *const names[] = { \"a\" };\n"
                     "const char *room_name(int i) { return names[i]; }\n")  # fmt: skip
        self.assertEqual(self.complaints(constant=True), [])
        self.compile("three", "int room_count; int room_start = 3;\n")
        self.assertEqual(self.complaints(), [])
        wrong = ["room: writable data, in .data", "room: writable data, in .bss"]
        self.assertEqual(self.complaints(constant=True), wrong)

    def test_what_cannot_be_judged(self):
        self.assertIn("there are no objects", self.complaints()[0])
        self.compile("one", TWO)
        self.compile("two", TWO)
        self.assertIn("multiple definition of `two'", self.complaints()[0])
        self.assertIn("unknown keys ['prefx']", self.complaints(prefx="room_")[0])


if __name__ == "__main__":
    unittest.main()
