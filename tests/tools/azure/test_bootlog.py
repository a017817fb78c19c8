# SPDX-License-Identifier: MIT
"""bootlog.py: every way in which a boot log has been seen to come, and what is no report."""
import json
import unittest
from pathlib import Path

from tools.azure import SCRIPTS

import bootlog

REPORT = r'@report {"schema":"hvsmp-report/2","verdict":"ok","warnings":["a \"b\" \\ \u0007"]}'
TEXT = f"BdsDxe: x\r\nhvsmp v1\r\n{REPORT}\r\n\r\n apic\r\n    0\r\nverdict: ok - 1 of 1\r\n"
WARNING = 'a "b" \\ \a'


class LinesTest(unittest.TestCase):
    def test_it_is_the_script_s(self):
        self.assertEqual(Path(bootlog.__file__).parent, SCRIPTS)

    def check(self, raw: bytes):
        result = bootlog.Result(bootlog.lines(raw))
        self.assertEqual(result.report["warnings"], [WARNING])
        self.assertEqual(result.table, ["", " apic", "    0", "verdict: ok - 1 of 1"])
        self.assertTrue(result.is_whole())

    def test_as_it_is(self):
        self.check(TEXT.encode())

    def test_zeros_and_bytes_of_no_text(self):
        self.check(b"\xff\xfe\0\0" + TEXT.replace("\r", "\0\r").encode() + b"\0" * 4096)

    def test_terminal_control(self):
        self.check(b"\x1b[2J\x1b[01;01H\x1b[=3h" + TEXT.encode())

    def test_escaped_by_az(self):
        for escaped in (
            json.dumps(TEXT + "\0"),
            json.dumps(TEXT + "\0") + "\r\n",
            repr(TEXT.encode() + b"\0"),
            json.dumps(TEXT)[1:-1],
        ):
            with self.subTest(escaped=escaped[:20]):
                self.check(escaped.encode())

    def test_lone_carriage_returns(self):
        self.assertEqual(bootlog.lines(b"a\rb\r\nc"), ["a", "b", "c"])


class ResultTest(unittest.TestCase):
    def result(self, *said: str) -> bootlog.Result:
        return bootlog.Result(list(said))

    def test_the_last_whole_one_counts(self):
        degraded = REPORT.replace('"ok"', '"degraded"')
        verdict = "verdict: degraded - 1 of 2"
        result = self.result(REPORT, "verdict: ok - 1", degraded, "table", verdict, REPORT[:-9])
        self.assertEqual(result.report["verdict"], "degraded")
        self.assertEqual(result.table, ["table", verdict])

    def test_what_is_none(self):
        for line in (
            REPORT[:-1], "@report []", "@report {}", REPORT.replace("hvsmp-", "x-"),
            REPORT.replace('"ok"', '"fine"'), REPORT.replace("@", ""), REPORT.replace("/2", ""),
        ):  # fmt: skip
            result = self.result(line, "verdict: ok - 1 of 1")
            self.assertIsNone(result.report, line)
            self.assertFalse(result.is_whole())

    def test_other_schemas(self):
        for kind, schema in (
            ("report", "report-arm64/1"), ("report", "report/17"), ("conformance", "conformance/2"),
            ("bench", "bench/1"),
        ):  # fmt: skip
            result = self.result(f'@{kind} {{"schema":"hvsmp-{schema}","verdict":"ok"}}')
            self.assertEqual(result.kind, kind)
            self.assertEqual(result.is_whole(), kind != "report")

    def test_a_report_waits_for_its_table(self):
        self.assertFalse(self.result(REPORT, "", " apic").is_whole())

    def test_panic(self):
        result = self.result("PANIC: nothing goes")
        self.assertEqual(result.panic, "nothing goes")
        self.assertTrue(result.is_whole())


if __name__ == "__main__":
    unittest.main()
