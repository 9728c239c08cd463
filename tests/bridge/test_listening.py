"""Where an edge listens: ports, sockets that it makes, finds or is given; and what it says where it cannot."""

import asyncio
import socket
import stat
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from bridge.edge import EdgeError
from bridge.edge.listening import Listener, bind_file


class Greeter(asyncio.Protocol):
    """Says hello and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(b"hello")  # type: ignore[attr-defined]
        transport.close()


async def hear(place: Path) -> bytes:
    reader, writer = await asyncio.open_unix_connection(place)
    heard = await reader.read()
    writer.close()
    return heard


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    return asyncio.run if request.param == "asyncio" else uvloop.run


Run = Callable[[Coroutine[Any, Any, Any]], Any]


def test_a_unix_socket_is_for_its_owner_and_group_and_is_gone_at_the_end(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"

    async def dialogue() -> None:
        listener = Listener("lmtp", f"unix:{path}")
        assert await listener.open(Greeter) == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert await hear(path) == b"hello"
        listener.close()

    run(dialogue())
    assert not path.exists()


def test_a_socket_that_a_dead_daemon_left_is_replaced(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    bind_file(path).close()
    assert path.is_socket()

    async def dialogue() -> None:
        listener = Listener("lmtp", f"unix:{path}")
        await listener.open(Greeter)
        assert await hear(path) == b"hello"
        listener.close()

    run(dialogue())


def test_a_socket_that_somebody_listens_on_is_theirs(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"

    async def dialogue() -> None:
        first = Listener("lmtp", f"unix:{path}")
        await first.open(Greeter)
        with pytest.raises(EdgeError, match=rf"^lmtp: cannot listen on unix:{path}: Address already in use$"):
            await Listener("lmtp", f"unix:{path}").open(Greeter)
        assert await hear(path) == b"hello"
        first.close()

    run(dialogue())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file", "there is a file of that name which is no socket"),
        ("nowhere/lmtp", "No such file or directory"),
        ("x" * 200, "AF_UNIX path too long"),
    ],
)
def test_what_cannot_be_a_socket_is_one_clear_line_and_stays(
    run: Run, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(EdgeError) as error:
        run(Listener("lmtp", f"unix:{tmp_path}/{name}").open(Greeter))
    assert str(error.value) == f"lmtp: cannot listen on unix:{tmp_path}/{name}: {reason}"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_socket_that_another_has_put_in_its_place_is_left_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"

    async def dialogue() -> None:
        listener = Listener("lmtp", f"unix:{path}")
        await listener.open(Greeter)
        path.rename(tmp_path / "moved")
        other = bind_file(path)
        listener.close()
        assert path.is_socket()
        other.close()

    run(dialogue())


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
def test_a_socket_that_was_passed_is_used_and_not_removed(
    run: Run, tmp_path: Path, family: socket.AddressFamily
) -> None:
    path = tmp_path / "lmtp"
    passed = socket.socket(family)
    passed.bind(str(path) if family == socket.AF_UNIX else ("127.0.0.1", 0))
    passed.listen()
    kept = passed.dup()  # as the service manager keeps its own

    async def dialogue() -> str:
        listener = Listener("lmtp", "127.0.0.1:1", (passed,))
        place = await listener.open(Greeter)
        listener.close()
        return place

    expected = f"unix:{path}" if family == socket.AF_UNIX else f"127.0.0.1:{kept.getsockname()[1]}"
    assert run(dialogue()) == expected
    assert path.exists() == (family == socket.AF_UNIX)
    with socket.socket(family) as caller:
        caller.connect(kept.getsockname())  # it waits in the kernel until somebody takes it
    kept.close()


@pytest.mark.skipif(not socket.has_ipv6 or sys.platform != "linux", reason="IPv6 on Linux")
def test_an_ipv6_host_stands_in_brackets(run: Run) -> None:
    async def dialogue() -> str:
        listener = Listener("smtp", "[::1]:0")
        place = await listener.open(Greeter)
        listener.close()
        return place

    try:
        place = run(dialogue())
    except EdgeError as error:
        pytest.skip(f"no IPv6 here: {error}")
    assert place.startswith("[::1]:")
    assert not place.endswith(":0")


def test_a_name_is_listened_to_at_each_of_its_addresses(run: Run) -> None:
    async def dialogue() -> bytes:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
        listener = Listener("smtp", f"localhost:{port}")
        await listener.open(Greeter)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        heard = await reader.read()
        writer.close()
        listener.close()
        return heard

    assert run(dialogue()) == b"hello"
