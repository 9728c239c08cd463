"""Whatever a client says, each answer is one of SMTP's, and none is about a failure of ours."""

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bridge.edge.credentials import CredentialsError, Login, read_credentials
from tests.bridge.talking import Forum, MakeEdge, make_lmtp, make_smtp

ANSWER = re.compile(r"(220|221|235|250|252|334|354|421|45[0-2]|50[0-4]|53[058]|55[0235])[ -][ -~]*")
FAILURE = re.compile(r"Error: \(|Traceback|\w+Error\b|451 ")
VERBS = [
    b"EHLO", b"HELO", b"LHLO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP", b"VRFY", b"EXPN", b"HELP", b"AUTH",
    b"STARTTLS", b"BDAT", b"mail from:", b"RCPT TO:<sse-fr@forum.example.org>", b"MAIL FROM:<a@example.org>", b".",
    b"HELP MAIL", b"AUTH PLAIN", b"AUTH LOGIN", b"MAIL FROM:<a@example.org> SIZE=", b"RCPT TO:<a@",
]  # fmt: skip
JUNK = st.one_of(
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b" ")),
    st.sampled_from(
        [b"", b" ", b"<a@[>", b"<>", b"FROM:<>", b'TO:<"a b"@x>', b"\xff\xfe", b"=", b"x" * 2_000, b"\0"]
    ),
)
LINES = st.lists(st.tuples(st.sampled_from(VERBS), JUNK).map(b" ".join), max_size=15)


def smtp_with_login(spool: object, now: object) -> object:
    """With everything that it can offer without a certificate."""
    return make_smtp(spool, now, login=Login(b"website", b"secret"))  # type: ignore[arg-type]


@pytest.mark.parametrize("make_edge", [smtp_with_login, make_lmtp])
@settings(max_examples=25, deadline=None)
@given(lines=LINES)
def test_every_answer_is_one_of_the_protocol_and_none_is_a_failure_of_ours(
    make_edge: MakeEdge, lines: list[bytes]
) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        hello = b"LHLO x" if make_edge is make_lmtp else b"EHLO x"
        # Whatever is open then, an answer to AUTH or a mail, comes to an end.
        writer.write(b"\r\n".join((hello, *lines, b"*", b".", b"QUIT", b"")))
        try:
            return (await reader.read()).decode().splitlines()
        except ConnectionResetError:  # it was left before it had said everything
            return []

    with TemporaryDirectory() as folder, capture_logs() as logged:
        forum = Forum(Path(folder))
        answers = forum.talk(dialogue, make_edge=make_edge)
        forum.database.close()
    assert [line for line in answers if not ANSWER.fullmatch(line)] == []
    assert [line for line in answers if FAILURE.search(line)] == []
    assert "edge_failed" not in {line["event"] for line in logged}


@given(st.text(max_size=60), st.lists(st.binary(max_size=40), max_size=2))
def test_reading_credentials_gives_two_texts_or_an_answer(arg: str, lines: list[bytes]) -> None:
    left = iter(lines)

    async def challenge(text: str) -> bytes:
        return next(left, b"*")

    found: object
    try:
        found = asyncio.run(read_credentials(arg, challenge))
    except CredentialsError as error:
        found = str(error)
    assert ANSWER.fullmatch(found) if isinstance(found, str) else isinstance(found, tuple)
