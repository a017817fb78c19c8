#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unit tests of wings.py: each rule must turn red."""
import unittest

from tools.check import wings

RULES = {
    "order": ["loader", "vmm", "calls", "base"],
    "circle": 3,
    "headers": ["stdint.h"],
    "more_headers": {"loader": ["efi.h"]},
}
# As nm -A prints it: a function, data, a local function, what is used.
SYMBOLS = """\
vmm/run.c.o:0000000000000000 T run_vp
vmm/run.c.o:                 U exits_handle
vmm/run.c.o:                 U memcpy
vmm/exits.c.o:0000000000000000 T exits_handle
vmm/exits.c.o:0000000000000010 t run_vp
vmm/exits.c.o:                 U hv
vmm/state.c.o:0000000000000000 D hv
log.c.o:0000000000000000 T log_emit
"""


def ring(count: int) -> wings.Graph:
    return {f"vmm/{i}.c": {f"vmm/{(i + 1) % count}.c"} for i in range(count)}


class SymbolsTest(unittest.TestCase):
    def test_the_graph_is_read_from_nm(self):
        self.assertEqual(wings.graph_of(SYMBOLS), {
            "vmm/run.c": {"vmm/exits.c"}, "vmm/exits.c": {"vmm/state.c"}, "vmm/state.c": set(),
            "log.c": set(),
        })

    def test_downward_is_right_and_upward_is_not(self):
        good = {"loader/main.c": {"vmm/run.c", "log.c"}, "vmm/run.c": {"calls/map.c"},
                "calls/map.c": set(), "log.c": set()}
        self.assertEqual(wings.judge_symbols(good, RULES), [])
        bad = {**good, "log.c": {"vmm/run.c"}}
        self.assertIn("log.c uses vmm/run.c, which is above it", wings.judge_symbols(bad, RULES))

    def test_circles_of_three_are_borne_and_of_four_are_not(self):
        self.assertEqual(wings.judge_symbols(ring(3), RULES), [])
        found = wings.judge_symbols(ring(4), RULES)
        self.assertEqual(found, ["a circle of 4 files: vmm/0.c vmm/1.c vmm/2.c vmm/3.c"])

    def test_two_circles_that_meet_are_one(self):
        graph = {"vmm/a.c": {"vmm/b.c", "vmm/c.c"}, "vmm/b.c": {"vmm/a.c"},
                 "vmm/c.c": {"vmm/d.c"}, "vmm/d.c": {"vmm/a.c"}, "vmm/e.c": {"vmm/a.c"}}
        self.assertEqual(wings.find_circles(graph), [["vmm/a.c", "vmm/b.c", "vmm/c.c", "vmm/d.c"]])

    def test_a_folder_that_is_no_wing_is_an_error(self):
        with self.assertRaises(ValueError):
            wings.judge_symbols({"attic/a.c": {"log.c"}}, RULES)


class IncludesTest(unittest.TestCase):
    def judge(self, line: str, path: str = "vmm/run.c") -> list[str]:
        return wings.judge_includes(path, f"/* */\n{line}\n", RULES)

    def test_what_stands_below_may_be_included(self):
        for line in ('#include "tests/refhv/vmm/run.h"', '#include "tests/refhv/calls/call.h"',
                     '#include "tests/refhv/log.h"', "#include <stdint.h>"):
            self.assertEqual(self.judge(line), [])
        self.assertEqual(self.judge("#include <efi.h>", "loader/boot.h"), [])

    def test_everything_else_may_not(self):
        for line, why in (
            ('#include "tests/refhv/loader/boot.h"', "above"),
            ('#include "run.h"', "not a header of"),
            ('#include "hv/tlfs.h"', "not a header of"),
            ('#  include "lib/log.h"', "not a header of"),
            ("#include <efi.h>", "does not give"),
        ):
            found = self.judge(line)
            self.assertEqual(len(found), 1, line)
            self.assertIn(why, found[0])


if __name__ == "__main__":
    unittest.main()
