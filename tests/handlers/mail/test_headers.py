"""Headers as people's programs, and people with bad intentions, write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.headers import (
    Mailbox,
    clean_name,
    decode_header_value,
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
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("=?utf-8?q?Really??=", "Really?"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        ("=?iso-8859-1?q?l=92eau?=", "l’eau"),
        ("caf\udcc3\udca9", "café"),
        ("caf\udce9", "café"),
        ("a\u200bb\u2060c\u3164d", "abcd"),
        ("e\u0301", "é"),
    ],
)
def test_a_value_is_one_readable_line(raw: str, text: str) -> None:
    assert decode_header_value(raw) == text


@pytest.mark.parametrize(
    ("raw", "mailboxes"),
    [
        ("ana@Example.org", (Mailbox("", "ana@example.org"),)),
        ('"Pérez, Ana" <ana@example.org>', (Mailbox("Pérez, Ana", "ana@example.org"),)),
        ("ana@example.org (Ana)", (Mailbox("Ana", "ana@example.org"),)),
        ("P\udcc3\udca9rez <ana@example.org>", (Mailbox("Pérez", "ana@example.org"),)),
        (
            '"=?utf-8?q?A=3Cboss=40example=2Eorg=3E?=" <e@example.net>',
            (Mailbox("A<boss at example.org>", "e@example.net"),),
        ),
        ("a@example.org, b@example.org", (Mailbox("", "a@example.org"), Mailbox("", "b@example.org"))),
        ("alice@example.org)bob@example.net", ()),
        ('"boss@example.org" <eve@example.net>', (Mailbox("boss at example.org", "eve@example.net"),)),
        ("<@>", ()),
        ("", ()),
    ],
)
def test_mailboxes_are_what_the_angle_brackets_say(raw: str, mailboxes: tuple[Mailbox, ...]) -> None:
    assert parse_mailboxes(raw) == mailboxes


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


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ana@example.org", "ana@example.org"),
        ("ANA@Example.org", "ANA@Example.org"),
        ("boss@example.org", "boss at example.org"),
        ("boss\uff20example.org", "boss at example.org"),
        ("Boss \ufe6b example.org", "Boss at example.org"),
        ("A\u200dna", "Ana"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ("\U0001f469\u200d\U0001f33e", "\U0001f469\u200d\U0001f33e"),
        ('\\"Ana\\"', "Ana"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_name_shows_no_other_address_and_hides_nothing(name: str, safe: str) -> None:
    assert clean_name(name, "ana@example.org") == safe


def test_a_value_of_nested_encoded_words_is_decoded_once_and_stays_one_line() -> None:
    inner = "=?utf-8?q?x=0D=0ABcc=3A=20v=40example=2Eorg?="
    nested = "=?utf-8?q?" + inner.replace("=", "=3D").replace("?", "=3F") + "?="
    assert decode_header_value(nested) == inner
