"""The servers that are compared, each in a process of its own: `python -m tests.bench.servers bare|edge FOLDER`.

Both run on uvloop and print the port they bound. They end when their standard input does.
"""

import asyncio
import sys
from pathlib import Path

import uvloop
from aiosmtpd.smtp import SMTP

from bridge.edge.smtp import SmtpEdge
from bridge.wiring import open_house, system_clock
from config.forum import load_settings
from store.spool import Spool
from tests.house import FORUM


class _Discard:
    async def handle_DATA(self, _server: object, _session: object, _transaction: object) -> str:
        return "250 2.0.0 Discarded"


async def _serve_bare() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(_Discard(), hostname="sink.example.net", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    await _until_told(server.sockets[0].getsockname()[1])
    server.close()


async def _serve_edge(folder: Path) -> None:
    path = folder / "forum.toml"
    path.write_text(FORUM, encoding="utf-8")
    house = open_house(load_settings(path))
    spool = Spool(house.database, lambda: None)
    spool.start()
    edge = SmtpEdge(house.settings, spool, system_clock, house.log)
    await _until_told(int((await edge.start()).rpartition(":")[2]))
    await edge.stop()
    spool.stop()
    house.close()


async def _until_told(port: int) -> None:
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main(which: str, folder: str) -> None:
    """Serve."""
    uvloop.run(_serve_bare() if which == "bare" else _serve_edge(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
