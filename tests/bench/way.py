"""The whole way of a mail: stored, handled by the worker, its answers in the outbox; all in this process."""

import random
from collections.abc import Callable
from concurrent.futures import wait
from pathlib import Path

import structlog

from bridge.wiring import House, keep_in_step, make_token, make_worker, open_house, system_clock
from config.forum import load_settings
from store.spool import Envelope, Spool
from tests.bench.measure import Row, Spent, ms, spending
from tests.house import FORUM, mail

POSTS = 150
SUBSCRIBERS = 100
"""Of the list that is written to; each published contribution goes out to all of them."""
WORDS = [
    "seeds",
    "fields",
    "water",
    "winter",
    "village",
    "market",
    "spring",
    "bread",
    "mill",
    "road",
    "school",
    "forest",
    "river",
    "bees",
]
OTHERS_HOLD, OTHERS_APPROVE = 0.035, 0.097
"""Processor seconds that Mailman 3 was measured to take to hold a post and to approve it, in another run."""
GOAL = 10


def measure_whole_way(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """Two rows each for a contribution that is held, and for its approval and publication."""
    # What is logged is built, and written nowhere.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    path = folder / "forum.toml"
    path.write_text(FORUM, encoding="utf-8")
    tokens: list[str] = []

    def new_token() -> str:
        tokens.append(make_token())
        return tokens[-1]

    house = open_house(load_settings(path), new_token=new_token)
    try:
        keep_in_step(house)
        with house.unit() as ctx:
            for number in range(SUBSCRIBERS):
                ctx.uow.people.subscribe(f"reader{number}@example.org", "en")
            ctx.uow.commit()
        make_worker(house, lambda: None).run_once()
        held = _take_all(
            house, [(_write_post(number), "sse-en@forum.example.org") for number in range(POSTS)]
        )
        progress()
        answers = [
            (_write_answer(number, token), f"sse+ok-{token}@forum.example.org")
            for number, token in enumerate(tokens)
        ]
        approved = _take_all(house, answers)
        progress()
        with house.unit() as ctx:
            outcomes = ctx.uow.deliveries.account().outcomes
    finally:
        house.close()
    if outcomes != {"decision": POSTS, "published": POSTS}:
        raise RuntimeError(f"the mails became something else: {outcomes}")
    return [
        *_rows("a contribution, stored to held", held, OTHERS_HOLD),
        *_rows(f"its approval, stored to enqueued for {SUBSCRIBERS}", approved, OTHERS_APPROVE),
    ]


def _rows(what: str, spent: Spent, others: float) -> list[Row]:
    cpu = spent.cpu / POSTS
    return [
        Row(f"{what}: time", ms(spent.wall / POSTS)),
        Row("  processor", ms(cpu), f"{ms(others)} (Mailman 3)", f"{others / cpu:.0f}×", f">= {GOAL}×"),
    ]


def _take_all(house: House, mails: list[tuple[bytes, str]]) -> Spent:
    """Spool and handle, as a daemon does that finds them waiting."""
    worker = make_worker(house, lambda: None)
    spool = Spool(house.database, lambda: None)
    spool.start()
    with spending() as spent:
        now = system_clock()
        stored = [spool.submit(Envelope("ana@example.org", (to,), raw, now, "bench")) for raw, to in mails]
        wait(stored)
        worker.run_once()
    spool.stop()
    return spent


def _write_post(number: int) -> bytes:
    """About 3 kB of its own."""
    words = random.Random(number)
    text = "\n\n".join(" ".join(words.choices(WORDS, k=80)) for _ in range(6))
    return mail(text + "\n", subject=f"{words.choice(WORDS)} {number}", sender=f"person{number}@example.org")


def _write_answer(number: int, token: str) -> bytes:
    """What a moderator's one tap sends."""
    return mail(
        "\n",
        sender="moderator-en@example.org",
        to=f"sse+ok-{token}@forum.example.org",
        message_id=f"answer-{number}",
    )
