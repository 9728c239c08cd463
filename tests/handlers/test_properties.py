"""A forum in which anything happens in any order: after each step the account is whole and nobody gets what is not theirs."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlmodel import col

from handlers.context import Context
from handlers.decide import Status
from handlers.joining import link, merge, restore, unlink, withdraw
from store.posts import DISCARDED, HELD, PUBLISHED, REJECTED, Post
from store.tables import Contribution, Revision, Version
from tests.house import Sent, TestHouse, answer, mail

LANGUAGES = ("en", "es", "fr")
MODERATORS = {
    "en": {"moderator-en@example.org"},
    "es": {"moderator-es@example.org"},
    "fr": {"moderator-fr@example.org", "second-fr@example.org"},
}
LIST_KINDS = {"contribution", "translation", "comment", "correction", "opening", "closing", "reminder"}
MARK = "marker"
HASTY = "moderator-en@example.org"

languages = st.sampled_from(LANGUAGES)
verdicts = st.sampled_from(["ok", "ok", "no: too short", "drop", "perhaps"])


@dataclass
class Text:
    """One text that a participant sent, by the word that only it has."""

    mark: str
    author: str
    language: str
    receipt: Sent | None
    notices: list[Sent]


class Forum(RuleBasedStateMachine):
    """Participants, translators and moderators, and a clock that moves."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = TestHouse(self.folder)
        self.texts: list[Text] = []
        self.sent: list[Sent] = []
        self.seen: Counter[tuple[str, str]] = Counter()

    @initialize()
    def readers_join(self) -> None:
        for language in LANGUAGES:
            self.house.subscribe(f"reader-{language}@example.org", language=language)

    def teardown(self) -> None:
        self.house.close()
        shutil.rmtree(self.folder)

    @rule(language=languages)
    def contribute(self, language: str) -> None:
        self.submit(language, f"sse-{language}@forum.example.org")

    @rule(language=languages, number=st.integers(1, 4))
    def translate(self, language: str, number: int) -> None:
        self.submit(language, f"sse+t{number}-{language}@forum.example.org")

    @rule(language=languages, number=st.integers(1, 4))
    def comment(self, language: str, number: int) -> None:
        self.submit(language, f"sse+c{number}-{language}@forum.example.org")

    @precondition(lambda self: self.texts)
    @rule(language=languages, data=st.data())
    def answer_an_author(self, language: str, data: st.DataObject) -> None:
        """To the author's own mail, which may still wait: a comment; from another language, at length, a translation."""
        text = data.draw(st.sampled_from(self.texts))
        self.submit(language, f"sse-{language}@forum.example.org", f"<{text.mark}@mail.example.org>")

    @precondition(lambda self: any(text.receipt for text in self.texts))
    @rule(data=st.data(), by_author=st.booleans())
    def correct(self, data: st.DataObject, by_author: bool) -> None:
        text = data.draw(st.sampled_from([text for text in self.texts if text.receipt]))
        assert text.receipt
        mark = f"{MARK}{len(self.texts)}x"
        sender = text.author if by_author else "evil@example.org"
        raw, to = answer(text.receipt, f"A corrected text with {mark} in it.", sender=sender)
        self.house.post(raw, to)
        self.collect(mark, sender, text.language)

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), said=verdicts)
    def decide(self, data: st.DataObject, said: str) -> None:
        self.answer(data, said)

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        self.answer(data, "undo")

    @precondition(lambda self: self.texts)
    @rule(place=st.integers(0, 30), number=st.integers(1, 5))
    def link(self, place: int, number: int) -> None:
        """Any text to any number, as a moderator may who answers in a hurry."""
        self.join(lambda ctx: link(ctx, self.post(ctx, place), self.at(ctx, number), by=HASTY, how="web"))

    @precondition(lambda self: self.texts)
    @rule(place=st.integers(0, 30))
    def unlink(self, place: int) -> None:
        self.join(lambda ctx: unlink(ctx, self.post(ctx, place), by=HASTY, how="web"))

    @rule(one=st.integers(1, 5), other=st.integers(1, 5))
    def merge(self, one: int, other: int) -> None:
        self.join(lambda ctx: merge(ctx, self.at(ctx, one), self.at(ctx, other), by=HASTY, how="web"))

    @rule(number=st.integers(1, 5), back=st.booleans())
    def withdraw(self, number: int, back: bool) -> None:
        act = restore if back else withdraw
        self.join(lambda ctx: act(ctx, self.at(ctx, number), by=HASTY, how="web"))

    def join(self, act: Callable[[Context], Status]) -> None:
        """What is refused changes nothing; what is done stays."""
        with self.house.house.unit() as ctx:
            try:
                status = act(ctx)
            except LookupError:
                return
            session = ctx.uow.links._session
            assert status is Status.DONE or not (session.new or session.dirty)
            ctx.uow.commit()
        self.read()

    def post(self, ctx: Context, place: int) -> Post:
        """One of the texts that there are."""
        found = ctx.uow.contributions.find_post(1 + place % len(self.texts))
        if found is None:
            raise LookupError(place)
        return found

    def at(self, ctx: Context, number: int) -> Contribution:
        """What a number leads to; LookupError where it was not given yet."""
        found = ctx.uow.contributions.find_by_number(number)
        if found is None:
            raise LookupError(number)
        return found

    @rule(hours=st.sampled_from([0.1, 1, 30, 24 * 8]))
    def let_time_pass(self, hours: float) -> None:
        self.house.tick(self.house.now + timedelta(hours=hours))
        self.read()

    @rule()
    def look_again(self) -> None:
        self.house.tick(self.house.now)
        assert self.house.outbox() == []

    def submit(self, language: str, to: str, answers: str = "") -> None:
        mark = f"{MARK}{len(self.texts)}x"
        author = f"author{len(self.texts) % 3}@example.org"
        headers = {"in_reply_to": answers} if answers else {}
        text = " ".join([f"A text with {mark} in it."] * 8)
        raw = mail(text, sender=author, to=to, subject="A title", message_id=mark, **headers)
        assert self.house.post(raw, to) == [HELD]
        self.collect(mark, author, language)

    def collect(self, mark: str, author: str, language: str) -> None:
        new = self.read()
        receipt = next((kept for kept in new if kept.kind == "receipt_held"), None)
        notices = [kept for kept in new if kept.kind == HELD]
        self.texts.append(Text(mark, author, language, receipt, notices))

    def answer(self, data: st.DataObject, said: str) -> None:
        notices = [notice for text in self.texts for notice in text.notices]
        notice = data.draw(st.sampled_from(notices))
        self.house.post(*answer(notice, f"{said}\n", sender=notice.recipients[0]))
        for asked_again in [kept for kept in self.read() if kept.kind == HELD]:
            text = next(text for text in self.texts if text.mark in asked_again.body)
            text.notices.append(asked_again)

    def read(self) -> list[Sent]:
        new = self.house.outbox()
        self.sent += new
        self.seen.update((kept.header("Message-ID"), email) for kept in new for email in kept.recipients)
        return new

    def states(self) -> dict[str, str]:
        with self.house.house.unit() as ctx:
            found = ctx.uow.waiting.list_posts(
                (HELD, "approved", REJECTED, DISCARDED, "withdrawn", PUBLISHED)
            )
            return {
                text.mark: post.revision.state
                for post in found
                for text in self.texts
                if text.mark in post.revision.text
            }

    @invariant()
    def the_account_is_whole(self) -> None:
        assert sum(self.house.accounts().values()) > 0 or not self.texts
        assert "shunted" not in self.house.accounts()

    @invariant()
    def numbers_have_no_gaps_and_no_doubles(self) -> None:
        with self.house.house.database.engine.connect() as connection:
            query = select(col(Contribution.number)).where(col(Contribution.number).is_not(None))
            numbers = sorted(int(number or 0) for number in connection.execute(query).scalars())
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def the_lines_partition_the_total(self) -> None:
        with self.house.house.unit() as ctx:
            for _, phase in ctx.uow.phases.list_phases():
                found = ctx.uow.phases.count(phase, LANGUAGES, ctx.now + timedelta(seconds=1))
                for counts in (found["theme"], found["phase"]):
                    assert counts["total"] == sum(number for _, number in counts["lines"] + counts["folded"])
                assert found["phase"]["total"] <= found["theme"]["total"]

    @invariant()
    def every_number_leads_to_a_contribution_that_was_merged_into_none(self) -> None:
        with self.house.house.unit() as ctx:
            number = 1
            while (numbered := ctx.uow.contributions.find_numbered(number)) is not None:
                found = ctx.uow.contributions.find_by_number(number)
                assert found is not None
                assert found.merged_into_id is None
                assert found.number is not None
                assert found.number <= number
                assert (found is numbered) == (numbered.merged_into_id is None)
                number += 1

    @invariant()
    def each_contribution_that_can_be_read_counts_once(self) -> None:
        """A text belongs to one version; a version to one contribution, which is numbered where it can be read."""
        with self.house.house.unit() as ctx:
            readable = set()
            for post in ctx.uow.waiting.list_posts((PUBLISHED,)):
                row = post.contribution
                if post.version.current_revision_id != post.revision_id:
                    continue
                assert row.number is not None
                if row.parent_id is None and row.withdrawn_at is None and row.merged_into_id is None:
                    readable.add(row.id)
            (_, phase), *_ = ctx.uow.phases.list_phases()
            counted = ctx.uow.phases.count(phase, LANGUAGES, ctx.now + timedelta(seconds=1))["theme"]
            assert counted["total"] == len(readable)

    @invariant()
    def each_text_is_of_one_contribution_and_each_original_in_its_language(self) -> None:
        with self.house.house.database.engine.connect() as connection:
            texts = connection.execute(
                select(col(Revision.id), col(Contribution.language), col(Version.language), col(Version.role))
                .outerjoin(Version, col(Version.id) == col(Revision.version_id))
                .outerjoin(Contribution, col(Contribution.id) == col(Version.contribution_id))
            ).all()
        assert len(texts) == len({row[0] for row in texts})
        for _, of_contribution, of_version, role in texts:
            assert of_contribution is not None
            assert role != "original" or of_version == of_contribution

    @invariant()
    def no_mail_goes_twice(self) -> None:
        assert max(self.seen.values(), default=0) <= 1

    @invariant()
    def list_mail_goes_to_its_subscribers_alone(self) -> None:
        for kept in self.sent:
            if kept.kind in LIST_KINDS:
                language = str(kept.message["Content-Language"])
                assert kept.recipients == (f"reader-{language}@example.org",), kept.subject

    @invariant()
    def secrets_are_in_moderators_mail_alone(self) -> None:
        for kept in self.sent:
            if "sse+ok-" in kept.body:
                assert set(kept.recipients) <= set().union(*MODERATORS.values()), kept.kind

    @invariant()
    def what_is_not_published_is_in_moderators_mail_alone(self) -> None:
        hidden = {mark for mark, state in self.states().items() if state != PUBLISHED}
        for kept in self.sent:
            for mark in hidden:
                if mark in kept.body:
                    language = str(kept.message["Content-Language"])
                    assert set(kept.recipients) <= MODERATORS[language], (kept.kind, mark)


TestForum = Forum.TestCase
TestForum.settings = settings(
    max_examples=9,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
