"""The smarthost: an answer for each recipient, and one clear line where it cannot be used; over real sockets."""

import asyncio
import quopri
import re
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.backoff import GIVE_UP_AFTER, LATER_DELAY, MAX_ATTEMPTS, next_attempt
from bridge.eightbit import quote_body
from bridge.smarthost import PASSWORD_ENV, Result, Smarthost, SmarthostError, open_smarthost
from config.loading import ConfigError
from store.dispatch import Batch, Recipient
from tests.sink import Received, Sink

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
HEAD = (
    b"From: sse@forum.example.org\r\nTo: ana@example.org\r\nSubject: =?utf-8?q?Re=C3=A7u?=\r\n"
    b"Message-ID: <n1@forum.example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n"
)
MAIL = HEAD + "Reçu à 9 h.\r\n.\r\n..point\r\nFin \r\n".encode()

Work = Callable[[Smarthost, Sink], Awaitable[None]]


def batch(*emails: str, content: bytes = MAIL, mail_from: str = "sse+b-1@forum.example.org") -> Batch:
    people = tuple(Recipient(key, email, 0) for key, email in enumerate(emails or ("ana@example.org",)))
    return Batch(1, "<n1@forum.example.org>", "receipt", mail_from, content, NOW, people)


def work(sink: Sink, dialogue: Work) -> None:
    async def run() -> None:
        async with sink.listen():
            smarthost = open_smarthost(sink.url, {}, hostname="forum.example.org")
            try:
                await asyncio.wait_for(dialogue(smarthost, sink), 20)
            finally:
                await smarthost.close()

    asyncio.run(run())


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_mail_arrives_as_it_was_written() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch("ana@example.org", "bob@example.net"))
        assert answers == dict.fromkeys(
            ("ana@example.org", "bob@example.net"), Result("sent", "250 2.0.0 Kept")
        )
        people = ("ana@example.org", "bob@example.net")
        assert sink.received == [Received("sse+b-1@forum.example.org", people, MAIL, ("BODY=8BITMIME",))]
        assert sink.greeted_by == ["forum.example.org"]

    work(Sink(), dialogue)


def test_a_notice_goes_out_with_the_null_return_path() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        await smarthost.send(batch(mail_from=""))
        assert sink.received[0].mail_from == "<>"

    work(Sink(), dialogue)


def test_one_connection_carries_many_mails_and_is_opened_again_when_it_died() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        for _ in range(3):
            await smarthost.send(batch())
        assert len(sink.connections) == 1
        sink.hang_up()
        # Whether the client has seen it yet or not.
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"
        sink.hang_up()
        await asyncio.sleep(0.05)
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"
        assert len(sink.connections) == 3
        assert len(sink.received) == 5

    work(Sink(), dialogue)


def test_each_recipient_has_an_answer_of_its_own() -> None:
    refused = {
        "gone@example.org": "550 5.1.1 Nobody",
        "full@example.org": "452 4.2.2 Full",
        "many@example.org": "552 5.5.3 Too many",
    }

    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(
            batch("ana@example.org", *refused, "no address\r\nRCPT TO:<x@example.org>")
        )
        assert [(answer.kind, answer.reply[:3]) for answer in answers.values()] == [
            ("permanent", "550"),
            ("temporary", "452"),
            ("temporary", "552"),
            ("permanent", "553"),
            ("sent", "250"),
        ]
        assert [mail.rcpt_tos for mail in sink.received] == [("ana@example.org",)]

    work(Sink(refused=refused), dialogue)


def test_a_mail_that_everybody_refuses_leaves_the_connection_good() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch("gone@example.org"))
        assert answers == {"gone@example.org": Result("permanent", "550 5.1.1 Nobody")}
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"
        assert len(sink.connections) == 1

    work(Sink(refused={"gone@example.org": "550 5.1.1 Nobody"}), dialogue)


@pytest.mark.parametrize(
    ("reply", "kind"), [("554 5.6.0 Not this", "permanent"), ("451 4.3.0 Not now", "temporary")]
)
def test_what_is_said_after_data_is_said_of_the_accepted(reply: str, kind: str) -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch("ana@example.org", "gone@example.org"))
        assert answers["ana@example.org"] == Result(kind, reply)  # type: ignore[arg-type]
        assert answers["gone@example.org"] == Result("permanent", "550 5.1.1 Nobody")
        sink.data_reply = ""
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"

    work(Sink(refused={"gone@example.org": "550 5.1.1 Nobody"}, data_reply=reply), dialogue)


def test_a_server_that_dies_after_data_leaves_only_the_accepted_in_doubt() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch("ana@example.org", "gone@example.org"))
        assert {email: answer.kind for email, answer in answers.items()} == {
            "ana@example.org": "temporary",
            "gone@example.org": "permanent",
        }
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"
        assert sink.received[0].content == sink.received[1].content

    work(Sink(refused={"gone@example.org": "550 5.1.1 Nobody"}, deaths=1), dialogue)


def test_a_refused_return_path_is_temporary_for_everybody() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch("ana@example.org", "bob@example.net"))
        assert set(answers.values()) == {Result("temporary", "550 5.7.1 Not from you")}
        sink.mail_reply = ""
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"

    work(Sink(mail_reply="550 5.7.1 Not from you"), dialogue)


@pytest.mark.parametrize(
    "behaviour", [{"ehlo_reply": "550 5.7.1 Not you"}, {"mail_reply": "421 4.3.2 Closing"}]
)
def test_a_server_that_takes_no_mail_at_all_is_no_mails_fault(behaviour: dict[str, str]) -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        with pytest.raises(
            SmarthostError, match=r"^smtp://127\.0\.0\.1:\d+: (550 5\.7\.1 Not you|421 4\.3\.2 Closing)$"
        ):
            await smarthost.send(batch())
        sink.ehlo_reply = sink.mail_reply = ""
        assert (await smarthost.send(batch()))["ana@example.org"].kind == "sent"

    work(Sink(**behaviour), dialogue)  # type: ignore[arg-type]


def test_an_absent_server_is_one_clear_line() -> None:
    async def run() -> None:
        smarthost = open_smarthost(f"smtp://127.0.0.1:{closed_port()}", {}, hostname="forum.example.org")
        line = await smarthost.check()
        assert re.fullmatch(r"smtp://127\.0\.0\.1:\d+: Connection refused", line)
        with pytest.raises(SmarthostError, match="Connection refused"):
            await smarthost.send(batch())
        await smarthost.close()

    asyncio.run(run())


def test_a_server_that_answers_is_checked_without_a_mail() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        assert await smarthost.check() == ""
        assert sink.received == []

    work(Sink(), dialogue)


def test_a_server_of_seven_bits_gets_quoted_printable_and_the_same_text() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        await smarthost.send(batch())
        content, options = sink.received[0].content, sink.received[0].options
        assert content.isascii()
        assert options == ()
        head, body = content.split(b"\r\n\r\n", 1)
        assert head + b"\r\n\r\n" == HEAD.replace(b"8bit", b"quoted-printable")
        assert quopri.decodestring(body) == MAIL.split(b"\r\n\r\n", 1)[1]

    work(Sink(hidden=("8BITMIME",), utf8=False), dialogue)


def test_an_address_with_accents_needs_a_server_that_takes_it() -> None:
    people = ("josé@example.org", "ana@example.org")

    async def able(smarthost: Smarthost, sink: Sink) -> None:
        assert {answer.kind for answer in (await smarthost.send(batch(*people))).values()} == {"sent"}
        assert sink.received[0].rcpt_tos == people
        assert "SMTPUTF8" in sink.received[0].options

    async def unable(smarthost: Smarthost, sink: Sink) -> None:
        answers = await smarthost.send(batch(*people))
        assert answers["josé@example.org"].kind == "permanent"
        assert answers["ana@example.org"].kind == "sent"

    work(Sink(), able)
    work(Sink(utf8=False), unable)


def open_with_login(sink: Sink, password: str) -> Smarthost:
    url = sink.url.replace("//", "//forum%40example.org@")
    return open_smarthost(url, {PASSWORD_ENV: password}, hostname="forum.example.org")


def test_a_login_is_given_and_a_wrong_one_is_no_mails_fault() -> None:
    async def dialogue(smarthost: Smarthost, sink: Sink) -> None:
        with pytest.raises(SmarthostError, match=r": 530 5\.7\.0 Authentication required$"):
            await smarthost.send(batch())
        wrong = open_with_login(sink, "guess")
        assert re.fullmatch(r"smtp://127\.0\.0\.1:\d+: 535 the login was refused", await wrong.check())
        right = open_with_login(sink, "secret")
        assert await right.check() == ""
        assert (await right.send(batch()))["ana@example.org"].kind == "sent"
        await right.close()

    work(Sink(login=("forum@example.org", "secret")), dialogue)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return certificate, key


def test_implicit_tls_is_verified(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_tls.load_cert_chain(certificate, key)

    async def dialogue(_: Smarthost, sink: Sink) -> None:
        url = f"smtps://localhost:{sink.port}"
        trusting = ssl.create_default_context(cafile=str(certificate))
        known = open_smarthost(url, {}, hostname="forum.example.org", tls=trusting)
        assert (await known.send(batch()))["ana@example.org"].kind == "sent"
        await known.close()
        line = await open_smarthost(url, {}, hostname="forum.example.org").check()
        assert re.fullmatch(r"smtps://localhost:\d+: TLS: self[- ]signed certificate", line)

    work(Sink(tls=server_tls), dialogue)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("smtps://forum@mail.example.org", f"wants a login, and {PASSWORD_ENV} is not set"),
        ("smtps://forum:secret@mail.example.org", "a password does not belong in forum.toml"),
        ("smtp://mail.example.org:port", "is not one such as"),
        ("smtp://mail.example.org/inbox", "is not one such as"),
        ("maildir:///", "is not one such as"),
        ("lmtp://mail.example.org", "is not one such as"),
    ],
)
def test_what_cannot_be_right_is_said_before_anything_is_sent(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        open_smarthost(url, {}, hostname="forum.example.org")
    assert "secret@" not in str(caught.value)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_maildir_has_one_file_a_recipient_however_often_it_is_filed(tmp_path: Path) -> None:
    folder = tmp_path / "somewhere" / "sent"
    smarthost = open_smarthost(f"maildir://{folder}", {}, hostname="forum.example.org")
    people = batch("ana@example.org", "bob@example.net")

    async def run() -> None:
        assert await smarthost.check() == ""
        assert not folder.exists()
        for _ in range(2):
            answers = await smarthost.send(people)
            assert [(email, answer.kind) for email, answer in answers.items()] == [
                ("ana@example.org", "sent"),
                ("bob@example.net", "sent"),
            ]
        assert await smarthost.check() == ""

    asyncio.run(run())
    filed = files(folder / "new")
    trace = b"Return-Path: <sse+b-1@forum.example.org>\r\nDelivered-To: "
    assert sorted(filed.values()) == [
        trace + b"ana@example.org\r\n" + MAIL,
        trace + b"bob@example.net\r\n" + MAIL,
    ]
    assert files(folder / "tmp") == {}
    first = sorted(filed)[0]
    assert (folder / "new" / first).stat().st_mode & 0o777 == 0o600
    # A reader has moved one on; it is not filed again.
    (folder / "new" / first).rename(folder / "cur" / f"{first}:2,S")
    asyncio.run(smarthost.send(people))  # type: ignore[arg-type]
    assert sorted(files(folder / "new")) == sorted(filed)[1:]


def test_a_maildir_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    smarthost = open_smarthost(f"maildir://{tmp_path}/file/sent", {}, hostname="forum.example.org")

    async def run() -> None:
        assert await smarthost.check() == f"{tmp_path}/file: is not a folder"
        with pytest.raises(SmarthostError, match="Not a directory"):
            await smarthost.send(batch())

    asyncio.run(run())


TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=300)


@given(st.lists(TEXT, max_size=5))
def test_quoting_changes_no_text(lines: list[str]) -> None:
    body = "\r\n".join(["é", *lines, ""]).encode()
    quoted = quote_body(HEAD + body).split(b"\r\n\r\n", 1)[1]
    assert quoted.isascii()
    assert quopri.decodestring(quoted) == body
    assert all(len(line) <= 76 for line in quoted.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[ \t]\r\n", quoted)


@given(st.binary(max_size=200).filter(bytes.isascii))
def test_quoting_leaves_ascii_as_it_is(body: bytes) -> None:
    assert quote_body(HEAD + body) == HEAD + body


@given(st.integers(1, 200), st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1)))
def test_the_next_attempt_is_later_and_never_far(attempts: int, now: datetime) -> None:
    following = next_attempt(attempts, now)
    if attempts >= MAX_ATTEMPTS:
        assert following is None
    else:
        assert following is not None
        assert now < following <= now + LATER_DELAY
        sooner = next_attempt(attempts - 1, now) if attempts > 1 else now
        assert sooner is not None
        assert sooner <= following


def test_a_recipient_is_given_up_after_five_days() -> None:
    instant, attempts = NOW, 1
    while following := next_attempt(attempts, instant):
        instant, attempts = following, attempts + 1
    assert timedelta() <= instant - NOW - GIVE_UP_AFTER < LATER_DELAY
    delays = [following - NOW for number in range(1, 6) if (following := next_attempt(number, NOW))]
    assert [delay.total_seconds() / 60 for delay in delays] == [1, 5, 15, 60, 240]
