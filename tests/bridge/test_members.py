"""Who is on a list, as CSV, as Mailman 3 and as Sympa write it; and out again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.members import Member, MembersError, parse_members, write_members
from store.people import Subscriber

MAILMAN = """\
Ana Souza <ana@example.org>
"Luz, de Vigo" <Luz@example.org>
paul@example.net
=?utf-8?q?No=C3=A9mie?= <noemie@example.org>
"""
SYMPA = """\
date 1378713600
email ana@example.org
gecos Ana Souza
reception mail
visibility noconceal

email luz@example.org
reception nomail

email paul@example.net
gecos Paul
"""


def read(text: str) -> list[tuple[str, str, str, bool]]:
    return [(one.email, one.language, one.name, one.takes_mail) for one in parse_members(text)]


def test_a_table_is_read_with_commas_and_with_semicolons() -> None:
    expected = [("ana@example.org", "fr", "Ana", True)]
    assert read("email,language,name\nana@example.org,fr,Ana\n") == expected
    assert read("email;language;name\nana@example.org;fr;Ana\n") == expected


def test_the_members_that_mailman_prints_are_read() -> None:
    assert read(MAILMAN) == [
        ("ana@example.org", "", "Ana Souza", True),
        ("luz@example.org", "", "Luz, de Vigo", True),
        ("paul@example.net", "", "", True),
        ("noemie@example.org", "", "Noémie", True),
    ]


def test_a_dump_of_sympa_is_read_and_who_takes_no_mail_is_marked() -> None:
    assert read(SYMPA) == [
        ("ana@example.org", "", "Ana Souza", True),
        ("luz@example.org", "", "", False),
        ("paul@example.net", "", "Paul", True),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("email,language\nnobody,fr\n", 2),
        ("ana@example.org\nana@example.org, luz@example.org\n", 2),
        ("ana@example.org\nana@example.org\nno address\n", 3),
        ("email ana@example.org\n\nemail x@y@z\n", 3),
        ('email,language\n"ana@example.org\r\nBcc: x@example.org",fr\n', 3),
    ],
)
def test_a_line_that_is_no_address_is_named(text: str, line: int) -> None:
    assert [one.line for one in parse_members(text) if one.mistake] == [line]


def test_a_file_that_is_none_of_these_says_what_it_should_be() -> None:
    with pytest.raises(MembersError, match="email,language,name"):
        parse_members("a,b\n1,2\n")


def test_what_is_exported_can_be_imported_again() -> None:
    people = [
        Subscriber("ana@example.org", 'Ana "A" Souza', "fr", datetime(2013, 7, 1, tzinfo=UTC)),
        Subscriber("luz@example.org", "", "es", datetime(2013, 7, 1, tzinfo=UTC)),
    ]
    assert [(one.email, one.name) for one in parse_members(write_members(people, "mailman"))] == [
        ("ana@example.org", "Ana 'A' Souza"),
        ("luz@example.org", ""),
    ]
    assert read(write_members(people, "csv")) == [
        ("ana@example.org", "fr", 'Ana "A" Souza', True),
        ("luz@example.org", "es", "", True),
    ]


def test_a_name_is_no_formula_in_a_spreadsheet() -> None:
    people = [Subscriber("ana@example.org", "=cmd()", "fr", datetime(2013, 7, 1, tzinfo=UTC))]
    assert "'=cmd()" in write_members(people, "csv")


@given(st.text(max_size=300))
def test_any_text_is_members_or_a_clear_refusal(text: str) -> None:
    try:
        found = parse_members(text)
    except MembersError:
        return
    assert all(isinstance(one, Member) for one in found)
