"""How long it takes to read mail that is hard to read: made here, and the shared sets where they are there."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from bridge.wiring import House, open_house, system_clock
from config.forum import load_settings
from handlers.mail.parse import parse_mail
from handlers.read import read_delivery
from store.tables import Delivery
from tests.bench.measure import Row, ms, time_each
from tests.fuzz.seeds import make_seeds
from tests.house import FORUM

SHARED = Path(__file__).parents[3] / "shared" / "mail"
SETS = ("hostile", "real/messages", "real/bounces")
BOMBS = ("<", "<!--", "<div>", "<a href='http://x'>b", "<pre>\n", ">", "On ", "-- \n", "a@", "De : x\n", "é")
BOMB_SIZE = 100_000
"""Bytes of each bomb; longer ones take longer, in proportion."""
GOAL = 0.050
"""Seconds for the worst of them."""
TIMES = 3
"""Each is read so often, and its best time counts: what remains is its own."""


def measure_reading(folder: Path, progress: Callable[[], None], shared: Path = SHARED) -> list[Row]:
    """Two rows: parsing alone, and all that a handler wants to know."""
    mails = dict(_hard_mails(shared))
    raws = list(mails.values())
    parsing = [min(times) for times in zip(*(time_each(raws, parse_mail) for _ in range(TIMES)), strict=True)]
    progress()
    path = folder / "forum.toml"
    path.write_text(FORUM, encoding="utf-8")
    house = open_house(load_settings(path))
    try:
        reading = _time_reading(house, raws, system_clock())
    finally:
        house.close()
    progress()
    return [*_rows("parsing", list(mails), parsing), *_rows("reading for its handler", list(mails), reading)]


def _hard_mails(shared: Path) -> Iterator[tuple[str, bytes]]:
    for number, mail in enumerate(make_seeds()):
        yield f"seed {number}", mail
    for kind in ("html", "plain"):
        for bomb in BOMBS:
            head = f"Content-Type: text/{kind}; charset=utf-8\n\n"
            yield f"{kind} {bomb.strip()}", (head + bomb * (BOMB_SIZE // len(bomb))).encode()
    for name in SETS:
        for path in sorted((shared / name).glob("*.eml")):
            yield path.stem, path.read_bytes()


def _time_reading(house: House, raws: list[bytes], now: datetime) -> list[float]:
    with house.unit() as ctx:

        def read(raw: bytes) -> None:
            delivery = Delivery(
                key="",
                message="",
                recipient="sse-en@forum.example.org",
                mail_from="",
                edge="",
                received_at=now,
            )
            read_delivery(delivery, raw, ctx)

        return [min(times) for times in zip(*(time_each(raws, read) for _ in range(TIMES)), strict=True)]


def _rows(what: str, names: list[str], seconds: list[float]) -> list[Row]:
    worst, name = max(zip(seconds, names, strict=True))
    return [
        Row(f"{what}, worst of {len(names)} hard mails", f"{ms(worst)} ({name[:24]})", goal=f"< {ms(GOAL)}"),
        Row("  median", ms(median(seconds))),
    ]
