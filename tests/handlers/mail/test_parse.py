"""Every mail is a value: the readable, the broken and the hostile."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.parse import parse_mail

MAIL = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[4] / "shared")) / "mail"

ALTERNATIVE = b"""From: =?utf-8?q?Ana_P=C3=A9rez?= <Ana@example.org>
To: sse-es@forum.example.org
Subject: =?iso-8859-1?q?Cr=E9dito?=
Message-ID: <1@example.org>
Date: Mon, 9 Sep 2013 10:00:00 +0200
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Somos <b>29</b> familias.</p><script>x</script>
--b
Content-Type: application/pdf; name="../informe.pdf"
Content-Transfer-Encoding: base64

aGVsbG8=
--b--
"""


def test_a_mail_with_html_and_an_attachment_is_read() -> None:
    mail = parse_mail(ALTERNATIVE)
    assert mail.author
    assert (mail.author.name, mail.author.email, mail.author_count) == ("Ana Pérez", "ana@example.org", 1)
    assert (mail.subject, mail.message_id) == ("Crédito", "<1@example.org>")
    assert mail.text.strip() == "Somos 29 familias."
    assert [(a.name, a.content_type, a.size) for a in mail.attachments] == [
        (".._informe.pdf", "application/pdf", 5)
    ]


@pytest.mark.parametrize(
    ("charset", "encoding", "body"),
    [
        ("iso-8859-1", "quoted-printable", b"caf=E9"),
        ("utf-8", "base64", b"Y2Fmw6k="),
        ("nothing", "8bit", b"caf\xe9"),
    ],
)
def test_charsets_and_encodings_are_undone(charset: str, encoding: str, body: bytes) -> None:
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    assert parse_mail(head + body).text == "café"


def test_two_authors_are_counted() -> None:
    assert parse_mail(b"From: a@example.org\nFrom: b@example.org\n\n").author_count == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"Subject: " + b"x" * 400_000 + b"\n\nx",
        b"Content-Type: text/plain;" + b";" * 50_000 + b"\n\nx",
        b"Content-Type: text/html\n\n" + b"<div " + b"a=1 " * 50_000 + b">x",
        b"Content-Type: text/html\n\n" + b"<div>" * 70_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 1_000,
    ],
)
def test_a_bomb_is_a_value(raw: bytes) -> None:
    parse_mail(raw)


@given(st.binary())
def test_any_bytes_are_a_value(raw: bytes) -> None:
    parse_mail(raw)


@given(
    st.lists(st.tuples(st.sampled_from(["From", "Subject", "Date", "Content-Type", "Message-ID"]), st.text()))
)
def test_any_headers_are_a_value(headers: list[tuple[str, str]]) -> None:
    text = "".join(f"{name}: {value}\n" for name, value in headers)
    parse_mail(text.encode("utf-8", "surrogatepass") + b"\nbody")


def test_hostile_and_real_mail_is_read_without_an_exception() -> None:
    files = sorted(MAIL.glob("**/*.eml"))
    if not files:
        pytest.skip(f"no mail at {MAIL}")
    for file in files:
        mail = parse_mail(file.read_bytes())
        (mail.text + mail.subject).encode()
        assert "\0" not in mail.text + mail.subject


def test_what_a_screen_would_obey_is_not_in_the_text() -> None:
    mail = parse_mail("Subject: x\r\n\r\na\x1b[2Jb\u202ec\x85d\u200ee\tf\x0cg\r\n".encode())
    assert mail.text == "a[2Jbcd\u200ee\tf\ng\n"
