"""STARTTLS (RFC 3207) at the SMTP edge, against a real TLS client."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme
import uvloop
from structlog.testing import capture_logs

from bridge.edge.credentials import load_certificate
from config.forum import Settings
from config.loading import ConfigError
from tests.bridge.talking import ENVELOPE, Forum, answer, connect, make_settings, make_smtp, say, say_on

NAME = "forum.example.org"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[list[str]]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that looks closely."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def settings(authority: trustme.CA, tmp_path: Path) -> Settings:
    """With a certificate beside forum.toml."""
    issued = authority.issue_cert(NAME)
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(tmp_path / "chain.pem", append=number > 0)
    return with_certificate(tmp_path)


def with_certificate(folder: Path, certificate: str = "chain.pem", key: str = "key.pem") -> Settings:
    return make_settings(folder / "forum.toml", tls_certificate=certificate, tls_key=key)


def talk(forum: Forum, settings: Settings, dialogue: Talk) -> list[str]:
    return forum.talk(
        dialogue, make_edge=lambda spool, now: make_smtp(spool, now, tls=load_certificate(settings))
    )


async def list_offers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
    writer.write(b"EHLO client.example.net\r\n")
    lines = [(await reader.readline()).decode().strip()]
    while lines[-1][3] == "-":
        lines.append((await reader.readline()).decode().strip())
    return [line[4:] for line in lines]


async def begin(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext, behind: bytes = b""
) -> None:
    await answer(reader)
    assert "STARTTLS" in await list_offers(reader, writer)
    writer.write(b"STARTTLS\r\n" + behind)
    assert await answer(reader) == "220 2.0.0 Ready to start TLS"
    await writer.start_tls(tls, server_hostname=NAME)


def test_a_mail_comes_over_tls(tmp_path: Path, settings: Settings, trusting: ssl.SSLContext) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await begin(reader, writer, trusting)
        assert writer.get_extra_info("cipher")
        assert "STARTTLS" not in await list_offers(reader, writer)
        large = b"Subject: x\r\n\r\n" + b"word\r\n" * 15_000 + b".\r\n"
        return await say_on("STARTTLS", *ENVELOPE, large, "QUIT")(reader, writer)

    forum = Forum(tmp_path)
    answers = talk(forum, settings, dialogue)
    assert answers[0] == "503 5.5.1 TLS is there already"
    assert answers[-2:] == ["250 2.0.0 Accepted", "221 2.0.0 Bye"]
    assert len(forum.stored()) == 1


def test_what_was_said_before_counts_no_more(
    tmp_path: Path, settings: Settings, trusting: ssl.SSLContext
) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await begin(reader, writer, trusting)
        return await say_on("MAIL FROM:<a@example.org>", ENVELOPE[0], "RCPT TO:<sse-fr@forum.example.org>")(
            reader, writer
        )

    answers = talk(Forum(tmp_path), settings, dialogue)
    assert [line[:3] for line in answers] == ["503", "250", "503"]


@pytest.mark.parametrize(
    "injected",
    [b"NOOP\r\n", b"EHLO thief\r\nMAIL FROM:<thief@example.net>\r\n", b"half a comm", b"x" * 60_000],
)
def test_what_somebody_put_behind_starttls_is_thrown_away(
    tmp_path: Path, settings: Settings, trusting: ssl.SSLContext, injected: bytes
) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await begin(reader, writer, trusting, injected)
        said = await say_on("RSET", "MAIL FROM:<ana@example.org>", ENVELOPE[0], ENVELOPE[1])(reader, writer)
        writer.write(b"QUIT\r\n")
        return said + (await reader.read()).decode().splitlines()

    answers = talk(Forum(tmp_path), settings, dialogue)
    assert [line[:3] for line in answers] == ["250", "503", "250", "250", "221"]


def test_a_client_that_speaks_no_tls_is_left_and_the_edge_goes_on(tmp_path: Path, settings: Settings) -> None:
    async def run() -> tuple[bytes, str]:
        edge = make_smtp(forum.spool, tls=load_certificate(settings))
        place = await edge.start()
        reader, writer = await connect(place)
        await say(ENVELOPE[0], "STARTTLS")(reader, writer)
        writer.write(b"this is no hello at all, and it is long enough to be seen as none\r\n")
        rest = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        reader, writer = await connect(place)
        said = (await say("NOOP")(reader, writer))[-1]
        writer.close()
        await edge.stop()
        assert not edge._acceptance.callers - {None}
        return rest, said

    forum = Forum(tmp_path)
    with capture_logs() as lines:
        rest, said = uvloop.run(run())
    forum.close()
    assert b"421" not in rest
    assert said == "250 2.0.0 OK"
    assert [line["event"] for line in lines] == ["tls_failed"]


def test_tls_older_than_1_2_is_refused(tmp_path: Path, settings: Settings, trusting: ssl.SSLContext) -> None:
    assert (found := load_certificate(settings))
    assert found.minimum_version == ssl.TLSVersion.TLSv1_2


def test_without_a_certificate_it_is_not_offered(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await answer(reader)
        offers = await list_offers(reader, writer)
        return offers + await say_on("STARTTLS")(reader, writer)

    answers = Forum(tmp_path).talk(dialogue)
    assert "STARTTLS" not in answers
    assert answers[-1] == "502 5.5.1 TLS is not offered here"


@pytest.mark.parametrize(
    ("certificate", "key", "line"),
    [
        ("none.pem", "key.pem", "server.tls_certificate: {}/none.pem: No such file or directory"),
        ("chain.pem", "none.pem", "server.tls_key: {}/none.pem: No such file or directory"),
        ("chain.pem", "other.pem", "server.tls_key: {0}/other.pem: it does not belong to {0}/chain.pem"),
        (
            "text",
            "key.pem",
            "server.tls_certificate: {0}/text with {0}/key.pem: is no certificate and key in PEM",
        ),
        (
            "chain.pem",
            "text",
            "server.tls_certificate: {0}/chain.pem with {0}/text: is no certificate and key in PEM",
        ),
        (
            "chain.pem",
            "locked.pem",
            "server.tls_certificate: {0}/chain.pem with {0}/locked.pem: is no certificate",
        ),
    ],
)
def test_a_file_that_is_none_of_that_kind_is_one_clear_line(
    authority: trustme.CA, settings: Settings, tmp_path: Path, certificate: str, key: str, line: str
) -> None:
    from cryptography.hazmat.primitives import serialization

    authority.issue_cert("other.example.org").private_key_pem.write_to_path(tmp_path / "other.pem")
    (tmp_path / "text").write_text("some text\n")
    opened = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    (tmp_path / "locked.pem").write_bytes(
        opened.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ConfigError) as error:
        load_certificate(with_certificate(tmp_path, certificate, key))
    assert len(error.value.lines) == 1
    assert error.value.lines[0].startswith(line.format(tmp_path))
