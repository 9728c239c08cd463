"""Plays the example forum: the daemon runs, people write to it over SMTP, the clock is moved from event to event."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTP

from rich.progress import Progress

from bridge.commands.forum import RefusedError
from bridge.commands.people import import_file
from bridge.daemon import Daemon
from bridge.demo.account import check_outcomes
from bridge.demo.mailbox import Mailbox, Received, add_header, write_answer
from bridge.demo.scenario import EXAMPLE, Posting, Scenario, read_scenario, write_forum
from bridge.demo.show import show_results
from bridge.wiring import House, make_smarthost, open_house
from config.forum import load_settings
from handlers.phase import find_next_due

PATIENCE = 30.0
"""Seconds for one mail; it takes some thousandths."""
AFTERWARDS = timedelta(days=3)
"""The demo ends after the last phase's closing announcement."""


class MovableClock:
    """The forum's time, which only the demo moves."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant it was moved to."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Forward only."""
        self._now = max(self._now, instant.astimezone(UTC))


def run_demo(keep: Path | None) -> None:
    """Play it and show what people received; RefusedError where something came out otherwise than it should."""
    began = time.perf_counter()
    folder = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="manyvoices-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "forum.db").exists():
        raise RefusedError(f"{folder}: a forum was run here already; choose another folder")
    scenario = read_scenario()
    clock = MovableClock(scenario.postings[0].at - timedelta(days=3))
    house = open_house(load_settings(write_forum(folder)), now=clock.now, create=True)
    try:
        with house.unit() as ctx:
            import_file(ctx, EXAMPLE / "subscribers.csv")
            ctx.uow.commit()
        player = Player(house, clock, Mailbox(folder / "outgoing"))
        with Progress(transient=True) as bar:
            task = bar.add_task("", total=len(scenario.postings))

            def say(text: str) -> None:
                bar.update(task, description=text[:70], advance=1)

            asyncio.run(player.play(scenario, say))
        check_outcomes(house, scenario, player.posted)
        show_results(house, player.mailbox, folder, time.perf_counter() - began)
    finally:
        house.close()


class Player:
    """The people of the forum, and whoever moves its clock."""

    def __init__(self, house: House, clock: MovableClock, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self._house = house
        self._clock = clock
        self._daemon = Daemon(house, make_smarthost(house.settings))
        self._port = 0
        self._notices: dict[str, Received] = {}
        self.posted: list[tuple[Posting, bytes]] = []

    async def play(self, scenario: Scenario, say: Callable[[str], None]) -> None:
        """Everything, in order of time."""
        ports = await self._daemon.start()
        self._port = ports.smtp or 0
        try:
            for posting in scenario.postings:
                await self._move_to(posting.at)
                say(posting.says)
                await self._post(posting)
                for earlier in scenario.postings:
                    if earlier.answers_after == posting.file:
                        await self._answer(earlier)
            await self._move_to(self._last_close() + AFTERWARDS)
        finally:
            await self._daemon.stop()

    async def _post(self, posting: Posting) -> None:
        raw = posting.raw
        if posting.answers_receipt_of:
            sender = posting.mail_from
            receipt = self.mailbox.find("receipt_published", to=sender)
            if receipt is None:
                raise RefusedError(f"{posting.file}: {sender} has no receipt to answer")
            raw = add_header(raw, "In-Reply-To", receipt.message_id)
        self.posted.append((posting, raw))
        fresh = await self._send(raw, posting.mail_from, posting.rcpt_tos)
        for mail in fresh:
            if mail.kind == "held":
                self._notices[posting.file] = mail
            elif posting.confirm and mail.kind.startswith("confirm_"):
                await self._reply(mail, "")
        if posting.answers and not posting.answers_after:
            await self._answer(posting)

    async def _answer(self, posting: Posting) -> None:
        """What the moderator says; a second answer goes to what the first one was told."""
        notice = self._notices.get(posting.file)
        if notice is None:
            raise RefusedError(f"{posting.file}: no moderator was asked")
        for text in posting.answers:
            fresh = await self._reply(notice, text)
            notice = next((mail for mail in fresh if mail.kind == "decision"), notice)

    async def _reply(self, received: Received, text: str) -> list[Received]:
        self._clock.move_to(self._clock.now() + timedelta(seconds=20))
        raw, address = write_answer(received, text, self._clock.now())
        return await self._send(raw, received.to, (address,))

    async def _send(self, raw: bytes, mail_from: str, rcpt_tos: tuple[str, ...]) -> list[Received]:
        """Over SMTP; what it led to in the mailboxes."""
        await asyncio.to_thread(self._talk, raw, mail_from, rcpt_tos)
        return await self._settle()

    def _talk(self, raw: bytes, mail_from: str, rcpt_tos: tuple[str, ...]) -> None:
        with SMTP("127.0.0.1", self._port, timeout=PATIENCE) as client:
            client.sendmail(mail_from, rcpt_tos, raw, mail_options=("BODY=8BITMIME",))

    async def _settle(self) -> list[Received]:
        """Wait until the daemon has handled and sent everything there is."""
        self._daemon.look()
        if not await asyncio.to_thread(self._daemon.worker.wait_until_done, PATIENCE):
            raise RefusedError("the daemon did not finish in time")
        await self._daemon.relay.send_due()
        return self.mailbox.look()

    async def _move_to(self, instant: datetime) -> None:
        """From one due instant to the next, so that nothing is late."""
        while (due := self._next_due()) is not None and due <= instant:
            self._clock.move_to(due)
            await self._settle()
        self._clock.move_to(instant)
        await self._settle()

    def _next_due(self) -> datetime | None:
        with self._house.unit() as ctx:
            return find_next_due(ctx)

    def _last_close(self) -> datetime:
        with self._house.unit() as ctx:
            return max(phase.closes_at for _, phase in ctx.uow.phases.list_phases())
