# SPDX-License-Identifier: MIT
"""Secure Boot: a key, a signed image, firmware variables with the key enrolled.

    secure.py keys DIRECTORY                 make hvsmp.key, .crt (PEM) and .cer (DER), once
    secure.py sign KEY CERT IMAGE OUTPUT     the same image and key give the same bytes
    secure.py enrol CERT OUTPUT              a copy of OVMF's variables with CERT as PK, KEK and in
    db

openssl, sbsign, sbverify, faketime and efitools do the work. docs/secure-boot.md is for users.
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.image import source_date
from tools.machine import vm

NAMES = ("hvsmp.key", "hvsmp.crt", "hvsmp.cer")

# Firmware menus show the name. Nothing of the machine's own openssl.cnf counts.
REQUEST = """
[req]
prompt = no
distinguished_name = name
x509_extensions = use
[name]
CN = hvsmp Secure Boot {day}
[use]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
"""
DAYS = "3650"  # for tools that look; UEFI firmware does not

OWNER = "7d2f3c0e-5f0b-4f57-9a53-6876736d7001"  # UEFI 32.4.1, SignatureOwner: who brought a key in
ENROLLED_AT = "2026-01-01 00:00:00"  # updates of the variables must be younger


def run(tool: str, *args, at: str = "") -> None:
    """Run a tool, at another time if need be. Unusable with its own words if it fails."""
    clock = [vm.find_tool("faketime"), "-f", at] if at else []
    command = [*clock, vm.find_tool(tool), *map(str, args)]
    result = subprocess.run(
        command, capture_output=True, text=True, errors="replace", env=dict(os.environ, TZ="UTC")
    )
    if result.returncode:
        said = (result.stderr + result.stdout).strip().splitlines()
        raise vm.Unusable(f"{tool} failed with status {result.returncode}: {'; '.join(said[-3:])}")


def need_file(path: Path, name: str, hint: str) -> None:
    if not path.is_file():
        raise vm.Unusable(f"{name} {path} is not a file: {hint}")


def make_keys(where: Path) -> str:
    """An RSA key and a certificate that it signed itself. What is there is never written over."""
    there = [name for name in NAMES if (where / name).exists()]
    if there == list(NAMES):
        return f"keys: {where}/ has a key already; it is left as it is"
    if there:
        lacks = " and ".join(sorted(set(NAMES) - set(there)))
        raise vm.Unusable(
            f"{where}/ has {' and '.join(there)} but not {lacks}: bring the rest back, or move "
            "what is there away for a new key"
        )
    where.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where) as tmp:  # only its owner may look inside
        key, crt, cer = (Path(tmp) / name for name in NAMES)
        config = Path(tmp) / "request.cnf"
        config.write_text(REQUEST.format(day=time.strftime("%Y-%m-%d %H:%M", time.gmtime())))
        run("openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-sha256", "-nodes",
            "-days", DAYS, "-config", config, "-keyout", key, "-out", crt)  # fmt: skip
        run("openssl", "x509", "-in", crt, "-outform", "DER", "-out", cer)
        key.chmod(0o600)
        for public in (crt, cer):
            public.chmod(0o644)
        for name in NAMES:
            os.link(Path(tmp) / name, where / name)  # fails if somebody else was faster
    return f"keys: {where}/hvsmp.key (keep it to yourself), hvsmp.crt and hvsmp.cer (to enrol)"


def sign(key: Path, cert: Path, image: Path, out: Path) -> None:
    """sbsign writes the time into the signature and has no option for it: it sees the commit's."""
    hint = "make one with `make keys`, or give SIGN_KEY= and SIGN_CERT= (PEM)"
    need_file(key, "the key", hint)
    need_file(cert, "the certificate", hint)
    need_file(image, "the image", "make it first")
    date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(source_date.find()[0]))
    with tempfile.TemporaryDirectory(dir=out.parent) as tmp:
        made = Path(tmp) / out.name
        run("sbsign", "--key", key, "--cert", cert, "--output", made, image, at=date)
        run("sbverify", "--cert", cert, made)
        if not out.exists() or out.read_bytes() != made.read_bytes():
            os.replace(made, out)


def enrol(cert: Path, out: Path) -> None:
    """Written from outside: the firmware finds a platform key, so Secure Boot is on at once."""
    need_file(cert, "the certificate", "make one with `make keys`, or give SIGN_CERT= (PEM)")
    template = vm.find_firmware(pairs=vm.SECURE_FIRMWARE)[1]
    with tempfile.TemporaryDirectory(dir=out.parent) as tmp:
        made, siglist = Path(tmp) / out.name, Path(tmp) / "cert.esl"
        made.write_bytes(template.read_bytes())
        run("cert-to-efi-sig-list", "-g", OWNER, cert, siglist)
        for variable in ("db", "KEK", "PK"):
            run("flash-var", "-t", ENROLLED_AT, made, variable, siglist)
        os.replace(made, out)


COMMANDS = {"keys": (make_keys, 1), "sign": (sign, 4), "enrol": (enrol, 2)}


def main() -> int:
    command, count = COMMANDS.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if not command or len(sys.argv) != 2 + count:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        said = command(*map(Path, sys.argv[2:]))
    except vm.Unusable as e:
        print(f"secure.py {sys.argv[1]}: {e}", file=sys.stderr)
        return 1
    except OSError as e:
        print(f"secure.py {sys.argv[1]}: {e.filename}: {e.strerror}", file=sys.stderr)
        return 1
    if said:
        print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
