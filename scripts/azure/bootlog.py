# SPDX-License-Identifier: MIT
"""What the machine has said: from the raw boot log to the report of the kernel.

az prints a boot log of managed storage with its line ends, quotes and zeros as escapes (azure-cli
29374, 29890), and the log itself has zeros where nothing came yet.
"""
import json
import re

ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([rntbf0"'\\/]))""")
NAMED = {"r": "\r", "n": "\n", "t": "\t", "b": "\b", "f": "\f", "0": "\0"}
TERMINAL = re.compile(r"\x1b(?:\[[0-9;?=]*[ -/]*[@-~]|[()][A-Za-z0-9]|[=>78c])")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MACHINE_LINE = re.compile(r"@(report|conformance|bench) (\{.*\})$")
SCHEMA = re.compile(r"hvsmp-(report|report-arm64|conformance|bench)/\d+")
VERDICT = re.compile(r"verdict: (ok|degraded|failed)\b")
PANIC = re.compile(r"PANIC: (.*)")
EXIT_CODES = {"ok": 0, "degraded": 2, "failed": 3}


def unescape(match: re.Match) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else NAMED.get(match[3], match[3])


def lines(raw: bytes) -> list[str]:
    """The log as lines of text, whatever az made of it."""
    text = raw.decode("utf-8", "replace").replace("\0", "")
    if text.count("\\n") > text.count("\n"):
        text = re.sub(r"""^\s*b?(["'])(.*)\1\s*$""", r"\2", text, flags=re.DOTALL)
        text = ESCAPE.sub(unescape, text)
    text = TERMINAL.sub("", text).replace("\r\n", "\n")
    return [CONTROLS.sub("", line).rstrip() for line in re.split(r"[\r\n]", text)]


class Result:
    """The last whole report of a log, what was said behind it for people, and a panic."""

    def __init__(self, said: list[str]):
        self.kind, self.report, self.table, self.panic = "", None, [], ""
        at = None
        for number, line in enumerate(said):
            if (match := MACHINE_LINE.search(line)) and (report := self.parse(match[2])):
                self.kind, self.report, at = match[1], report, number
            if match := PANIC.search(line):
                self.panic = match[1]
        if at is not None:
            self.table = self.until_verdict(said[at + 1 :])

    @staticmethod
    def parse(text: str) -> dict | None:
        """A line that was cut, or has lost bytes, is none."""
        try:
            report = json.loads(text)
        except ValueError:
            return None
        if not isinstance(report, dict) or not SCHEMA.fullmatch(str(report.get("schema"))):
            return None
        return report if report.get("verdict") in EXIT_CODES else None

    @staticmethod
    def until_verdict(said: list[str]) -> list[str]:
        for number, line in enumerate(said):
            if VERDICT.match(line):
                return said[: number + 1]
        return []

    def is_whole(self) -> bool:
        return bool(self.panic or self.report and (self.table or self.kind != "report"))
