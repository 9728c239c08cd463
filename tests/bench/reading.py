"""How long it takes to read mail that was made to be hard to read; skipped where the shared set is not there."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median

from bridge.wiring import House, open_house, system_clock
from config.forum import load_settings
from handlers.mail.parse import parse_mail
from handlers.read import read_delivery
from store.tables import Delivery
from tests.bench.measure import Row, ms, time_each
from tests.house import FORUM

HOSTILE = Path(__file__).parents[3] / "shared" / "mail" / "hostile"
GOAL = 0.050
"""Seconds for the worst of them."""
TIMES = 3
"""Each is read so often, and its best time counts: what remains is its own."""


def measure_reading(folder: Path, progress: Callable[[], None], hostile: Path = HOSTILE) -> list[Row]:
    """Two rows: parsing alone, and all that a handler wants to know."""
    files = sorted(path for path in hostile.rglob("*.eml") if path.is_file()) if hostile.is_dir() else []
    if not files:
        return [Row("reading of hostile mail", "skipped: ../shared/mail/hostile is not there")]
    raws = [path.read_bytes() for path in files]
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
    return [*_rows("parsing", files, parsing), *_rows("reading for its handler", files, reading)]


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


def _rows(what: str, files: list[Path], seconds: list[float]) -> list[Row]:
    worst, file = max(zip(seconds, files, strict=True))
    return [
        Row(
            f"{what}, worst of {len(files)} hostile", f"{ms(worst)} ({file.stem[:24]})", goal=f"< {ms(GOAL)}"
        ),
        Row("  median", ms(median(seconds))),
    ]
