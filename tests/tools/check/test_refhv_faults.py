#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unit tests of refhv_faults.py: how rows are read, and what a page must have."""
import unittest

from tools.check import refhv_faults

ROWS = '''
/* FAULT(a comment) */
FAULT(MAP_REPS, MAP, "", "reps", NUMBER(0, 4095), CALL, 0, NO_GROUP,
      "F21, F23", "so many; \\"0\\" is "
      "none (once)")
FAULT(MAP_UNKNOWN, MAP, "", "unknown", FLAG, APIC | CALL, APIC, ENTRY, "", "no such processor")
FAULT(NMI, NMI, "", "", IMPLIED, VP | TIMES, VP, NO_GROUP, "F75", "an NMI")
FAULT(DIES, START, "", "dies", WORDS("1", "after"), TARGET | EFFECT, CALLER, FATE, "", "")
FAULT(CR0, START, "", "cr0", REGISTER, 0, 0, FATE, "", "")
FAULT(GP, MSR, "vp_index", "gp", FLAG, 0, 0, FATE, "", "")
FAULT(STATUS, START, "", "status", NUMBER(1, UINT16_MAX), 0, 0, FATE, "", "")
'''
PAGE = """\
before
<!-- faults: map -->
| old |
<!-- end -->
<!-- faults: nmi start msr -->
<!-- end -->
"""


class FaultDocsTest(unittest.TestCase):
    def setUp(self):
        self.rows = refhv_faults.read_rows(ROWS)

    def test_a_row_is_read_whole(self):
        self.assertEqual(len(self.rows), 7)
        self.assertEqual(self.rows[0]["rows"], "F21, F23")
        self.assertEqual(self.rows[0]["text"], 'so many; "0" is none (once)')
        self.assertEqual(self.rows[0]["values"], "NUMBER(0,4095)")

    def test_a_row_with_a_column_too_few_is_an_error(self):
        with self.assertRaises(ValueError):
            refhv_faults.read_rows('FAULT(NMI, NMI, "", "", IMPLIED, VP, VP, "F75", "an NMI")\n')

    def test_each_kind_of_value_is_written_as_in_a_line(self):
        self.assertEqual([refhv_faults.knobs(row) for row in self.rows], [
            ["reps=<0..4095>"], ["unknown"], [""], ["dies", "dies=after"], ["cr0=[^]<u64>"], ["gp"],
            ["status=<u16>"],
        ])

    def test_the_page_gets_its_tables(self):
        page = refhv_faults.make_page(PAGE, self.rows)
        self.assertTrue(page.startswith("before\n<!-- faults: map -->\n| Knob | Takes |"))
        for line in ('| `reps=<0..4095>` | caller times after | so many; "0" is none (once) '
                     "| F21, F23 |",
                     "| `apic=N:unknown` | caller times after | no such processor | |",
                     "| `nmi:vp=N` | times | an NMI | F75 |",
                     "| `start:caller=N:dies`, `start:caller=N:dies=after` "
                     "| vp times after effect=1 | | |",
                     "| `msr:vp_index:gp` | | | |"):
            self.assertIn(line + "\n", page)
        self.assertNotIn("old", page)
        self.assertEqual(refhv_faults.make_page(page, self.rows), page)

    def test_a_place_without_a_table_is_an_error(self):
        with self.assertRaises(ValueError):
            refhv_faults.make_page(PAGE.replace("start ", ""), self.rows)
        with self.assertRaises(ValueError):
            refhv_faults.make_page(PAGE.replace("start ", "start acpi "), self.rows)


if __name__ == "__main__":
    unittest.main()
