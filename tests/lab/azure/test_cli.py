# SPDX-License-Identifier: MIT
"""Each command of boot.py's dry run, before the parser of a real az. It is not run."""
import unittest

from lab.azure import cli
from tools.azure import test_boot
from tools.machine import vm

OLD = "--security-type Standard"  # an az before 2.53 does not know this word


class ParserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cli.find()
        except vm.Unusable as e:
            raise unittest.SkipTest(str(e))

    def test_every_command(self):
        commands = dict.fromkeys(
            test_boot.dry_run() + test_boot.dry_run("--size", "Standard_D2ps_v6")
        )
        self.assertGreater(len(commands), 15)
        wrong = ["az disk create -g g", "az disk conquer -n d", "az vm show -g g -n v --colour red"]
        answers = cli.complaints([f"{line} --output json" for line in [*commands, *wrong]])
        for line, answer in zip(commands, answers):
            if OLD in line and "'Standard'" in answer:
                continue
            self.assertEqual(answer, "ok", line)
        for line, answer in zip(wrong, answers[len(commands) :]):
            self.assertNotEqual(answer, "ok", line)


if __name__ == "__main__":
    unittest.main()
