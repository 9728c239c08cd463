"""Headers as people's programs, and people with bad intentions, write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.headers import (
    Mailbox,
    decode_bytes,
    decode_header_value,
    find_codec,
    parse_date,
    parse_mailboxes,
    parse_message_ids,
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Seeds", "Seeds"),
        ("=?utf-8?q?caf=C3=A9_du_march=C3=A9?=", "café du marché"),
        ("=?iso-8859-1?B?Y2Fm6Q==?=", "café"),
        ("=?utf-8?q?caf?=\r\n =?utf-8?q?=C3=A9?=", "café"),
        ("=?x-nothing?q?caf=E9?=", "café"),
        ("=?punycode?q?caf-dma?=", "caf-dma"),
        ("=?utf-8?q?a=0D=0ABcc=3A_v=40example.org?=", "a Bcc: v@example.org"),
        ("a\u202eb", "ab"),
        ("=?utf-8?b?!?=", ""),
    ],
)
def test_a_value_is_one_readable_line(raw: str, text: str) -> None:
    assert decode_header_value(raw) == text


@pytest.mark.parametrize(
    ("raw", "mailboxes"),
    [
        ("ana@Example.org", (Mailbox("", "ana@example.org"),)),
        ('"Pérez, Ana" <ana@example.org>', (Mailbox("Pérez, Ana", "ana@example.org"),)),
        ("ana@example.org (Ana)", (Mailbox("", "ana@example.org"),)),
        ("a@example.org, b@example.org", (Mailbox("", "a@example.org"), Mailbox("", "b@example.org"))),
        ("alice@example.org)bob@example.net", ()),
        ('"boss@example.org" <eve@example.net>', (Mailbox("boss@example.org", "eve@example.net"),)),
        ("<@>", ()),
        ("", ()),
    ],
)
def test_mailboxes_are_what_the_angle_brackets_say(raw: str, mailboxes: tuple[Mailbox, ...]) -> None:
    assert parse_mailboxes(raw) == mailboxes


@pytest.mark.parametrize(
    "charset", ["zip", "rot13", "hex", "idna", "punycode", "unicode_escape", "", "../etc", "\xe9"]
)
def test_codecs_that_are_no_charset_are_refused(charset: str) -> None:
    assert find_codec(charset) is None


def test_dates_become_utc() -> None:
    assert parse_date("Mon, 9 Sep 2013 10:00:00 +0200") == datetime(2013, 9, 9, 8, tzinfo=UTC)
    assert parse_date("Mon, 9 Sep 99999 10:00:00 +0200") is None
    assert parse_message_ids("<1@example.org> <2@example.org> x <3") == ("<1@example.org>", "<2@example.org>")


@given(st.text())
def test_no_header_is_an_error(raw: str) -> None:
    assert "\n" not in decode_header_value(raw)
    parse_mailboxes(raw)
    parse_date(raw)
    parse_message_ids(raw)


@given(st.binary(), st.text(max_size=20))
def test_any_bytes_in_any_charset_are_text_that_a_database_takes(data: bytes, charset: str) -> None:
    text = decode_bytes(data, charset)
    assert "\0" not in text
    text.encode()
