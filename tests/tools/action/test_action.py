# SPDX-License-Identifier: MIT
"""action.yml, its scripts and its document say the same; what the scripts do with each input."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tools import ROOT
from tools.action import steps

TEXT = steps.FILE.read_text()
RUN_PY = """import json, os, sys
from pathlib import Path
out = Path(sys.argv[sys.argv.index("--out") + 1])
(out / "words.json").write_text(json.dumps(sys.argv[1:]))
(out / "disk.img").write_text("big")
(out / "refhv.log").write_text(os.environ.get("LOG", "refhv: start x\\n"))
sys.exit(int(os.environ.get("CODE", "0")))
"""


class FileTest(unittest.TestCase):
    def test_every_input_is_used_and_told_of(self):
        document = (ROOT / "docs/action.md").read_text()
        used = set(re.findall(r"inputs\.(\w+)", TEXT))
        self.assertEqual(used, set(steps.inputs(TEXT)))
        rows = dict(re.findall(r"^\| `(\w+)` \|(.*?)\|", document, re.MULTILINE))
        for name, default in steps.inputs(TEXT).items():
            self.assertEqual(rows[name].strip(), f"`{default}`" if default else "", name)

    def test_every_variable_is_set_and_read(self):
        boot = (ROOT / "scripts/action/boot.sh").read_text()
        (step,) = [step for step in steps.steps(TEXT) if step.env]
        self.assertEqual(set(step.env), set(re.findall(r"HVSMP_[A-Z]+", boot)) - {"HVSMP_"})

    def test_outputs_are_written(self):
        boot = (ROOT / "scripts/action/boot.sh").read_text()
        for name in re.findall(r"steps\.boot\.outputs\.(\w+)", TEXT):
            self.assertIn(f'echo "{name}=', boot)

    def test_scripts_are_there(self):
        for step in steps.steps(TEXT):
            if step.run:
                path = ROOT / step.run.rpartition('"')[2].lstrip("/")
                self.assertTrue(os.access(path, os.X_OK), path)
            else:
                self.assertRegex(step.uses, r"^actions/[a-z-]+@v\d+$")

    def test_what_is_not_understood_is_refused(self):
        for old, new in (
            ("using: composite", "using: node20"),
            ("      shell: bash\n", ""),
            ('    default: "4"', '    deafult: "4"'),
            ("description: processors", "description: a: b"),
            ("inputs:", "imputs:"),
        ):
            with self.subTest(new=new), self.assertRaises(ValueError):
                text = TEXT.replace(old, new, 1)
                steps.inputs(text)
                steps.steps(text)

    def test_expressions(self):
        self.assertEqual(steps.fill("a ${{ x.y }}/b", {"x.y": "1"}), "a 1/b")
        with self.assertRaises(KeyError):
            steps.fill("${{ x.z }}", {"x.y": "1"})

    def test_unknown_inputs(self):
        with self.assertRaisesRegex(ValueError, "no such inputs"):
            steps.run({"programme": "x"}, Path("."), Path("."))


class BootTest(unittest.TestCase):
    """boot.sh with another run.py: nothing boots."""

    def setUp(self):
        self.tmp = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tree = self.tmp / "a tree"
        shutil.copytree(ROOT / "scripts/action", self.tree / "scripts/action")
        (self.tree / "scripts/action/prepare.sh").write_text("#!/bin/bash\n")
        (self.tree / "scripts/run.py").write_text(RUN_PY)
        self.enterContext(mock.patch.object(steps, "ROOT", self.tree))

    def run_it(self, code: int = 0, log: str = "refhv: start x\n", **given: str):
        temp = self.tmp / "temp"
        shutil.rmtree(temp, ignore_errors=True)
        temp.mkdir()
        real = subprocess.run
        self.said = ""

        def run(command, **how):
            done = real(command, capture_output=True, text=True, **how)
            self.said += done.stdout + done.stderr
            return done

        with mock.patch.dict(os.environ, CODE=str(code), LOG=log), mock.patch.object(
            subprocess, "run", run
        ), mock.patch("builtins.print"):
            return steps.run(given, temp, self.tmp)

    def words(self) -> list[str]:
        return json.loads((self.tmp / "temp/hvsmp/words.json").read_text())

    def test_guest(self):
        code, outputs, summary = self.run_it(
            1, program="x y.efi", args="console=ttyS0 it's \"$HOME\" -x", smp="2"
        )
        self.assertEqual(code, 0, self.said)
        self.assertEqual(outputs, {"status": "1", "logs": str(self.tmp / "temp/hvsmp")})
        self.assertIn("x y.efi under the reference hypervisor", summary)
        words = self.words()
        self.assertEqual(words[words.index("--guest") + 1], "x y.efi")
        self.assertIn("--args=console=ttyS0 it's \"$HOME\" -x", words)
        self.assertEqual(words[words.index("--smp") + 1], "2")
        self.assertEqual(words[words.index("--refhv") + 1], "preset=guests")
        self.assertFalse((self.tmp / "temp/hvsmp/disk.img").exists())

    def test_exit_codes(self):
        for code, good, due in ((0, "0 1", 0), (1, "0 1", 0), (3, "0 1", 1), (252, "0 1", 1),
                                (3, "3", 0), (0, "3", 1), (10, "0 1", 1)):  # fmt: skip
            status, outputs, _ = self.run_it(code, program="x", good=good)
            self.assertEqual((status, outputs["status"]), (due, str(code)), (code, good))
            if due:
                self.assertIn(f"exit code {code}, must be one of: {good} ", self.said)

    def test_violations_are_told(self):
        log = "refhv: start x\n" + "refhv: violation vp=1 what=hole\n" * 2
        _, _, summary = self.run_it(252, log, program="x")
        self.assertIn("Exit code 252, 2 violations", summary)
        self.assertIn("```\nrefhv: violation vp=1 what=hole\n", summary)

    def test_conformance(self):
        status, _, _ = self.run_it(1, mode="conformance", options="log=quiet", refhv="")
        self.assertEqual(status, 1)
        self.assertIn("--cmdline=mode=conformance log=quiet", self.words())
        self.assertNotIn("--guest", self.words())
        self.assertEqual(self.run_it(0, mode="conformance")[0], 0)

    def test_what_cannot_be(self):
        self.assertEqual(self.run_it(mode="other")[0], 1)
        self.assertIn("must be guest or conformance", self.said)
        self.assertEqual(self.run_it()[0], 1)
        self.assertIn("mode guest wants program:", self.said)


if __name__ == "__main__":
    unittest.main()
