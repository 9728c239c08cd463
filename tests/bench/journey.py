"""What a phase costs a participant in mails and bytes, in each language, and what the same costs through Mailman 3.

There every post comes whole: a long one in another language, too, once on the list and never asked for.
"""

import asyncio
import contextlib
import smtplib
from collections.abc import Callable
from pathlib import Path

from tests.bench.measure import Row
from tests.bridge.running import PATIENCE, wait
from tests.house import mail
from tests.journey import AUTHOR, LANGUAGES, OWN, READER, SHORT, Journey, long_text, travel
from tests.linking.texts import CONTRIBUTIONS
from tests.peers.mailman import BIN, COMMAND_RUNNERS, RUNNERS, Mailman, laid_out_mailman, running_mailman
from tests.sink import Sink

LIST = "forum@lists.example.org"
ORGANIZER = "organizer@example.org"
GOAL, GOAL_AR = 24_000, 34_000

# A list whose members' posts wait for a moderator, but for the organizer and the other author.
_SCRIPT = """\
from mailman.app.lifecycle import create_list
from mailman.app.moderator import handle_message
from mailman.commands.cli_addmembers import add_members
from mailman.interfaces.action import Action
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.listmanager import IListManager
from mailman.interfaces.mailinglist import SubscriptionPolicy
from mailman.interfaces.requests import IListRequests, RequestType
from mailman.interfaces.member import MemberRole
from zope.component import getUtility
import io


def make():
    getUtility(IDomainManager).add("lists.example.org")
    mlist = create_list("forum@lists.example.org")
    mlist.subscription_policy = SubscriptionPolicy.confirm
    mlist.default_member_action = Action.hold
    mlist.admin_immed_notify = False
    add_members(mlist, io.StringIO("bo@example.org\\norganizer@example.org\\n"), "disabled", False, False)
    for email in ("bo@example.org", "organizer@example.org"):
        mlist.members.get_member(email).moderation_action = Action.accept


def accept():
    mlist = getUtility(IListManager).get("forum@lists.example.org")
    for held in [one for one in IListRequests(mlist).of_type(RequestType.held_message)]:
        handle_message(mlist, held.id, Action.accept)
"""


def measure_journey(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """A row for each language; the reference is Mailman's journey in English."""
    ways = []
    for language in LANGUAGES:
        place = folder / language
        place.mkdir()
        ways.append(travel(language, place))
        progress()
    there = _through_mailman(_body(ways[0], "opening"), _body(ways[0], "closing"))
    progress()
    return [_row(way, there) for way in ways]


def _body(journey: Journey, what: str) -> str:
    return journey.raw[what].partition(b"\r\n\r\n")[2].decode()


def _row(here: Journey, there: Journey | None) -> Row:
    goal = GOAL_AR if here.language == "ar" else GOAL
    return Row(
        f"a phase by mail alone, {here.language}",
        _say(here),
        f"Mailman 3, en: {_say(there)}" if there else "no Mailman here",
        f"{here.size / there.size:.2f}" if there else "",
        f"< {goal:,} B, 12 mails",
    )


def _say(journey: Journey) -> str:
    return f"{len(journey.mails)} mails, {journey.size:,} B"


def _through_mailman(opening: str, closing: str) -> Journey | None:
    """The same steps, and the same announcements, on a list of Mailman's; None where it is not installed."""
    if not (BIN / "mailman").exists():
        return None
    return asyncio.run(_walk_mailman(opening, closing))


async def _walk_mailman(opening: str, closing: str) -> Journey:
    sink = Sink()
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(sink.listen())
        mailman = stack.enter_context(laid_out_mailman(sink.port, (*RUNNERS, *COMMAND_RUNNERS)))
        (mailman.folder / "journey.py").write_text(_SCRIPT, encoding="utf-8")
        await asyncio.to_thread(mailman.run, "withlist", "--run", "journey.make")
        runs = running_mailman(mailman)
        await asyncio.to_thread(runs.__enter__)
        try:
            way = _MailmanWay(Journey("en"), sink, mailman)
            await way.walk(opening, closing)
        finally:
            await asyncio.to_thread(runs.__exit__, None, None, None)
    return way.journey


class _MailmanWay:
    def __init__(self, journey: Journey, sink: Sink, mailman: Mailman) -> None:
        self.journey = journey
        self._sink = sink
        self._mailman = mailman
        self._read: set[int] = set()

    async def walk(self, opening: str, closing: str) -> None:
        """From the first mail to the closing."""
        await self._send(READER, "forum-join@lists.example.org", "join", "")
        asked = await self._get("is it you?")
        token = asked.partition(b"confirm+")[2].partition(b"@")[0].decode()
        await self._send(READER, f"forum-confirm+{token}@lists.example.org", f"confirm {token}", "")
        await self._get("welcome")
        await self._post(ORGANIZER, "opening", opening)
        for what, text in (("own", CONTRIBUTIONS[OWN]["en"]), ("translation", long_text("en"))):
            if what == "translation":
                for name in SHORT:
                    await self._post(AUTHOR, name, CONTRIBUTIONS[name]["en"])
                await self._post(AUTHOR, "long", long_text("fr"))
            await self._send(READER, LIST, what, text)
            await self._get("held")
            await asyncio.to_thread(self._mailman.run, "withlist", "--run", "journey.accept")
            await self._get(what)
        await self._post(ORGANIZER, "closing", closing)

    async def _post(self, sender: str, what: str, text: str) -> None:
        await self._send(sender, LIST, what, text)
        await self._get(what)

    async def _send(self, sender: str, to: str, subject: str, text: str) -> None:
        raw = mail(text, sender=sender, name="Amina", to=to, subject=subject)

        def deliver() -> None:
            with smtplib.LMTP("127.0.0.1", self._mailman.lmtp_port, timeout=PATIENCE) as client:
                client.sendmail(sender, [to], raw)

        await asyncio.to_thread(deliver)

    async def _get(self, what: str) -> bytes:
        place = int(await wait(self._find))
        self._read.add(place - 1)
        raw = self._sink.received[place - 1].content
        self.journey.mails.append((what, len(raw)))
        return raw

    def _find(self) -> int | None:
        received = enumerate(self._sink.received)
        return next((i + 1 for i, one in received if i not in self._read and READER in one.rcpt_tos), None)
