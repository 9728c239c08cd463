"""A participant's whole way through a phase, by mail alone, over real SMTP: what it costs in mails and bytes.

Join, confirm, opening, contribute, be told, three notices, read a long contribution in another language, take its
translation, send it, closing. Everything counts that the participant is sent, with its headers.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bridge.daemon import Daemon
from bridge.wiring import open_house
from config.forum import load_settings
from tests.bridge.running import PATIENCE, post, running, wait
from tests.house import Sent, answer, mail
from tests.linking.texts import CONTRIBUTIONS
from tests.sink import Sink

LANGUAGES = ("en", "es", "fr", "pt", "ar")
READER, AUTHOR, MODERATOR = "amina@example.net", "bo@example.org", "moderator@example.org"
NAMES = {READER: "Amina", AUTHOR: "Bo", MODERATOR: ""}
COMMANDS = "sse@forum.example.org"
JOINS = datetime(2013, 9, 5, 8, tzinfo=UTC)
OPENS = datetime(2013, 9, 9, 8, tzinfo=UTC)
CLOSES = datetime(2013, 9, 22, 8, tzinfo=UTC)
OWN, SHORT = "water", ("seeds", "seed-law")
"""What the reader contributes, and what others send in the same language."""
LONG = (
    *("buses", "market", "market-fees", "library", "care"),
    *("buses", "market", "market-fees", "library"),
)
"""What the long contribution is made of, 3 kB in English."""

_FORUM = """\
[server]
smtp = "127.0.0.1:0"
smarthost = "{smarthost}"
linking = "explicit"
max_contribution_size = 20_000

[forum]
name = "sse"
domain = "forum.example.org"
time_zone = "Europe/Paris"
default_language = "en"
delivery = "notice"
moderation = "all"
organizers = ["organizer@example.org"]
title = {{ en = "Who gains, who pays?", es = "¿Quién gana, quién paga?", fr = "Qui gagne, qui paie ?", pt = "Quem ganha, quem paga?", ar = "من يربح ومن يدفع؟" }}
{lists}
[[themes]]
number = 2
title = {{ en = "Territories" }}

[[themes.questions]]
number = 4
text = {{ en = "Which ways of working together make a territory last?", es = "¿Qué formas de trabajar juntos hacen que un territorio dure?", fr = "Quelles façons de travailler ensemble font durer un territoire ?", pt = "Que formas de trabalhar em conjunto fazem durar um território?", ar = "ما أشكال العمل المشترك التي تجعل الإقليم يدوم؟" }}

[[themes.phases]]
number = 3
questions = [4]
opens = 2013-09-09
closes = 2013-09-21
"""
_LIST = """
[[lists]]
language = "{0}"
address = "sse-{0}@forum.example.org"
moderators = ["moderator@example.org"]
"""


@dataclass(slots=True)
class Journey:
    """What the reader was sent, in order: what it was, and its bytes as sent; `raw` has them by what they were."""

    language: str
    mails: list[tuple[str, int]] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(size for _, size in self.mails)


def travel(language: str, folder: Path) -> Journey:
    """The whole way in a language."""
    return asyncio.run(_travel(language, folder))


async def _travel(language: str, folder: Path) -> Journey:
    sink = Sink()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sink.listen())
        path = folder / "forum.toml"
        lists = "".join(_LIST.format(one) for one in LANGUAGES)
        path.write_text(_FORUM.format(smarthost=sink.url, lists=lists), encoding="utf-8")
        clock = [JOINS]
        house = open_house(load_settings(path), now=lambda: clock[0])
        stack.callback(house.close)
        daemon, port = await stack.enter_async_context(running(house, sink.url))
        way = _Way(Journey(language), sink, daemon, port, clock)
        await way.walk()
        return way.journey


def long_text(language: str) -> str:
    """The contribution of 3 kB."""
    return "\n\n".join(CONTRIBUTIONS[name][language] for name in LONG)


@dataclass(slots=True)
class _Way:
    """The steps, in order."""

    journey: Journey
    sink: Sink
    daemon: Daemon
    port: int
    clock: list[datetime]
    taken: set[int] = field(default_factory=set)
    """Places in the sink of what was read already."""

    async def walk(self) -> None:
        """From the first mail to the closing."""
        language = self.journey.language
        other = "fr" if language != "fr" else "en"
        here, there = f"sse-{language}@forum.example.org", f"sse-{other}@forum.example.org"
        await self.send(READER, f"sse-{language}+join@forum.example.org", "", "")
        await self.reply(READER, await self.get("is it you?"), "")
        await self.get("welcome")

        await self.move_to(OPENS)
        await self.reply(READER, await self.get("opening"), CONTRIBUTIONS[OWN][language])
        await self.get("receipt: waiting")
        await self.approve()
        await self.get("receipt: published")

        for name in SHORT:
            await self.send(AUTHOR, here, name, CONTRIBUTIONS[name][language])
            await self.approve()
            await self.get("notice")
        await self.send(AUTHOR, there, "Long", long_text(other))
        await self.approve()
        await self.get("notice: in another language")

        await self.send(READER, COMMANDS, "", f"get 4 {other}")
        await self.get("3 kB that were asked for")
        await self.send(READER, COMMANDS, "", f"translate 4 {language}")
        await self.reply(READER, await self.get("the same, to be translated"), long_text(language))
        await self.approve()
        await self.get("receipt: published")

        await self.move_to(CLOSES)
        await self.get("closing")
        await self.settle()
        assert self.find(READER) is None, "a mail more than was expected"

    async def send(self, sender: str, to: str, subject: str, text: str) -> None:
        """A mail to the forum."""
        raw = mail(text, sender=sender, name=NAMES[sender], to=to, subject=subject)
        await asyncio.to_thread(post, self.port, raw, to, mail_from=sender)

    async def reply(self, sender: str, raw: bytes, text: str) -> None:
        """An answer to one of its mails, with nothing quoted."""
        to = Sent("", (sender,), "", raw, self.clock[0])
        written, address = answer(to, text, sender=sender, quote=False)
        await asyncio.to_thread(post, self.port, written, address, mail_from=sender)

    async def approve(self) -> None:
        """The moderator says yes to the next post that waits."""
        await self.reply(MODERATOR, await self.receive(MODERATOR), "ok")

    async def get(self, what: str) -> bytes:
        """The next mail that the reader is sent."""
        raw = await self.receive(READER)
        self.journey.mails.append((what, len(raw)))
        self.journey.raw[what] = raw
        return raw

    async def receive(self, email: str) -> bytes:
        """The next mail to an address."""
        place = await wait(lambda: self.find(email))
        self.taken.add(place - 1)
        return self.sink.received[place - 1].content

    def find(self, email: str) -> int | None:
        """The place of the next mail to an address, counted from 1."""
        received = enumerate(self.sink.received)
        return next((i + 1 for i, one in received if i not in self.taken and email in one.rcpt_tos), None)

    async def move_to(self, instant: datetime) -> None:
        """Time passes, and the forum looks at the clock."""
        await self.settle()
        self.clock[0] = instant
        self.daemon.look()

    async def settle(self) -> None:
        """Everything that came is handled."""
        self.daemon.look()
        assert await asyncio.to_thread(self.daemon.worker.wait_until_done, PATIENCE)
