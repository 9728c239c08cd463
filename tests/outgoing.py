"""One checker over all outgoing bytes: only headers that we wrote, and nothing that a reader could be fooled by."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header

KNOWN = frozenset(
    [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "in-reply-to",
        "references",
        "auto-submitted",
        "content-language",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "list-id",
        "list-post",
        "list-help",
        "list-subscribe",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-archive",
        "precedence",
        "dkim-signature",
        "x-manyvoices-loop",
    ]
)

FILE = re.compile(
    rb"Content-Type: [a-z0-9./+-]+\r\nContent-Transfer-Encoding: base64\r\n"
    rb'Content-Disposition: attachment; filename="no[0-9]+-[0-9]+\.[a-z0-9]{2,4}"\r\n\r\n[A-Za-z0-9+/=\r\n]*'
)
"""A file that goes along: under a name of ours, and in nothing but base64."""
ACTIVE = re.compile(rb"(?i)html|xml[;\s]|svg|script|message/|text/calendar|x-ms|x-dos|java")
"""Types that a program would run, show as a page or obey."""

LIST = frozenset(["list-post", "list-unsubscribe", "precedence"])
"""What list mail has beside its List-Id."""


def check_outgoing(raw: bytes) -> None:
    """AssertionError for anything that must not leave the house."""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", raw), "a bare CR or LF, or a NUL"
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a line over 998 bytes"
    head, separator, _ = raw.partition(b"\r\n\r\n")
    assert separator, "no end of headers"
    assert head.isascii(), "a header that is not ASCII"
    message = message_from_bytes(raw)
    names = [name.lower() for name in message]
    assert set(names) <= KNOWN, f"headers that we did not write: {set(names) - KNOWN}"
    assert len(names) == len(set(names)), "a header twice"
    assert {"from", "to", "subject", "date", "message-id"} <= set(names)
    assert "auto-submitted" in names or "list-id" in names, "neither automatic nor list mail"
    if "list-id" in names:
        assert set(names) >= LIST, f"list mail without {LIST - set(names)}"
    if "list-unsubscribe-post" in names:
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Unsubscribe"].startswith("<https://"), "one click without its page"
    if message.is_multipart():
        check_files(raw)
    for name in ("Subject", "From"):
        text = str(make_header(decode_header(message[name])))
        assert not re.search(
            r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]", text.replace("\n ", "")
        ), name
        assert not re.search(r"=\?[^?]+\?[bqBQ]\?", text), "an encoded word inside an encoded word"


def check_files(raw: bytes) -> None:
    """A text that every program shows, in seven bits, and then files as we write them."""
    assert raw.isascii(), "a mail with a file that is not in seven bits"
    head, _, body = raw.partition(b"\r\n\r\n")
    found = re.search(rb'Content-Type: multipart/mixed;\r\n boundary="(=_[0-9a-f]{32})"', head)
    assert found, "a multipart mail that is not ours"
    line = b"--" + found[1]
    assert body.startswith(line + b"\r\n")
    assert body.endswith(b"\r\n" + line + b"--\r\n")
    text, *files = body.removeprefix(line + b"\r\n").removesuffix(line + b"--\r\n").split(line + b"\r\n")
    assert text.startswith(
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    )
    assert files, "no file"
    for part in files:
        assert FILE.fullmatch(part), "a part that is no file of ours"
        assert not ACTIVE.search(part.partition(b"\r\n\r\n")[0].replace(b"openxmlformats", b"")), (
            "an active type"
        )
