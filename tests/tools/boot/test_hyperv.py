# SPDX-License-Identifier: MIT
"""scripts/hyperv as text: against its documentation and the kernel. tests/hyperv runs it."""
import gzip
import json
import re
import unittest

from tools import ROOT
from tools.boot import samples
from tools.machine import running, verdicts

SCRIPTS = ROOT / "scripts" / "hyperv"
MAIN = (SCRIPTS / "New-HvsmpVM.ps1").read_text()
SERIAL = (SCRIPTS / "serial.ps1").read_text()
PAGE = (ROOT / "docs" / "hyper-v.md").read_text()
PARTS = {path.name: path.read_text() for path in sorted(SCRIPTS.glob("*.ps1"))}
LOGS = ROOT / "tests" / "hyperv" / "logs"

FUNCTION = re.compile(r"^function ([\w-]+) \{\n.*?^\}", re.M | re.S)

HYPERV_MAX_VPS = 2048  # in one virtual machine, docs/hyper-v.md


def parameters(param: str) -> set[str]:
    """Names in a param block, which are its variables outside validation and default values."""
    flat = re.sub(r"\[(?:Validate\w+|Parameter)\(.*?\)\]\n", "", param, flags=re.S)
    flat = re.sub(r" = \(.*?\)(?=,?\n)|= '[^']*'|= \d+", "", flat)
    return set(re.findall(r"\$(\w+)", flat))


def script_parameters() -> set[str]:
    return parameters(re.search(r"^param\((.*?)^\)", MAIN, re.M | re.S)[1])


class Script(unittest.TestCase):
    def test_every_parameter_has_help_and_no_other(self):
        self.assertEqual(set(re.findall(r"^\.PARAMETER (\w+)", MAIN, re.M)), script_parameters())
        self.assertIn("ProcessorCount", script_parameters())

    def test_the_help_is_a_comment_of_its_own(self):
        # PowerShell takes no comment for help that begins with anything but a directive.
        self.assertIn("\n\n<#\n.SYNOPSIS\n", MAIN)

    def test_the_scripts_are_ascii(self):
        # Windows PowerShell reads a file without a byte order mark in the machine's code page.
        for name, text in PARTS.items():
            self.assertTrue(text.isascii(), name)

    def test_what_the_page_calls_it_with_exists(self):
        for call in re.findall(r"New-HvsmpVM\.ps1((?: -?[^`|\n]+)*)", PAGE + MAIN):
            used = set(re.findall(r"(?<= )-([A-Z]\w+)", re.sub(r"'.*?'", "''", call)))
            self.assertLessEqual(used, script_parameters() | {"Full"}, call)

    def test_as_many_processors_as_hyperv_has_and_the_kernel_takes(self):
        takes = re.search(r"SMP_MAX_CPUS = (\d+)", (ROOT / "smp" / "topology.h").read_text())[1]
        most = min(int(takes), HYPERV_MAX_VPS)
        self.assertIn(f"[ValidateRange(1, {most})]\n    [int]$ProcessorCount", MAIN)

    def test_exit_codes_are_documented_for_every_verdict(self):
        table = re.search(r"\$exitCodes = @\{(.*?)\}", MAIN)[1]
        codes = dict(re.findall(r"(\w+) = (\d+)", table))
        self.assertEqual(set(codes), set(verdicts.EXIT_VERDICTS.values()))
        for verdict, number in codes.items():
            self.assertIn(f"| {number} | the verdict is `{verdict}` |", PAGE)
            self.assertIn(verdict, re.search(r"As a script it ends with .*?\n\n", MAIN, re.S)[0])


class Reading(unittest.TestCase):
    def pattern(self, function: str, nth: int = 0) -> str:
        text = next(m[0] for m in FUNCTION.finditer(SERIAL) if m[1] == function)
        return re.findall(r"-c?(?:not)?(?:match|replace) '([^']+)'", text)[nth]

    def test_lines_are_cleaned_as_for_qemu(self):
        self.assertEqual(self.pattern("ConvertTo-HvsmpLine", 0), running.ESCAPES.pattern.decode())
        self.assertEqual(self.pattern("ConvertTo-HvsmpLine", 1), running.CONTROLS.pattern.decode())

    def test_the_end_is_the_kernels_last_line(self):
        end = re.compile(self.pattern("Test-HvsmpEnd", 0))
        for source in ("kernel/report.c", "kernel/conformance.c", "kernel/bench_table.c"):
            formats = re.findall(r'"(verdict: [^"]*?)(?:\\n)?"', (ROOT / source).read_text())
            self.assertTrue(formats, source)
            for text in formats:
                self.assertRegex(text.replace("%s", "degraded", 1), end)
        self.assertNotRegex("ok 7 - the machine's verdict is ok", end)

    def test_a_panic_is_known_by_the_kernels_words(self):
        self.assertIn('"\\nPANIC: %s\\n"', (ROOT / "kernel" / "panic.c").read_text())
        self.assertRegex("PANIC: x", self.pattern("Test-HvsmpEnd", 1))

    def test_the_schemas_and_all_their_verdicts(self):
        report = samples.good_report()
        for kind, version in verdicts.VERSIONS.items():
            schema = json.loads((ROOT / "docs" / f"{kind}.schema.json").read_text())
            self.assertEqual(schema["properties"]["schema"]["const"], f"hvsmp-{kind}/{version}")
            line = f"@{kind} {json.dumps(report)}"
            self.assertRegex(line, self.pattern("Get-HvsmpReport", 1))
            self.assertRegex(line, self.pattern("Test-HvsmpEnd", 1))
            for verdict in schema["properties"]["verdict"]["enum"]:
                self.assertIn(f"'{verdict}'", SERIAL)
            self.assertRegex(SERIAL, rf"{kind} += 'hvsmp-{kind}/{version}'")
        for name in ("online", "expected", "verdict"):
            self.assertIn(f"$report.{name}", MAIN)
            self.assertIn(name, report)

    def test_the_recorded_logs_are_of_the_kernels_schemas(self):
        kinds = {"bench": "bench", "conformance": "conformance"}
        logs = {path.name.split(".")[0]: path for path in LOGS.iterdir()}
        for name in logs.keys() - {"panic"}:
            with self.subTest(log=name, remedy="tests/hyperv/record.py " + name):
                data = logs[name].read_bytes()
                text = gzip.decompress(data) if logs[name].suffix == ".gz" else data
                lines = [running.clean_line(line) for line in text.split(b"\n")]
                verdicts.find_report(lines, kinds.get(name, "report"))


class Page(unittest.TestCase):
    def test_the_crash_codes_are_the_kernels(self):
        code_of_panic = re.search(
            r"EXIT_CODE_PANIC = (0x\w+)", (ROOT / "kernel" / "modes.h").read_text()
        )[1]
        os_id = re.search(r"HVSMP_OS_ID (0x[0-9A-F]+)", (ROOT / "hv" / "hv.h").read_text())[1]
        crash = (ROOT / "hv" / "crash.c").read_text()
        self.assertIn("{crash->code, crash->os_id, crash->image_base, 0, 0}", crash)
        self.assertIn(".os_id = HVSMP_OS_ID,", (ROOT / "kernel" / "panic.c").read_text())
        self.assertIn(f"| 0 | P0, 0x40000100 | `{code_of_panic}`", PAGE)
        self.assertIn(f"| 1 | P1, 0x40000101 | `{os_id}`", PAGE)

    def test_it_says_that_it_has_not_been_run(self):
        self.assertIn("has not been run on Hyper-V yet", PAGE)
        self.assertIn("has never run on a Hyper-V host", PAGE)
        self.assertIn("has never run on a Hyper-V host", MAIN)


if __name__ == "__main__":
    unittest.main()
