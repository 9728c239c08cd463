"""A mail is what stands between the answer to DATA and the lone dot, however it is cut into pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bridge.edge.content import TOO_LARGE, TOO_MUCH, Content, Memory

LINE = st.lists(st.sampled_from([b".", b"..", b"a", b"\n", b"\r", b"\n.\n", b" "]), max_size=6).map(b"".join)


def receive(stream: bytes, cuts: list[int], limit: int = 10_000) -> tuple[Content, bool]:
    content = Content(limit, Memory(2 * limit))
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    complete = False
    for begin, end in pairwise(edges):
        if begin < end and not complete:
            complete = content.feed(stream[begin:end])
            if complete:
                content.rest += stream[end:]
    return content, complete


@given(st.lists(LINE, max_size=8), st.lists(st.integers(min_value=0), max_size=6))
def test_a_mail_comes_out_as_it_was_whatever_its_dots_and_pieces(lines: list[bytes], cuts: list[int]) -> None:
    mail = b"".join(line + b"\r\n" for line in b"\r\n".join(lines).split(b"\r\n"))
    wire = b"".join(
        b"." * line.startswith(b".") + line + b"\r\n" for line in mail.removesuffix(b"\r\n").split(b"\r\n")
    )
    content, complete = receive(wire + b".\r\nNOOP\r\n", cuts)
    assert complete
    assert content.rest == b"NOOP\r\n"
    assert content.take() == mail


def test_a_dot_that_comes_at_once_is_an_empty_mail() -> None:
    content, complete = receive(b".\r\n", [])
    assert complete
    assert content.take() == b""


@given(st.integers(min_value=90, max_value=110), st.lists(st.integers(min_value=0), max_size=6))
def test_the_limit_is_exact_however_the_mail_is_cut(size: int, cuts: list[int]) -> None:
    content, complete = receive(b"x" * (size - 2) + b"\r\n.\r\n", cuts, limit=100)
    assert complete
    assert content.refusal == (TOO_LARGE if size > 100 else "")


def test_of_what_is_refused_nothing_is_kept_and_its_end_is_still_found() -> None:
    memory = Memory(1_000_000)
    content = Content(1_000, memory)
    for _ in range(100):
        assert not content.feed(b"x" * 100)
    assert content.refusal == TOO_LARGE
    assert content.is_endless
    assert memory.held == 0
    assert not content.feed(b"\r\n")
    assert content.feed(b".\r\nQUIT\r\n")
    assert content.rest == b"QUIT\r\n"


def test_all_mails_together_may_take_so_much_memory_and_no_more() -> None:
    memory = Memory(1_000)
    first, second = Content(5_000, memory), Content(5_000, memory)
    assert not first.feed(b"x" * 800)
    assert not second.feed(b"x" * 800)
    assert (first.refusal, second.refusal) == ("", TOO_MUCH)
    assert first.feed(b"\r\n.\r\n")
    assert len(first.take()) == 802
    first.forget()
    assert memory.held == 0
