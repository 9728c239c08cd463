"""Whatever a stranger wrote, what leaves the house is ours."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.eightbit import quote_body
from handlers.mail.compose import Enclosed, Letter, clean_header, compose
from tests.outgoing import check_outgoing

LETTER = Letter(
    from_name="Forum",
    from_email="sse@forum.example.org",
    to="ana@example.org",
    subject="Received",
    body="Thank you.\n",
    message_id="<receipt.7.k3j@forum.example.org>",
    date=datetime(2013, 9, 9, 8, tzinfo=UTC),
    auto_submitted="auto-replied",
)


def test_a_plain_letter_reads_as_it_is_sent() -> None:
    assert compose(replace(LETTER, reply_to="sse-fr@forum.example.org", in_reply_to="<1@example.org>")) == (
        b'From: "Forum" <sse@forum.example.org>\r\n'
        b"To: ana@example.org\r\n"
        b"Subject: Received\r\n"
        b"Date: Mon, 09 Sep 2013 08:00:00 +0000\r\n"
        b"Message-ID: <receipt.7.k3j@forum.example.org>\r\n"
        b"Reply-To: sse-fr@forum.example.org\r\n"
        b"In-Reply-To: <1@example.org>\r\n"
        b"References: <1@example.org>\r\n"
        b"Auto-Submitted: auto-replied\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Thank you.\r\n"
    )


@pytest.mark.parametrize(
    "subject",
    [
        "x\r\nBcc: victim@example.org",
        "x\u2028Bcc: victim@example.org",
        "x\x0bBcc: victim@example.org",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=0D=0ABcc=3A_v=40example.org=3F=3D?=",
        "=?utf-8?b?eA0KQmNjOiB2QGV4YW1wbGUub3Jn?=",
        "\u202egnp.exe",
        "é" * 400,
        "\ud800",
        "",
    ],
)
def test_no_subject_or_name_writes_a_header_of_its_own(subject: str) -> None:
    for letter in (replace(LETTER, subject=subject), replace(LETTER, from_name=subject)):
        raw = compose(letter)
        check_outgoing(raw)
        assert message_from_bytes(raw, policy=policy.default)["Bcc"] is None


@given(st.text(), st.text(), st.text())
def test_any_text_makes_a_sound_letter(name: str, subject: str, body: str) -> None:
    check_outgoing(compose(replace(LETTER, from_name=name, subject=subject, body=body)))


@given(st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=300))
def test_a_subject_comes_back_as_it_was(subject: str) -> None:
    raw = compose(replace(LETTER, subject=subject))
    assert str(message_from_bytes(raw, policy=policy.default)["Subject"]) == clean_header(subject)


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@example.org, bob@example.org", "ana@example.org\r\nBcc: x@y", "é@x.org"]
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        compose(replace(LETTER, to=email))


def test_a_long_line_is_cut_between_characters() -> None:
    raw = compose(replace(LETTER, body="é" * 3000))
    check_outgoing(raw)
    assert raw.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"").decode() == "é" * 3000


def open_parts(raw: bytes) -> tuple[str, list[tuple[str | None, str, bytes]]]:
    """The text, and name, type and content of each file, as another program reads them."""
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    body = message.get_body()
    assert body is not None
    return body.get_content().replace("\r\n", "\n"), [
        (part.get_filename(), part.get_content_type(), cast(bytes, part.get_payload(decode=True)))
        for part in message.iter_attachments()
    ]


@given(
    body=st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=500),
    contents=st.lists(st.binary(max_size=500), min_size=1, max_size=3),
)
def test_any_text_and_any_files_come_back_as_they_were(body: str, contents: list[bytes]) -> None:
    files = tuple(Enclosed(f"no12-{n}.bin", "application/pdf", item) for n, item in enumerate(contents, 1))
    raw = compose(replace(LETTER, body=body, enclosed=files))
    check_outgoing(raw)
    text, found = open_parts(raw)
    assert found == [(file.name, file.content_type, file.content) for file in files]
    assert text.rstrip("\n") == body.rstrip("\n")


def test_a_text_that_holds_the_boundary_ends_no_part() -> None:
    file = Enclosed("no1-1.pdf", "application/pdf", b"%PDF-1.4")
    boundary = compose(replace(LETTER, enclosed=(file,))).split(b'boundary="')[1].split(b'"')[0].decode()
    evil = f"--{boundary}\nContent-Type: text/html\n\n<script>\n--{boundary}--\n"
    for body, content in ((evil, b"x"), ("x", evil.encode())):
        raw = compose(replace(LETTER, body=body, enclosed=(replace(file, content=content),)))
        check_outgoing(raw)
        text, found = open_parts(raw)
        assert (text.strip(), found[0][2]) == (body.strip(), content)
        assert len(found) == 1


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ('a"; filename="b.exe', "application/pdf"),
        ("a.pdf\r\nBcc: evil@example.org", "application/pdf"),
        ("../../etc/passwd", "application/pdf"),
        ("", "application/pdf"),
        ("a.pdf", "text/html; charset=utf-8"),
        ("a.pdf", "application/pdf\r\nBcc: evil@example.org"),
        ("a.pdf", "application"),
    ],
)
def test_a_file_name_or_type_that_is_not_ours_is_refused(name: str, content_type: str) -> None:
    with pytest.raises(ValueError, match="not a file name or type of ours"):
        compose(replace(LETTER, enclosed=(Enclosed(name, content_type, b"x"),)))


def test_a_mail_with_a_file_needs_no_quoting() -> None:
    file = Enclosed("no1-1.jpg", "image/jpeg", bytes(range(256)) * 40)
    raw = compose(replace(LETTER, body="Voilà.\n", language="fr", enclosed=(file,)))
    assert quote_body(raw) == raw
    assert raw == compose(replace(LETTER, body="Voilà.\n", language="fr", enclosed=(file,)))
