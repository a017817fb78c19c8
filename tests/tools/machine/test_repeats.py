# SPDX-License-Identifier: MIT
"""repeats.py: what is repeated is told from what was said, and held against it."""
import unittest

from tools.machine import repeats

FIRST = ["hvsmp v1: image at 0x1", "clock", '@report {"verdict":"ok"}', "verdict: ok - 1 of 1", ""]
MARK = "repeated, {} of 60, every 5 s: hvsmp v1, options: repeat=5"
AGAIN = FIRST[1:]


def said(*blocks):
    lines = list(FIRST)
    for number, block in enumerate(blocks, 1):
        lines += [MARK.format(number), *block]
    return lines


class RepeatsTest(unittest.TestCase):
    def check(self, lines, due=2):
        return repeats.check(lines, due, "log=quiet repeat=5")

    def test_good(self):
        self.assertEqual(self.check(said(AGAIN, AGAIN)), [])
        self.assertEqual(self.check(said(AGAIN, AGAIN[:-1])), [])  # ended right behind it
        self.assertEqual(self.check(FIRST, 0), [])

    def test_split(self):
        first, again = repeats.split(said(AGAIN, AGAIN))
        self.assertEqual(first, FIRST)
        self.assertEqual([block[1:] for block in again], [AGAIN, AGAIN])
        self.assertEqual(repeats.split(FIRST), (FIRST, []))

    def test_halts_when_all_have_come(self):
        self.assertFalse(repeats.said(said(AGAIN, AGAIN[:2]), 2))
        self.assertTrue(repeats.said(said(AGAIN, AGAIN), 2))

    def test_bad(self):
        for lines, says in (
            (said(AGAIN), "1 repetitions, must be 2"),
            (said(AGAIN, ["clock", "", *AGAIN[1:]]), "repetition 2 is not what was said first"),
            (said(AGAIN, AGAIN[2:]), "repetition 2 has no line for programs"),
            (said(AGAIN, []), "repetition 2 is not"),
            ([line.replace("2 of", "3 of") for line in said(AGAIN, AGAIN)], "must say 2 of 60"),
            ([line.replace("y 5 s", "y 6 s") for line in said(AGAIN, AGAIN)], "every 5 s"),
        ):
            with self.subTest(says=says):
                self.assertIn(says, "\n".join(self.check(lines)))


if __name__ == "__main__":
    unittest.main()
