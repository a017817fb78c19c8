# SPDX-License-Identifier: MIT
"""An Azure of one process: az in a function, and on loopback the store that pages are put into.

They keep the rules that spec and documents tell of: a group must be there, a disk is attached only
when its SAS is revoked and all of it was put, the log is there once diagnostics are on.
"""
import itertools
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import az


class Store(ThreadingHTTPServer):
    """Put Page and one log. What it answers otherwise is in `answers`, one after the other."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.ranges, self.wrong, self.answers = bytearray(), [], [], []
        self.granted, self.logs, self.log_status = False, [], 200
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}?sv=1&sig=a%2Fb"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status: int, body: bytes = b"", code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("x-ms-error-code", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def complaint(self, data: bytes) -> str:
        """What the documents forbid of this request."""
        get, server = self.headers.get, self.server
        bounds = re.fullmatch(r"bytes=(\d+)-(\d+)", get("x-ms-range", ""))
        if not bounds:
            return "no x-ms-range"
        first, last = int(bounds[1]), int(bounds[2])
        checks = {
            "comp=page": self.path.endswith("&comp=page"),
            "page-write": get("x-ms-page-write") == "update",
            "version": get("x-ms-version", "") >= "2018-03-28",
            "aligned": first % 512 == 0 and (last + 1) % 512 == 0,
            "length": len(data) == last - first + 1 == int(get("Content-Length", -1)),
            "4 MiB": len(data) <= 4 << 20,
            "inside": last < len(server.pages),
            "sig": "sig=a%2Fb" in self.path,
        }
        return ", ".join(name for name, good in checks.items() if not good)

    def do_PUT(self):
        server = self.server
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if server.answers:
            status, code, message = server.answers.pop(0)
            if status != 201:
                body = f"<?xml?><Error><Message>{message}\nid</Message></Error>".encode()
                return self.answer(status, body, code)
        if not server.granted:
            return self.answer(403, code="AuthenticationFailed")
        if wrong := self.complaint(data):
            server.wrong.append(wrong)
            return self.answer(400, code="InvalidHeaderValue")
        first = int(re.search(r"=(\d+)-", self.headers["x-ms-range"])[1])
        server.pages[first : first + len(data)] = data
        server.ranges.append((first, len(data)))
        return self.answer(201)

    def do_GET(self):
        server = self.server
        if server.log_status != 200:
            return self.answer(server.log_status)
        if not server.logs:
            return self.answer(404)
        log = server.logs.pop(0) if len(server.logs) > 1 else server.logs[0]
        return self.answer(200, log)


class Azure:
    """az.call's stand-in. before, after: what is done at a command, such as to raise a signal."""

    SKU = {
        "name": "Standard_B2ats_v2", "restrictions": [],
        "capabilities": [{"name": "HyperVGenerations", "value": "V1,V2"},
                         {"name": "CpuArchitectureType", "value": "x64"}],
    }  # fmt: skip

    def __init__(self, store: Store, image: bytes):
        self.store, self.image = store, image
        self.called, self.lines, self.errors = [], [], {}
        self.before, self.after = {}, {}
        self.group = self.disk = self.machine = None
        self.is_granted = self.has_diagnostics = False
        self.skus = [self.SKU]
        self.security = None
        self.sas_key = "accessSas"
        self.raw_log = None

    def call(self, line, seconds, whole=False, raw=False):
        assert 0 < seconds <= 3600
        command = " ".join(itertools.takewhile(lambda word: word[0] != "-", line[1:]))
        self.called.append(command)
        self.lines.append(line)
        if command in self.before:
            self.before[command]()
        if error := self.errors.get(command):
            said = error.pop(0) if isinstance(error, list) else error
            if isinstance(said, Exception):
                raise said
            if said:
                raise az.Failed(f"{' '.join(line)}\n  {said}\n  -> {az.hint(said)}", said)
        result = getattr(self, command.replace(" ", "_").replace("-", "_"))(line)
        if command in self.after:
            self.after[command]()
        return (self.raw_log or b"") if raw else json.loads(json.dumps(result))

    @staticmethod
    def need(condition, said: str) -> None:
        if not condition:
            raise az.Failed(said, said)

    @staticmethod
    def option(line, name):
        return line[line.index(name) + 1]

    def account_show(self, _):
        return {"name": "Pay-As-You-Go", "id": "0"}

    def group_exists(self, _):
        return bool(self.group)

    def vm_list_skus(self, _):
        return self.skus

    def group_create(self, line):
        self.group = self.option(line, "-n")

    def disk_create(self, line):
        self.need(self.group, "ResourceGroupNotFound")
        size = int(self.option(line, "--upload-size-bytes"))
        self.need(size == len(self.image), "uploadSizeBytes must count the footer")
        self.need(self.option(line, "--hyper-v-generation") == "V2", "hypervisor generation")
        self.disk = line
        self.store.pages = bytearray(size)

    def disk_grant_access(self, _):
        self.need(self.disk, "ResourceNotFound")
        self.is_granted = self.store.granted = True
        return {self.sas_key: self.store.url("disk")}

    def disk_revoke_access(self, _):
        self.is_granted = self.store.granted = False

    def disk_update(self, line):
        self.need(not self.is_granted, "ActiveUpload")

    def vm_create(self, line):
        self.need(self.disk and not self.is_granted, "the disk is in the state ActiveUpload")
        assert not {"--image", "--admin-username", "--enable-secure-boot"} & set(line)
        self.machine = line

    def vm_show(self, _):
        return {"name": "hvsmp-vm", "securityProfile": self.security}

    def vm_boot_diagnostics_enable(self, _):
        self.need(self.machine, "ResourceNotFound")
        self.has_diagnostics = True

    def vm_boot_diagnostics_get_boot_log_uris(self, _):
        self.need(self.has_diagnostics, "diagnostics are not on")
        return {"serialConsoleLogBlobUri": self.store.url("log")}

    def vm_boot_diagnostics_get_boot_log(self, _):
        self.need(self.has_diagnostics and self.raw_log is not None, "BlobNotFound")

    def group_delete(self, _):
        self.group = self.disk = self.machine = None
        self.is_granted = self.store.granted = False

    def group_wait(self, _):
        pass
