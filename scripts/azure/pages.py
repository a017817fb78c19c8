# SPDX-License-Identifier: MIT
"""Pages into a managed disk by plain HTTP: Put Page of Azure's storage, by a SAS."""
import re
import time
import urllib.error
import urllib.request

import disk

VERSION = "2018-03-28"
TRIES, FIRST_PAUSE_S, TIMEOUT_S = 5, 1.0, 60
AGAIN = {408, 429, 500, 502, 503, 504}


class Refused(Exception):
    """The store does not take the pages; the message says why."""


HINTS = {
    403: "the SAS is not valid (any more), or this subscription has data access by Entra ID: "
    'then the role "Data Operator for Managed Disks" is needed',
    404: "there is no such disk: was the group removed meanwhile?",
    409: "the disk takes no pages now: is its SAS revoked already?",
    413: "a request of more than 4 MiB",
    416: "pages beyond the disk's end: --upload-size-bytes must count the footer",
}


def reason(error: urllib.error.HTTPError) -> str:
    """What the store says: a code in a header, a message in XML."""
    text = error.read(4096).decode("utf-8", "replace")
    message = re.search(r"<Message>([^<\n]*)", text)
    said = [str(error.code), error.headers.get("x-ms-error-code") or error.reason]
    return ": ".join([" ".join(said), *([message[1]] if message and message[1] else [])])


def put(url: str, at: int, data: bytes, pause=time.sleep) -> None:
    """One range. What may pass is tried again, a few times; Refused for the rest."""
    headers = {
        "x-ms-page-write": "update",
        "x-ms-range": f"bytes={at}-{at + len(data) - 1}",
        "x-ms-version": VERSION,
        "Content-Length": str(len(data)),
        "Content-Type": "application/octet-stream",
    }
    for attempt in range(TRIES):
        request = urllib.request.Request(f"{url}&comp=page", data, headers, method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                if answer.status == 201:
                    return
                raise Refused(f"Put Page answers {answer.status}, must be 201")
        except urllib.error.HTTPError as e:
            why = f"Put Page at {at}: {reason(e)}"
            if e.code not in AGAIN:
                hint = HINTS.get(e.code)
                raise Refused(why + (f" ({hint})" if hint else "")) from None
        except OSError as e:  # no connection, or one that broke
            why = f"Put Page at {at}: {getattr(e, 'reason', e)}"
        if attempt + 1 < TRIES:
            pause(FIRST_PAUSE_S * 2**attempt)
    raise Refused(f"{why}; tried {TRIES} times")


def upload(url: str, data: bytes, say=print, pause=time.sleep) -> None:
    """Everything that is not zero, the footer last."""
    parts = disk.ranges(data)
    for number, (at, length) in enumerate(parts, 1):
        put(url, at, data[at : at + length], pause)
        if number == len(parts) or number % 16 == 0:
            say(f"  {number} of {len(parts)} ranges")
