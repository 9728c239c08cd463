"""Mail that is built as the RFCs allow and then broken: always a value, soon, with nothing harmful in it."""

import base64
import binascii
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.parse import parse_mail
from handlers.mail.quotes import clean_reply
from tests.fuzz.seeds import make_seeds
from tests.fuzz.target import check_reading

SOON = 2.0
"""Seconds of this process; what is quadratic takes minutes."""

CHARSETS = st.sampled_from(
    ["utf-8", "us-ascii", "iso-8859-1", "windows-1256", "utf-16", "utf-7", "iso-2022-jp", "gb2312", "big5", "hz",
     "punycode", "zip", "x-unknown", "", "utf-8'", "\xe9", "../../etc", "A" * 60]
)  # fmt: skip
ENCODINGS = st.sampled_from(
    ["7bit", "8bit", "binary", "quoted-printable", "base64", "BASE64 ", "x-uuencode", "none", ""]
)
WORDS = st.sampled_from(
    ["Hello", "Où l’été", "مرحبا", "> quoted", "On Mon, 9 Sep 2013, Ana <a@example.org> wrote:", "-- ", "=C3=A9", "Ã©", "\x00\x1b",
     "De : x", "<p>y</p>", "From here", "\u202e\ufeff", "=20", "begin 644 x", "e\u0301"]
)  # fmt: skip
TEXTS = st.lists(WORDS | st.text(max_size=12), max_size=8).map("\n".join)
NAMES = st.sampled_from(
    ["", "; name=a.txt", '; name="../../b"', "; name*=utf-8''%2e%2e%2fc", "; name*0*=utf-8''%zz; name*1=d", "; name*=x''%FF", "; name*9=e",
     '; name="=?utf-8?q?=0D=0AX=3A_y?="', "; filename=f;" + ";" * 50, '; name="unclosed']
)  # fmt: skip
TYPES = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "text/enriched",
        "application/pdf",
        "image/png",
        "text",
        "",
        "TEXT/plain; format=flowed; delsp=yes",
    ]
)
DISPOSITIONS = st.sampled_from(
    [
        "",
        "Content-Disposition: inline",
        "Content-Disposition: attachment; filename=x",
        "Content-Disposition: ;;;",
    ]
)
BOUNDARIES = st.sampled_from(["b", "b b", "=_b", "b" * 80, "", "(b)", "--", "\xe9"])
KINDS = st.sampled_from(["mixed", "alternative", "related", "digest", "report", "signed", "x-odd"])


def encode(text: str, charset: str, encoding: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if charset in ("iso-8859-1", "windows-1256", "utf-16", "gb2312"):
        data = text.encode(charset, "replace")
    name = encoding.strip().lower()
    if name == "base64":
        return base64.encodebytes(data)
    return binascii.b2a_qp(data) if name == "quoted-printable" else data


@st.composite
def leaves(draw: st.DrawFn) -> bytes:
    charset, encoding = draw(CHARSETS), draw(ENCODINGS)
    head = f"Content-Type: {draw(TYPES)}; charset={charset}{draw(NAMES)}\nContent-Transfer-Encoding: {encoding}\n{draw(DISPOSITIONS)}"
    return head.strip().encode() + b"\n\n" + encode(draw(TEXTS), charset, encoding)


def multiparts(children: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        boundary = draw(BOUNDARIES)
        mark = b"\n--" + boundary.encode()
        parts = mark.join(b"\n" + part for part in draw(st.lists(children, max_size=4)))
        closing = mark + draw(st.sampled_from([b"--\n", b"\n", b""]))
        return (
            f'Content-Type: multipart/{draw(KINDS)}; boundary="{boundary}"\n\npreamble'.encode()
            + mark
            + parts
            + closing
        )

    return build() | children.map(lambda inner: b"Content-Type: message/rfc822\n\nSubject: inner\n" + inner)


TREES = st.recursive(leaves(), multiparts, max_leaves=8)
VALUES = st.text(max_size=40) | st.sampled_from(
    ["=?utf-8?q?=C3=A9?= <a@example.org>", "=?utf-8?b?w6k?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0ABcc=3A_x=3F=3D?=", "a@example.org, b@example.org",
     "group: a@example.org;", '"x" <"y z"@example.org>', "<@>", "Mon, 99 Sep 99999 25:61:61 +9999", "<1@example.org> <2", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
     "(" * 40, '"' * 41, "boss\uff20example.org <e@example.net>"]
)  # fmt: skip
HEADERS = st.lists(
    st.tuples(st.sampled_from(["From", "To", "Subject", "Date", "Message-ID", "References", "List-Id", "Received", "Content-Type", "MIME-Version"]), VALUES),
    max_size=10,
)  # fmt: skip


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Headers, some of them twice, above a tree of parts."""
    headers = "".join(f"{name}: {value}\n" for name, value in draw(HEADERS))
    ends = draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    return (headers.encode("utf-8", "replace") + draw(TREES)).replace(b"\n", ends)


@given(mails())
@settings(deadline=None)
def test_any_tree_of_parts_is_read(raw: bytes) -> None:
    check_reading(raw)


@given(mails() | st.sampled_from(list(make_seeds())), st.data())
@settings(deadline=None)
def test_a_mail_that_was_damaged_on_the_way_is_read(raw: bytes, data: st.DataObject) -> None:
    broken = bytearray(raw)
    for place in data.draw(st.lists(st.integers(0, max(0, len(raw) - 1)), max_size=8)):
        if broken:
            broken[place] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, len(broken)))
    check_reading(bytes(broken[:cut]))
    again = data.draw(st.integers(0, len(broken)))
    check_reading(bytes(broken[:again] + broken[cut:] + broken[:cut]))


def html(piece: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + (piece * (400_000 // len(piece))).encode()


def plain(piece: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\n\n" + (piece * (400_000 // len(piece))).encode()


def header(name: str, piece: str) -> bytes:
    return f"{name}: {piece * (60_000 // len(piece))}\n\nx".encode()


@pytest.mark.parametrize("build", [html, plain], ids=["html", "plain"])
@pytest.mark.parametrize(
    "piece",
    [
        "<", "<!--", "<a \"", "<div>", "</div>", "<div a=1 ", "<ul><li>", "<table><tr><td>", "<style>", "<a href='http://x'>b", "<pre>\n", "&#9",
        "&#x1;", "<!x", "<blockquote>", "<p>x", "\u0301", "\u00a0 ", " ", "\u200b", "On ", ">", "> ", "On 1 Jan 2013 10:00 x:\n", "-- \n", "--\nab\n",
        "From: a@example.org\n", "> a\nb\n", "<a@example.org", "a@", "(", "De : x\nObjet : y\n", "9:00 ", "wrote: ", "2013/9/9 <a@example.org>\n",
        "\n", "=\n", "=C3=A9", "Ã©", "é", "_" * 40 + "\n", "Sent from my iPhone\n", "confidential only recipient ", "http://x ", "\r", "a" * 999 + "\n",
    ],
)  # fmt: skip
def test_a_bomb_is_read_soon(build: Callable[[str], bytes], piece: str) -> None:
    raw = build(piece)
    start = time.process_time()
    clean_reply(parse_mail(raw).text)
    assert time.process_time() - start < SOON


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "Subject",
        "References",
        "Date",
        "List-Id",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
    ],
)
@pytest.mark.parametrize(
    "piece",
    [
        "=?utf-8?q?x?= ",
        "=?",
        '"',
        "(",
        "<",
        "a@example.org,",
        "<a@example.org> ",
        ";",
        ";a*0*=x''%41",
        "\\",
        ",",
        " ",
        "\xe9",
        "9:",
    ],
)
def test_a_header_bomb_is_read_soon(name: str, piece: str) -> None:
    raw = header(name, piece)
    start = time.process_time()
    parse_mail(raw)
    assert time.process_time() - start < SOON
