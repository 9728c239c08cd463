"""Which of our addresses a mail in a mailbox was for, and whose it is: from its header alone."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.edge.routing import (
    MAX_HEADER,
    NOWHERE,
    find_external_list,
    find_recipients,
    find_return_path,
    split_header,
)
from config.forum import Settings

FR, EN, ES = "sse-fr@forum.example.org", "sse-en@forum.example.org", "sse-es@lists.example.net"
FORUM, READER = "sse@forum.example.org", "reader@forum.example.org"


def make_settings(*, subscribed_as: str | None = None) -> Settings:
    es = {"language": "es", "address": ES, "hosted": False}
    return Settings.model_validate(
        {
            "server": {"smarthost": "smtp://127.0.0.1:2525"},
            "forum": {
                "name": "sse",
                "domain": "forum.example.org",
                "default_language": "fr",
                "organizers": ["organizer@example.org"],
                "title": {"fr": "Territoires"},
            },
            "lists": [
                {"language": "fr", "address": FR},
                {"language": "en", "address": EN},
                es | ({"subscribed_as": subscribed_as} if subscribed_as else {}),
            ],
            "path": Path("/nowhere/forum.toml"),
        }
    )


def route(*lines: str, mailbox: str = "bridge", subscribed_as: str | None = None) -> tuple[str, ...]:
    header = split_header("\r\n".join(lines).encode() + b"\r\n\r\nTo: body@example.org\r\n")
    return find_recipients(header, make_settings(subscribed_as=subscribed_as), mailbox)


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"])
def test_what_the_server_wrote_down_is_where_it_came(name: str) -> None:
    assert route(f"{name}: <{FR}>", "Received: from x", f"To: {EN}") == (FR,)


def test_the_name_before_an_alias_was_followed_is_the_better_one() -> None:
    assert route(f"Delivered-To: {FR}", f"X-Original-To: sse-fr+t12@{FR.partition('@')[2]}") == (
        "sse-fr+t12@forum.example.org",
    )


def test_several_recipients_of_one_copy_are_all_there() -> None:
    assert route(f"X-Envelope-To: {FR}, {EN}, somebody@example.org") == (FR, EN)


def test_without_the_servers_word_it_was_for_whoever_is_in_to_and_cc() -> None:
    assert route(f"Cc: X <{EN}>", f"To: {FR}, ana@example.org") == (EN, FR)


def test_a_mail_that_was_sent_on_was_for_whom_it_was_sent_on_to() -> None:
    assert route(f"Resent-To: {EN}", f"To: {FR}") == (EN,)


def test_a_delivered_to_of_the_senders_own_does_not_outdo_the_servers() -> None:
    forged = "sse+s2-fr@forum.example.org"
    lines = ("Return-Path: <a@example.org>", f"Delivered-To: {FR}", "Received: from x")
    assert route(*lines, f"X-Original-To: {forged}", f"Delivered-To: {forged}", f"To: {forged}") == (FR,)


def test_the_word_of_an_earlier_server_counts_where_the_last_one_names_only_its_own_mailbox() -> None:
    """A provider's mailbox that the forum's address is forwarded to."""
    assert route(
        "Delivered-To: bridge@provider.example", "Received: by x", f"Delivered-To: {FR}", "Received: by y"
    ) == (FR,)


def test_in_a_forum_with_one_mailbox_the_list_in_to_is_meant_and_not_the_mailbox() -> None:
    """Its aliases all lead to one mailbox, and that is all that the server writes down."""
    assert route(f"Delivered-To: {FORUM}", "Received: by x", f"To: {FR}", mailbox=FORUM) == (FR,)
    assert route(f"Delivered-To: {FORUM}", "Received: by x", f"To: {FR}", mailbox="bridge") == (FR,)


def test_a_command_to_the_mailbox_itself_is_one() -> None:
    assert route(f"Delivered-To: {FORUM}", "Received: by x", f"To: {FORUM}", mailbox=FORUM) == (FORUM,)
    assert route(f"Delivered-To: {FORUM}", "Received: by x", "To: undisclosed:;", mailbox="bridge") == (
        FORUM,
    )


def test_what_names_nobody_of_ours_was_for_the_mailbox_and_is_accounted_for() -> None:
    assert route("To: ana@example.org", mailbox=READER) == (READER,)
    assert route("To: ana@example.org") == (NOWHERE,)
    assert route("") == (NOWHERE,)


@pytest.mark.parametrize(
    "line",
    [
        "List-Id: The Spanish list <sse-es.lists.example.net>",
        "List-Post: <mailto:Sse-Es@lists.example.net>",
        "List-Post: <https://lists.example.net/new>, <mailto:sse-es@lists.example.net?subject=x>",
        "Mailing-list: list sse-es@lists.example.net; contact sse-es+owners@lists.example.net",
        "X-BeenThere: sse-es@lists.example.net",
    ],
)
def test_mail_of_an_external_list_is_known_by_its_list_headers(line: str) -> None:
    lines = ("Delivered-To: bridge@forum.example.org", "Received: by x", "To: ana@example.org", line)
    assert route(*lines) == (ES,)


def test_the_subscribed_address_stands_for_the_list_as_it_does_at_the_other_edges() -> None:
    """So that the same mail by SMTP and by IMAP has one delivery key."""
    lines = ("Received: by x", f"To: {ES}", f"List-Id: <{ES.replace('@', '.')}>")
    assert route(*lines, subscribed_as=READER, mailbox=READER) == (READER,)
    assert route(f"Delivered-To: {READER}", *lines, subscribed_as=READER) == (READER,)


def test_list_headers_on_mail_to_another_address_of_ours_change_nothing() -> None:
    """Whoever can write to us can write a List-Id too."""
    forged = ("Received: by x", f"List-Id: <{ES.replace('@', '.')}>", f"To: {FORUM}")
    assert route(f"Delivered-To: {FR}", *forged) == (FR,)
    assert route(f"Delivered-To: {FORUM}", *forged, subscribed_as=READER) == (FORUM,)


def test_a_hosted_list_is_no_external_one() -> None:
    assert find_external_list((("list-id", "<sse-fr.forum.example.org>"),), make_settings()) is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Return-Path: <ana@example.org>", "Return-Path: <forged@example.net>"], "ana@example.org"),
        (["Return-Path: <>", "From: ana@example.org"], ""),
        (["From: Ana <ana@example.org>"], "ana@example.org"),
        (["Return-Path: nonsense", "From: Ana <ana@example.org>"], "ana@example.org"),
        (["Subject: x"], NOWHERE),
    ],
)
def test_the_return_path_is_what_the_last_server_wrote(lines: list[str], expected: str) -> None:
    assert find_return_path(split_header("\r\n".join(lines).encode())) == expected


def test_a_field_may_be_folded_and_the_body_is_none() -> None:
    fields = split_header(b"To:\r\n a@example.org,\r\n\tb@example.org\r\nX: 1\r\n\r\nCc: c@example.org\r\n")
    assert fields == (("to", "a@example.org,\tb@example.org"), ("x", "1"))


def test_an_endless_header_is_cut() -> None:
    assert len(split_header(b"X: 1\r\n" * MAX_HEADER)) <= MAX_HEADER // 6 + 1


LINES = st.sampled_from(
    ["Delivered-To: ", "X-Original-To: ", "To: ", "Received: ", "List-Id: ", "List-Post: ", "From", "\r\n"]
)
VALUES = st.sampled_from([FR, EN, ES, FORUM, f"<mailto:{ES}>", f"<{ES.replace('@', '.')}>", "<", "\0", "\n "])


def _join(lines: list[tuple[str, str]]) -> bytes:
    return "\r\n".join(name + value for name, value in lines).encode()


@given(st.binary(max_size=300) | st.lists(st.tuples(LINES, VALUES)).map(_join))
@example(b"Delivered-To: \xff\xfe@\r\nTo: <<<<>>>>, \x00\r\n")
def test_any_header_at_all_gives_recipients_that_a_database_takes(content: bytes) -> None:
    fields = split_header(content)
    found = find_recipients(fields, make_settings(), "bridge")
    assert found
    for text in (*found, find_return_path(fields)):
        assert text.encode("utf-8")
        assert not set(text) & set("\0\r\n <>")


@given(st.lists(st.tuples(LINES, VALUES), max_size=12))
def test_what_the_last_server_wrote_is_never_outdone(lines: list[tuple[str, str]]) -> None:
    server = f"X-Original-To: {EN}\r\nReceived: by x\r\n".encode()
    assert find_recipients(split_header(server + _join(lines)), make_settings(), FORUM) == (EN,)
