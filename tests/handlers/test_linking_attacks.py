"""What somebody hostile, careless or unlucky may do to what links texts; what is written elsewhere is not repeated here."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy import event

from handlers.decide import Status
from handlers.linking.matching import Found
from store.tables import Revision
from tests.handlers.joining import Joining, write
from tests.handlers.steps import EN, pick, say
from tests.handlers.stories import BAKERY, SEEDS
from tests.handlers.telling import like, listen
from tests.handlers.translating import BO, COMMANDS, approve, flat
from tests.house import TestHouse, mail

TO_FR = "sse+t1-fr@forum.example.org"
FRENCH = "Nous gardons des semences dans notre village, et les partageons chaque printemps."
MACHINE = f"Machine translation\n\n{FRENCH}"


class TestManyThatWait:
    """A thousand versions of one contribution are no dearer, each, than ten."""

    @pytest.mark.parametrize("sender", ["bo@example.org", "bo{}@example.org"])
    def test_what_one_more_costs_does_not_grow_with_what_waits(self, house: TestHouse, sender: str) -> None:
        write(house, "en")
        rows = [self.count_rows(house, sender, number) for number in range(12)]
        assert rows[11] <= rows[3]

    def count_rows(self, house: TestHouse, sender: str, number: int) -> int:
        """How many of the texts that are kept are loaded for one more."""
        loaded: list[object] = []

        def note(_context: object, *_: object) -> None:
            loaded.append(1)

        event.listen(Revision, "load", note)
        try:
            raw = mail(f"{FRENCH} {number}", to=TO_FR, sender=sender.format(number), message_id=f"f{number}")
            assert house.post(raw, TO_FR) == ["held"]
        finally:
            event.remove(Revision, "load", note)
        return len(loaded)


class TestWithdrawn:
    def test_what_belongs_to_a_withdrawn_contribution_is_not_published_by_separating_it(
        self, house: TestHouse
    ) -> None:
        write(house, "en")
        write(house, "fr", to=TO_FR)
        joining = Joining(house)
        joining.withdraw(1)
        assert joining.unlink(2) is Status.IS_WITHDRAWN
        assert joining.lines() == (0, {}, 0)
        joining.restore(1)
        assert joining.unlink(2) is Status.DONE
        assert joining.lines()[0] == 2


class TestReread:
    def test_who_says_to_have_reread_a_text_gets_no_contribution_of_it(self, house: TestHouse) -> None:
        write(house, "en")
        write(house, "fr", MACHINE, to=TO_FR, sender="ana@example.org")
        house.post(mail("relu", to=TO_FR, sender="evil@example.net", message_id="r"), TO_FR)
        notice = pick(house.outbox(), "held")
        for said in ("separate", "join 1", "replaces 1"):
            _, told = say(house, notice, said)
            assert "contribution n° 1" in flat(pick(told, "decision").body).replace("\u00a0", " ")
        assert Joining(house).lines()[0] == 1
        assert Joining(house).where(3) == (1, "fr", "translation")


class TestChoices:
    def test_what_a_text_may_replace_is_offered_once_and_the_choices_count_from_1(
        self, house: TestHouse
    ) -> None:
        """The author's own text, nearly the same, is like its translation as well."""
        matcher = listen(house)
        seeds = f"{SEEDS['en']} The end."
        write(house, "en", SEEDS["en"], sender="ana@example.org")
        write(house, "fr", SEEDS["fr"], to=TO_FR, sender=BO)
        write(house, "es", BAKERY["es"], sender="luz@example.org")
        matcher.finds = lambda found: Found(
            suggested=(like(found, "La banque de semences"), like(found, "Una panadería"))
        )
        notice = pick(write(house, "en", seeds, sender="ana@example.org", approve=False), "held")
        with house.house.unit() as ctx:
            kept = [(one.choice, one.signal) for one in ctx.uow.links.list_for(4)]
        assert kept == [(1, "content"), (2, "twin")]
        assert flat(notice.body).count("no. 1") <= 3


class TestCommands:
    @pytest.mark.parametrize("subject", ["translate [#1] fr", "traduire [#1]", "Re: translate [#1] fr"])
    def test_a_number_in_brackets_makes_no_comment_of_a_command(self, house: TestHouse, subject: str) -> None:
        write(house, "en")
        raw = mail("", to=COMMANDS, subject=subject, sender=BO, message_id="c")
        assert house.post(raw, COMMANDS) == ["command"]
        assert pick(house.outbox(), "translation_text", BO)


class TestTitles:
    @pytest.mark.parametrize(
        "title",
        ["\u202eSeeds\u2066", "S" * 9_000, "=?utf-8?q?a=3D=3Futf-8=3Fq=3F=0D=0ABcc:_x=40example.org=3F=3D?=",
         "a\u2028Bcc: x@example.org\x85b", "[m-aaaaaaaaaaaaaaaaaaaaaaaaaa] [#7] Seeds"],
    )  # fmt: skip
    def test_a_hostile_title_stays_in_its_place_in_each_mail_about_linking(
        self, house: TestHouse, title: str
    ) -> None:
        """The outbox is read through the checker over outgoing bytes."""
        raw = mail(message_id="h").replace(b"Subject: Seeds", b"Subject: " + title.encode())
        house.post(raw, EN)
        house.subscribe(BO, language="fr")
        published = approve(house)
        assert pick(published, "receipt_published")
        raw = mail("wanted\ntranslate 1\nwanted weekly", to=COMMANDS, subject="", sender=BO, message_id="c")
        house.post(raw, COMMANDS)
        for sent in house.outbox():
            parsed = message_from_bytes(sent.raw, policy=policy.default)
            assert parsed["Bcc"] is None
            assert not any(char in sent.body for char in "\u202e\u2066\u2028\x85")
            assert max(map(len, sent.body.splitlines())) < 998
            assert "Bcc: x@example.org" not in sent.body.splitlines()
            assert flat(sent.subject)
