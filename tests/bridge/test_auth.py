"""AUTH (RFC 4954) for a local program at the SMTP edge."""

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.edge import smtp
from bridge.edge.credentials import Login, find_login
from config.loading import ConfigError
from tests.bridge.talking import ENVELOPE, Dialogue, Forum, answer, make_settings, make_smtp, say

LOGIN = Login(b"website", "pass wörd".encode())
WELCOME = "235 2.7.0 Welcome"
WRONG = "535 5.7.8 That is no login here"
LEFT = "421 4.7.0 Too many failed logins, goodbye"
MAIL = b"Subject: x\r\n\r\nx\r\n.\r\n"


def code(*parts: str) -> str:
    return b64encode("\0".join(parts).encode()).decode()


def talk(forum: Forum, dialogue: Dialogue) -> list[str]:
    return forum.talk(dialogue, make_edge=lambda spool, now: make_smtp(spool, now, login=LOGIN))


RIGHT = code("", "website", "pass wörd")


@pytest.mark.parametrize(
    "lines",
    [
        [f"AUTH PLAIN {RIGHT}"],
        ["AUTH PLAIN", RIGHT],
        [f"auth plain {RIGHT}"],
        [f"AUTH PLAIN {code('website', 'website', 'pass wörd')}"],
        ["AUTH LOGIN", code("website"), code("pass wörd")],
        [f"AUTH LOGIN {code('website')}", code("pass wörd")],
    ],
)
def test_whoever_logs_in_submits(tmp_path: Path, lines: list[str]) -> None:
    forum = Forum(tmp_path)
    answers = talk(forum, say(ENVELOPE[0], *lines, *ENVELOPE[1:], MAIL))
    assert answers[1 + len(lines)] == WELCOME
    assert answers[-1] == "250 2.0.0 Accepted"
    assert forum.edges() == [("sse-fr@forum.example.org", "submission", 1)]


def test_whoever_does_not_log_in_comes_in_as_before(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    assert talk(forum, say(*ENVELOPE, MAIL))[-1] == "250 2.0.0 Accepted"
    assert forum.edges() == [("sse-fr@forum.example.org", "smtp", 1)]


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ([f"AUTH PLAIN {code('', 'website', 'wrong')}"], WRONG),
        ([f"AUTH PLAIN {code('', 'other', 'pass wörd')}"], WRONG),
        ([f"AUTH PLAIN {code('', '', '')}"], WRONG),
        (["AUTH PLAIN ="], "501 5.5.2 That is no name and password"),
        ([f"AUTH PLAIN {code('website')}"], "501 5.5.2 That is no name and password"),
        (["AUTH PLAIN %%%"], "501 5.5.2 That is no base64"),
        (["AUTH PLAIN ü"], "501 5.5.2 That is no base64"),
        (["AUTH PLAIN", "*"], "501 5.7.0 As you like"),
        (["AUTH LOGIN", code("website"), code("wrong")], WRONG),
        (["AUTH LOGIN", code("website"), "*"], "501 5.7.0 As you like"),
        (["AUTH CRAM-MD5"], "504 5.5.4 There is no such mechanism here"),
        (["AUTH"], "504 5.5.4 There is no such mechanism here"),
        ([b"AUTH PLAIN \xff\xfe\r\n"], "501 5.5.2 That is no base64"),
    ],
)
def test_a_login_that_is_none_is_refused_and_the_third_is_the_last(
    tmp_path: Path, lines: list[str | bytes], refusal: str
) -> None:
    forum = Forum(tmp_path)
    with capture_logs() as logged:
        answers = talk(forum, say(ENVELOPE[0], *lines, *lines, *lines, "NOOP"))
    found = [line for line in answers[2:] if not line.startswith("334")]
    assert found == [refusal, refusal, LEFT, ""]
    assert "wrong" not in str(logged)
    assert "website" not in str(logged)
    forum.database.close()


def test_a_refused_login_submits_nothing(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    assert talk(forum, say(ENVELOPE[0], f"AUTH PLAIN {code('', 'x', 'y')}", *ENVELOPE[1:], MAIL))[2] == WRONG
    assert forum.edges() == [("sse-fr@forum.example.org", "smtp", 1)]


def test_one_login_is_enough_and_none_comes_in_the_middle_of_a_mail(tmp_path: Path) -> None:
    again = f"AUTH PLAIN {RIGHT}"
    answers = talk(Forum(tmp_path), say(again, ENVELOPE[0], ENVELOPE[1], again, "RSET", again, again))
    assert [line[:3] for line in answers[1:]] == ["503", "250", "250", "503", "250", "235", "503"]


def test_an_endless_line_in_the_place_of_a_password_is_the_end(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        answers = await say(ENVELOPE[0], "AUTH LOGIN")(reader, writer)
        try:
            writer.write(b"x" * 200_000)
            answers += [await answer(reader), await answer(reader)]
        except ConnectionResetError:  # what it has not read is in the way of what it says
            answers += ["421 5.5.6 The line is too long, goodbye", ""]
        return answers

    answers = talk(Forum(tmp_path), dialogue)
    assert answers[-2:] == ["421 5.5.6 The line is too long, goodbye", ""]


def test_mail_may_name_who_had_logged_in_elsewhere(tmp_path: Path) -> None:
    answers = talk(Forum(tmp_path), say(ENVELOPE[0], "MAIL FROM:<ana@example.org> AUTH=<> SIZE=20"))
    assert answers[-1] == "250 2.0.0 OK"


async def _list_offers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
    await answer(reader)
    writer.write(b"EHLO client.example.net\r\nAUTH PLAIN " + RIGHT.encode() + b"\r\n")
    lines = [(await reader.readline()).decode().strip()]
    while lines[-1][3] == "-":
        lines.append((await reader.readline()).decode().strip())
    return [*(line[4:] for line in lines), await answer(reader)]


def test_it_is_offered_where_there_is_a_login(tmp_path: Path) -> None:
    assert "AUTH PLAIN LOGIN" in talk(Forum(tmp_path), _list_offers)


def test_it_is_not_offered_where_there_is_none(tmp_path: Path) -> None:
    answers = Forum(tmp_path).talk(_list_offers)
    assert not any(line.startswith("AUTH") for line in answers)
    assert answers[-1] == "502 5.5.1 No login is offered here"


def test_a_password_does_not_leave_the_machine_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "is_this_machine", lambda peername: False)
    answers = talk(Forum(tmp_path), _list_offers)
    assert not any(line.startswith("AUTH") for line in answers)
    assert answers[-1] == "502 5.5.1 No login is offered here"


def test_a_login_without_its_password_is_one_clear_line() -> None:
    settings = make_settings(smtp_login="website", smtp_password_env="SECRET_WORD")
    for environ in ({}, {"SECRET_WORD": ""}):
        with pytest.raises(ConfigError) as error:
            find_login(settings, environ)
        assert str(error.value) == "server.smtp_login: website needs a password, and SECRET_WORD is not set"
    found = find_login(settings, {"SECRET_WORD": "pass wörd"})
    assert found == LOGIN
    assert "pass" not in repr(found)
    assert find_login(make_settings(), {"SECRET_WORD": "x"}) is None
