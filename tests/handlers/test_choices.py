"""A moderator sees what a text may be a version of and why, chooses by a word, and can undo it: mails in, mails out."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.hold import MAX_NOTICE
from handlers.linking.matching import Covered, Found
from handlers.linking.reasons import Reason
from store.posts import HELD, Post
from store.tables import AuditEvent, Decision, Link
from tests.handlers.steps import EN, MODERATOR, hold, pick, publish, purge, say
from tests.handlers.telling import TellingMatcher, like, listen
from tests.house import FORUM, Sent, TestHouse, answer, mail
from tests.listserver import LIST, mailman

FR = "sse-fr@forum.example.org"
FIRST, SECOND, MOD_ES = "moderator-fr@example.org", "second-fr@example.org", "moderator-es@example.org"
BANK = """\
In our village the seed bank has twenty-nine kinds of maize, and each family takes what it needs in spring
and brings back twice as much in autumn, so that there is enough for all of us."""
MILL = "The old mill grinds again since 2013."
BANQUE = "Dans notre village la banque de semences garde vingt-neuf sortes de maïs."
TEXTS = count(1)


@pytest.fixture
def matcher(house: TestHouse) -> TellingMatcher:
    """A forum with nos. 1 and 2 in English, whose matcher finds that what comes next is like both."""
    matcher = listen(house)
    publish(house, BANK, subject="The seed bank")
    publish(house, MILL, subject="The mill", sender="mo@example.org")
    matcher.finds = lambda near: Found(
        None, (like(near, "seed bank"), like(near, "old mill", 0.312, Covered(1, 6, 9)))
    )
    return matcher


@pytest.fixture
def free(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum without moderation and with a web page, with no. 1 in English; what comes next is joined to it."""
    served = 'web = "127.0.0.1:0"\nbase_url = "https://forum.example.org/"\n\n[forum]\n'
    text = FORUM.replace("[forum]\n", served, 1).replace('moderation = "all"', 'moderation = "none"')
    house = TestHouse(tmp_path, text)
    matcher = listen(house)
    hold(house, BANK, subject="The seed bank")
    matcher.finds = lambda near: Found(like(near, "seed bank", 0.9973))
    yield house
    house.close()


def ask(house: TestHouse, to: str = FR, **headers: str) -> dict[str, Sent]:
    """Post a new text in French; the notice to each moderator, as they have it: ours is purged once it is sent."""
    headers = {"subject": "La banque de semences"} | headers
    _, sent = hold(house, f"{BANQUE} {next(TEXTS)}", to, **headers)
    purge(house)
    return {mail.recipients[0]: mail for mail in sent if mail.kind == "held"}


def join(house: TestHouse, **headers: str) -> dict[str, Sent]:
    """Post a text that is joined and published unasked; the notice to each moderator."""
    headers = {"subject": "La banque de semences"} | headers
    _, sent = hold(house, f"{BANQUE} {next(TEXTS)}", FR, **headers)
    purge(house)
    return {mail.recipients[0]: mail for mail in sent if mail.kind == "linked"}


def flat(sent: Sent) -> str:
    return " ".join(sent.body.split())


def kinds(sent: list[Sent]) -> list[str]:
    return sorted(mail.kind for mail in sent)


def texts(house: TestHouse, number: int) -> list[tuple[str, str]]:
    """Language and first words of what is published of a contribution."""
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        if found is None:
            return []
        posts = ctx.uow.contributions.list_published(found.id or 0)
        return [(post.version.language, post.revision.text[:14]) for post in posts]


def held(house: TestHouse) -> list[Post]:
    with house.house.unit() as ctx:
        return ctx.uow.waiting.list_posts((HELD,))


def rows(house: TestHouse, column: object) -> list[object]:
    with house.house.database.engine.connect() as connection:
        return list(connection.execute(select(column)).scalars())  # type: ignore[call-overload]


def reply(house: TestHouse, notice: Sent, text: str, sender: str = "") -> tuple[str, list[Sent]]:
    """Answer without a quote, so that no two answers are one mail; the reason of its outcome, and what it led to."""
    raw, address = answer(notice, f"{text}\n\nNo. {next(TEXTS)}", sender=sender or notice.recipients[0])
    house.post(raw, address)
    return last_reason(house), house.outbox()


def last_reason(house: TestHouse) -> str:
    with house.house.database.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT reason FROM delivery ORDER BY id DESC").scalar())


def address(notice: Sent, action: str) -> str:
    return next(word for word in notice.body.split() if word.startswith(f"sse+{action}-"))


JOINED = [("en", "In our village"), ("fr", "Dans notre vil")]


class TestChoices:
    """Up to three contributions are offered, each with its number."""

    def test_the_notice_shows_what_it_may_be_of_how_likely_that_is_and_why(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        matcher.finds = lambda near: Found(
            None, (like(near, "seed bank"), like(near, "old mill", 0.312, Covered(1, 6, 9)))
        )
        notice = ask(house, EN.replace("en", "es"))[MOD_ES]
        assert "puede ser la traducción de una contribución que ya existe" in flat(notice)
        assert (
            "\n  1  n.º 1, The seed bank (inglés), probabilidad del 87\u00a0%: mismas\n"
            "     cifras: 29, 2013; coinciden las frases 2, 4 y 7; más o menos igual\n"
        ) in notice.body
        assert "  2  n.º 2, The mill (inglés), probabilidad del 31\u00a0%:" in notice.body
        assert "; traducción parcial: §1-6 de 9 " in flat(notice)
        assert "\n  ok                  publicar como contribución aparte\n  ok 1    " in notice.body
        assert "\n  unir 12             publicar como traducción" in notice.body

    @pytest.mark.parametrize(
        "said", ["ok 1", "OK, 1", "ok #1", "1", "oui 1", "join 1", "rattacher n° 1", "unir #1"]
    )
    def test_a_choice_publishes_it_as_the_translation_of_that_one(
        self, house: TestHouse, matcher: TellingMatcher, said: str
    ) -> None:
        notice = ask(house)[FIRST]
        reason, sent = reply(house, notice, said)
        assert (reason, kinds(sent)) == ("done", ["receipt_published", "translation"])
        assert texts(house, 1) == JOINED
        assert texts(house, 3) == []
        assert pick(sent, "translation").subject.startswith("[#1] ")
        assert sorted(map(str, rows(house, col(Link.state)))) == ["linked", "refused"]
        assert rows(house, col(Decision.reason))[-1] in ("approve 1", "join 1")
        assert {"link", "approve"} <= set(rows(house, col(AuditEvent.event)))

    def test_a_number_that_was_not_offered_can_be_named(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        matcher.finds = lambda near: Found(None, (like(near, "seed bank"),))
        assert reply(house, ask(house)[FIRST], "join 2")[0] == "done"
        assert [language for language, _ in texts(house, 2)] == ["en", "fr"]
        assert texts(house, 1) == JOINED[:1]

    def test_ok_alone_is_a_contribution_of_its_own_and_what_it_was_like_is_not_suggested_again(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        _, sent = reply(house, ask(house)[FIRST], "ok")
        assert kinds(sent) == ["contribution", "receipt_published"]
        assert texts(house, 3) == JOINED[1:]
        assert rows(house, col(Link.state)) == ["refused", "refused"]
        with house.house.unit() as ctx:
            own, bank, mill = (ctx.uow.contributions.find_by_number(number) for number in (3, 1, 2))
            assert own is not None
            assert bank is not None
            assert mill is not None
            assert ctx.uow.links.list_separated(own.id or 0) == {bank.id, mill.id}

    def test_a_corrected_text_of_what_waits_is_asked_about_alike(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        _, sent = hold(house, BANQUE, FR, subject="La banque")
        raw, to = answer(pick(sent, "receipt_held"), f"{BANQUE} Et cela suffit.", sender="ana@example.org")
        house.post(raw, to)
        notice = pick(house.outbox(), "held", FIRST)
        assert "\n  1  n° 1, The seed bank (anglais)" in notice.body.replace("\u00a0", " ")
        assert reply(house, notice, "ok 1")[0] == "done"
        assert texts(house, 1) == JOINED
        assert held(house) == []

    def test_the_address_that_publishes_does_what_ok_does(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        to = address(ask(house)[FIRST], "ok")
        house.post(mail("", sender=FIRST, to=to, subject=""), to)
        assert texts(house, 3) == JOINED[1:]
        assert rows(house, col(Link.state)) == ["refused", "refused"]

    @pytest.mark.parametrize(
        ("said", "reason", "told"),
        [
            ("ok 4", "no-choice", "Il n'y a pas de choix 4."),
            ("join 99", "no-number", "Il n'y a pas de contribution avec le numéro 99."),
            ("replaces 99", "no-number", "Il n'y a pas de contribution avec le numéro 99."),
            ("replaces 1", "nothing-there", "n'a pas de texte en français que celui-ci pourrait remplacer"),
            ("ok 1 please", "unclear", "Nous n'avons pas compris votre réponse"),
            ("ok, the first one", "unclear", "Nous n'avons pas compris votre réponse"),
            ("4", "unclear", "Nous n'avons pas compris votre réponse"),
            ("ok no 1", "unclear", "Nous n'avons pas compris votre réponse"),
            ("join", "unclear", "Nous n'avons pas compris votre réponse"),
            ("separate", "not-linked", "il n'est rattaché à aucune autre"),
        ],
    )
    def test_what_cannot_be_changes_nothing_is_told_so_and_can_be_answered_anew(
        self, house: TestHouse, matcher: TellingMatcher, said: str, reason: str, told: str
    ) -> None:
        notice = ask(house)[FIRST]
        outcome, sent = reply(house, notice, said)
        assert (outcome, kinds(sent)) == (reason, ["decision"])
        assert told in flat(sent[0])
        assert "ok 1" in sent[0].body
        assert len(held(house)) == 1
        assert rows(house, col(Link.state)) == ["suggested", "suggested"]
        assert reply(house, sent[0], "ok 1")[0] == "done"
        assert texts(house, 1) == JOINED

    def test_a_second_answer_is_told_what_stands(self, house: TestHouse, matcher: TellingMatcher) -> None:
        notice = ask(house)[FIRST]
        reply(house, notice, "ok 1")
        for said in ("ok 1", "ok 2", "join 2", "ok"):
            reason, (told,) = reply(house, notice, said)
            assert (reason, told.recipients) == ("stands", (FIRST,))
            assert f"publié par {FIRST}" in flat(told)
        assert texts(house, 1) == JOINED

    def test_of_two_moderators_with_different_choices_the_first_stands(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        notices = ask(house)
        raws = [answer(notices[FIRST], "ok 1", sender=FIRST), answer(notices[SECOND], "ok 2", sender=SECOND)]
        for raw, to in raws:
            house.spool(raw, to)
        house.worker.run_once()
        (told,) = [sent for sent in house.outbox() if sent.kind == "decision"]
        assert told.recipients == (SECOND,)
        assert FIRST in told.body
        assert texts(house, 1) == JOINED
        assert texts(house, 2) == [("en", MILL[:14])]

    def test_a_vacation_reply_a_stranger_and_a_forger_decide_nothing(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        notices = ask(house)
        to = notices[FIRST].header("Reply-To")
        vacation = mail("ok 1", sender=FIRST, to=to, auto_submitted="auto-replied")
        assert house.post(vacation, to) == ["automatic"]
        assert house.post(mail("ok 1", sender=FIRST, to=to), to, mail_from="") == ["automatic"]
        for sender in (SECOND, "eve@example.net"):
            house.post(mail("ok 1", sender=sender, to=to), to)
            assert last_reason(house) == "other-address"
        two = mail("ok 1", sender=FIRST, to=to).replace(b"From: ", b"From: eve@example.net\r\nFrom: ", 1)
        house.post(two, to)
        assert last_reason(house) == "other-address"
        assert [sent.recipients for sent in house.outbox()] == [(SECOND,)]
        assert len(held(house)) == 1

    def test_an_answer_in_html_decides_and_what_it_quotes_does_not(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        notice = ask(house)[FIRST]
        for number, body in enumerate(
            (
                "<blockquote>ok 1</blockquote>",
                '<div>1 please</div><blockquote type="cite">ok 1</blockquote>',
                '<div dir="ltr">ok&nbsp;1</div><blockquote>ok 2</blockquote>',
            )
        ):
            message = EmailMessage()
            message["From"], message["Message-ID"] = FIRST, f"<html-{number}@mail.example.org>"
            message["In-Reply-To"] = notice.header("Message-ID")
            message.set_content(body, subtype="html")
            assert len(held(house)) == 1
            house.post(message.as_bytes(), notice.header("Reply-To"))
        assert texts(house, 1) == JOINED

    def test_quotes_above_and_below_do_not_decide(self, house: TestHouse, matcher: TellingMatcher) -> None:
        notice = ask(house)[FIRST]
        quoted = "".join(f"> {line}\n" for line in notice.body.splitlines())
        for text in (quoted, f"{quoted}\nMerci", f"Le forum a écrit :\n> ok 1\n\n> 1\n\n{quoted}"):
            raw = mail(text, sender=FIRST, to=notice.header("Reply-To"), subject=f"Re: {notice.subject}")
            house.post(raw, notice.header("Reply-To"))
            assert len(held(house)) == 1, text
        say(house, notice, "ok 2")
        assert [language for language, _ in texts(house, 2)] == ["en", "fr"]

    def test_a_translation_whose_place_is_taken_can_replace_the_one_that_is_there(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        reply(house, ask(house)[FIRST], "ok 1")
        notice = ask(house, sender="bo@example.net")[FIRST]
        assert "\n  remplace 1          publier à la place du texte de la n° 1\n" in notice.body.replace(
            "\u00a0", " "
        )
        for said in ("ok 1", "join 1"):
            reason, (told,) = reply(house, notice, said)
            assert reason == "has-version"
            assert "répondez : remplace 1" in flat(told).replace("\u00a0", " ")
        assert reply(house, notice, "remplace 1")[0] == "done"
        assert len(texts(house, 1)) == 2
        assert texts(house, 3) == []
        with house.house.unit() as ctx:
            bank = ctx.uow.contributions.find_by_number(1)
            assert bank is not None
            post = ctx.uow.contributions.current_text(bank.id or 0, "fr")
            english = ctx.uow.contributions.current_text(bank.id or 0, "en")
            assert post is not None
            assert english is not None
            assert post.revision.author_email == "bo@example.net"
            assert post.revision.source_revision_id == english.revision_id

    def test_where_the_number_that_was_named_is_wrong_the_moderator_can_say_the_right_one(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        _, sent = hold(house, BANQUE, "sse-fr+t99@forum.example.org", subject="La banque")
        notice = pick(sent, "held", FIRST)
        assert "\n  rattacher 12        publier comme traduction" in notice.body
        assert "\n  remplace 12         publier à la place" in notice.body
        assert reply(house, notice, "joindre 1")[0] == "done"
        assert texts(house, 1) == JOINED

    def test_the_notice_keeps_within_its_room(self, house: TestHouse, matcher: TellingMatcher) -> None:
        why = tuple(
            Reason(name, ("٢٣٤٥٦٧٨٩" * 9,) * 9)  # type: ignore[arg-type]
            for name in ("figures", "names", "other-figures")
        )
        matcher.finds = lambda near: Found(
            None, (like(near, "seed bank", why=why[:1]), like(near, "old mill", why=why[1:2]))
        )
        notice = pick(hold(house, "Нет " * 2_000, FR, subject="語" * 300)[1], "held", FIRST)
        assert len(notice.body.encode()) <= MAX_NOTICE


class TestCorrectedTexts:
    """Nearly the same text by the same author, sent as a new mail, may replace the first."""

    def test_it_is_offered_to_replace_what_is_there(self, house: TestHouse, matcher: TellingMatcher) -> None:
        matcher.finds = lambda _: Found()
        _, sent = hold(house, BANK.replace("twenty-nine", "thirty"), subject="The seed bank again")
        notice = pick(sent, "held")
        assert "its author has sent nearly the same text before" in flat(notice)
        assert "\n  1  no. 1, The seed bank (English): " in notice.body
        assert "\n  replaces 1          publish it in place of the text of no. 1\n" in notice.body
        assert "publish it as the translation of choice" not in notice.body

    @pytest.mark.parametrize(
        "said", ["replaces 1", "Replaces #1.", "replace 1", "ok 1", "1", "reemplaza n.º 1"]
    )
    def test_it_is_published_in_its_place_and_the_former_is_kept(
        self, house: TestHouse, matcher: TellingMatcher, said: str
    ) -> None:
        reply(house, ask(house)[FIRST], "ok 1")
        matcher.finds = lambda _: Found()
        _, sent = hold(house, BANK.replace("In our village", "In our commune"), subject="Again")
        reason, sent = reply(house, pick(sent, "held"), said)
        assert (reason, kinds(sent)) == ("done", ["correction", "receipt_published"])
        assert texts(house, 1) == [("en", "In our commune"), JOINED[1]]
        assert texts(house, 3) == []
        with house.house.unit() as ctx:
            bank = ctx.uow.contributions.find_by_number(1)
            assert bank is not None
            french = ctx.uow.contributions.current_text(bank.id or 0, "fr")
            english = ctx.uow.contributions.current_text(bank.id or 0, "en")
            assert french is not None
            assert english is not None
            assert french.revision.source_revision_id not in (None, english.revision_id)
            former = ctx.uow.contributions.find_post(french.revision.source_revision_id)
            assert former is not None
            assert former.revision.text.startswith("In our village")

    def test_ok_publishes_it_as_another_contribution(self, house: TestHouse, matcher: TellingMatcher) -> None:
        matcher.finds = lambda _: Found()
        _, sent = hold(house, BANK.replace("In our village", "In our commune"), subject="Again")
        reply(house, pick(sent, "held"), "ok")
        assert texts(house, 1) == JOINED[:1]
        assert texts(house, 3) == [("en", "In our commune")]

    def test_a_comment_on_what_waits_goes_along(self, house: TestHouse, matcher: TellingMatcher) -> None:
        matcher.finds = lambda _: Found()
        _, sent = hold(
            house, BANK.replace("In our village", "In our commune"), subject="Again", message_id="again"
        )
        notice = pick(sent, "held")
        answered = {"in_reply_to": "<again@mail.example.org>", "sender": "bo@example.net"}
        _, sent = hold(house, "I agree with every word.", subject="Re: Again", **answered)
        reply(house, notice, "replaces 1")
        reply(house, pick(sent, "held"), "ok")
        with house.house.unit() as ctx:
            comment = ctx.uow.contributions.find_by_number(3)
            bank = ctx.uow.contributions.find_by_number(1)
            assert comment is not None
            assert bank is not None
            assert comment.parent_id == bank.id


class TestSeparating:
    """What was joined can be separated: while it waits, and for thirty days after."""

    @pytest.fixture
    def notices(self, house: TestHouse, matcher: TellingMatcher) -> dict[str, Sent]:
        matcher.finds = lambda near: Found(like(near, "seed bank", 0.9973))
        return ask(house)

    def test_the_notice_says_what_it_is_joined_to_and_how_to_separate_it(
        self, notices: dict[str, Sent]
    ) -> None:
        text = flat(notices[FIRST]).replace("\u00a0", " ")
        assert "Original : n° 1, The seed bank (anglais)" in text
        assert "la même chose est de 99 % (mêmes chiffres : 29, 2013 ; les phrases 2, 4 et 7" in text
        assert "\n  séparer             publier comme contribution à part\n" in notices[FIRST].body

    def test_ok_publishes_it_as_that_translation(self, house: TestHouse, notices: dict[str, Sent]) -> None:
        assert reply(house, notices[FIRST], "ok")[0] == "done"
        assert texts(house, 1) == JOINED

    @pytest.mark.parametrize("said", ["separate", "Séparer !", "separar", ""])
    def test_while_it_waits_it_is_published_as_its_own(
        self, house: TestHouse, notices: dict[str, Sent], said: str
    ) -> None:
        if said:
            reason, sent = reply(house, notices[FIRST], said)
        else:
            to = address(notices[FIRST], "separate")
            house.post(mail("", sender=FIRST, to=to, subject=""), to)
            reason, sent = last_reason(house), house.outbox()
        assert (reason, kinds(sent)) == ("done", ["contribution", "receipt_published"])
        assert texts(house, 1) == JOINED[:1]
        assert texts(house, 3) == JOINED[1:]

    @pytest.mark.parametrize("who", [FIRST, SECOND])
    def test_after_it_was_published_any_moderator_of_its_list_separates_it(
        self, house: TestHouse, notices: dict[str, Sent], who: str
    ) -> None:
        reply(house, notices[FIRST], "ok")
        house.wait(days=29)
        reason, sent = reply(house, notices[who], "séparer")
        assert reason == "separated"
        assert texts(house, 1) == JOINED[:1]
        assert texts(house, 3) == JOINED[1:]
        told = pick(sent, "decision", who)
        assert "Celui-ci est une contribution à part, la n° 3." in flat(told).replace("\u00a0", " ")
        assert pick(sent, "receipt_published").recipients == ("ana@example.org",)
        reason, (told,) = reply(house, notices[who], "separate")
        assert (reason, told.kind) == ("not-linked", "decision")

    def test_thirty_days_later_it_stands(self, house: TestHouse, notices: dict[str, Sent]) -> None:
        reply(house, notices[FIRST], "ok")
        house.wait(days=30)
        assert reply(house, notices[FIRST], "separate")[0] == "expired"
        assert texts(house, 1) == JOINED

    def test_nobody_else_separates_it(self, house: TestHouse, notices: dict[str, Sent]) -> None:
        reply(house, notices[FIRST], "ok")
        for sender in (MODERATOR, "eve@example.net", "ana@example.org"):
            assert reply(house, notices[FIRST], "separate", sender)[0] == "other-address"
        assert texts(house, 1) == JOINED

    def test_a_text_that_was_sent_back_is_not_separated(
        self, house: TestHouse, notices: dict[str, Sent]
    ) -> None:
        reply(house, notices[FIRST], "non : trop court")
        assert reply(house, notices[SECOND], "separate")[0] == "stands"
        assert texts(house, 3) == []

    def test_one_that_was_approved_and_waits_for_its_original_is_published_at_once(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        matcher.finds = lambda _: Found()
        hold(house, "The ferry stops at night.", subject="Early", sender="bo@example.net")
        matcher.finds = lambda near: Found(like(near, "ferry", 0.99))
        notice = ask(house)[FIRST]
        assert "pas encore publié" in flat(notice).replace("\u00a0", " ")
        assert reply(house, notice, "ok")[0] == "done"
        assert texts(house, 3) == []
        reason, sent = reply(house, notice, "separate")
        assert (reason, "contribution" in kinds(sent)) == ("separated", True)
        assert texts(house, 3) == JOINED[1:]

    def test_an_explicit_link_can_be_separated_too(self, house: TestHouse, matcher: TellingMatcher) -> None:
        to = "sse-fr+t2@forum.example.org"
        _, sent = hold(house, BANQUE, to, subject="La banque")
        notice = pick(sent, "held", FIRST)
        assert "par l'adresse" in flat(notice)
        assert reply(house, notice, "separate")[0] == "done"
        assert texts(house, 2) == [("en", MILL[:14])]
        assert texts(house, 3) == JOINED[1:]


class TestLinkedUnasked:
    """What was joined by its content and published without a moderator is told, and can be undone."""

    def test_each_moderator_of_its_list_is_told_once(self, free: TestHouse) -> None:
        notices = join(free)
        assert set(notices) == {FIRST, SECOND}
        assert texts(free, 1) == JOINED
        notice = notices[FIRST]
        text = flat(notice).replace("\u00a0", " ")
        assert notice.subject.startswith("Rattaché\u00a0: La banque de semences [m-")
        assert "Original : n° 1, The seed bank (anglais)." in text
        assert "est de 99 % (mêmes chiffres : 29, 2013 ;" in text
        assert BANQUE in text
        assert "In our village the seed bank" in text
        assert f"\n  https://forum.example.org/l/{address(notice, 'separate')[13:39]}\n" in notice.body
        assert len(notice.body.encode()) < MAX_NOTICE

    def test_separate_undoes_it_for_good(self, free: TestHouse) -> None:
        notices = join(free)
        reason, sent = reply(free, notices[SECOND], "separate")
        assert (reason, kinds(sent)) == ("separated", ["decision", "receipt_published"])
        assert texts(free, 1) == JOINED[:1]
        assert texts(free, 2) == JOINED[1:]
        for moderator in (FIRST, SECOND):
            reason, (told,) = reply(free, notices[moderator], "separate")
            assert (reason, told.recipients) == ("not-linked", (moderator,))
            assert f"séparé par {SECOND} le 2 juillet 2013" in flat(told).replace("\u00a0", " ")
        assert texts(free, 3) == []

    @pytest.mark.parametrize(
        ("said", "reason"),
        [("ok", "stays"), ("no", "unclear"), ("drop", "unclear"), ("separate it", "unclear")],
    )
    def test_no_other_word_changes_anything(self, free: TestHouse, said: str, reason: str) -> None:
        notice = join(free)[FIRST]
        outcome, sent = reply(free, notice, said)
        assert (outcome, kinds(sent)) == (reason, ["decision"])
        assert "n° 1, The seed bank (anglais)" in flat(sent[0]).replace("\u00a0", " ")
        assert texts(free, 1) == JOINED
        assert reply(free, sent[0], "separate")[0] == "separated"

    def test_an_empty_mail_to_its_address_does_it(self, free: TestHouse) -> None:
        to = address(join(free)[FIRST], "separate")
        for sender in (SECOND, "eve@example.net"):
            free.post(mail("", sender=sender, to=to, subject=""), to)
            assert last_reason(free) == "other-address"
        free.post(mail("", sender=FIRST, to=to, subject=""), to)
        assert last_reason(free) == "separated"
        assert texts(free, 2) == JOINED[1:]

    def test_it_works_without_plus_addresses(self, free: TestHouse) -> None:
        notice = join(free)[FIRST]
        to = "sse@forum.example.org"
        free.post(mail("separate", sender=FIRST, to=to, subject=f"RE: {notice.subject}"), to)
        assert last_reason(free) == "separated"

    def test_the_addresses_that_approve_do_nothing_with_its_token(self, free: TestHouse) -> None:
        token = address(join(free)[FIRST], "separate")[13:39]
        for action in ("no", "drop"):
            to = f"sse+{action}-{token}@forum.example.org"
            free.post(mail("", sender=FIRST, to=to, subject=action), to)
            assert last_reason(free) == "unclear"
        assert texts(free, 1) == JOINED

    def test_after_thirty_days_it_stands(self, free: TestHouse) -> None:
        notice = join(free)[FIRST]
        free.wait(days=30)
        assert reply(free, notice, "separate")[0] == "expired"
        assert texts(free, 1) == JOINED

    def test_a_robot_or_a_list_does_not_separate(self, free: TestHouse) -> None:
        to = address(join(free)[FIRST], "separate")
        for headers in (
            {"auto_submitted": "auto-replied"},
            {"precedence": "bulk"},
            {"list_id": "<x.example.net>"},
        ):
            raw = mail("separate", sender=FIRST, to=to, **headers)
            assert free.post(raw, to) == ["automatic"]
        assert free.post(mail("separate", sender=FIRST, to=to), to, mail_from="") == ["automatic"]
        assert texts(free, 1) == JOINED

    def test_what_an_external_list_has_distributed_is_told_to_its_moderators(self, tmp_path: Path) -> None:
        external = FORUM.replace(
            'address = "sse-fr@forum.example.org"',
            f'address = "{LIST}"\nhosted = false\nsubscribed_as = "sse-in-fr@forum.example.org"',
        )
        (tmp_path / "external").mkdir()
        house = TestHouse(tmp_path / "external", external)
        matcher = listen(house)
        publish(house, BANK, subject="The seed bank")
        matcher.finds = lambda near: Found(like(near, "seed bank", 0.9973))
        raw = mailman(mail(BANQUE, to=LIST, subject="La banque"))
        house.post(raw, "sse-in-fr@forum.example.org", mail_from="sse-fr-bounces@lists.example.net")
        sent = house.outbox()
        assert texts(house, 1) == JOINED
        assert [one.recipients for one in sent if one.kind == "linked"] == [(FIRST,), (SECOND,)]
        assert reply(house, pick(sent, "linked"), "separate")[0] == "separated"
        assert texts(house, 2) == JOINED[1:]
        house.close()

    def test_an_archive_that_is_read_in_tells_nobody(self, free: TestHouse) -> None:
        assert free.post(mail(BANQUE, to=FR, subject="La banque"), FR, live=False) == ["translation"]
        assert free.outbox() == []
        assert texts(free, 1) == JOINED

    def test_what_names_its_original_itself_is_not_told(self, free: TestHouse) -> None:
        to = "sse-fr+t1@forum.example.org"
        assert "linked" not in kinds(hold(free, BANQUE, to, subject="La banque")[1])

    @pytest.mark.parametrize(
        "title",
        [
            "\u202eetirw [m-aaaaaaaaaaaaaaaaaaaaaaaaaa]",
            "x\r\n Bcc: eve@example.net",
            "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3D0D=3D0ABcc=3A_eve=40example=2Enet=3F=3D?=",
            "Seeds\u2028Bcc: eve@example.net",
        ],
    )
    def test_a_title_is_shown_on_one_line_and_hides_nothing(self, free: TestHouse, title: str) -> None:
        raw = mail(BANQUE, to=FR, subject="TITLE").replace(b"TITLE", title.encode())
        free.post(raw, FR)
        # The checker over outgoing bytes has looked at each of these.
        sent = [mail for mail in free.outbox() if mail.kind == "linked"]
        assert len(sent) == 2
        for one in sent:
            assert "\u202e" not in one.body
            assert not any(line.startswith("Bcc") for line in one.body.splitlines())
            assert "bcc" not in {name.lower() for name in one.message}


def press(house: TestHouse, token: str) -> str:
    """The button of the page, as the web edge spools it."""
    to = f"sse+separate-{token}@forum.example.org"
    raw = f"Date: Tue, 02 Jul 2013 08:00:00 +0000\r\nTo: {to}\r\nX-Pressed: {next(TEXTS)}\r\n\r\n".encode()
    assert house.post(raw, to, mail_from="", edge="web") == ["decision"]
    return last_reason(house)


class TestButton:
    """The page behind the notice has one button, and the token is all that it needs."""

    def test_it_separates_once_and_tells_the_moderator_whose_it_was(self, free: TestHouse) -> None:
        token = address(join(free)[FIRST], "separate")[13:39]
        assert press(free, token) == "separated"
        assert texts(free, 2) == JOINED[1:]
        sent = free.outbox()
        assert pick(sent, "decision").recipients == (FIRST,)
        assert press(free, token) == "not-linked"
        assert "web" in {detail.get("how") for detail in rows(free, col(AuditEvent.details))}  # type: ignore[attr-defined]

    def test_a_token_that_we_did_not_give_does_nothing(self, free: TestHouse) -> None:
        join(free)
        assert press(free, "a" * 26) == "unknown-token"
        assert texts(free, 1) == JOINED
        assert free.outbox() == []

    def test_the_token_of_a_text_that_waits_needs_its_moderators_address(
        self, house: TestHouse, matcher: TellingMatcher
    ) -> None:
        matcher.finds = lambda near: Found(like(near, "seed bank", 0.9973))
        token = address(ask(house)[FIRST], "separate")[13:39]
        assert press(house, token) == "unknown-token"
        assert len(held(house)) == 1

    def test_one_that_is_too_old_is_told_so_by_mail(self, free: TestHouse) -> None:
        token = address(join(free)[FIRST], "separate")[13:39]
        free.now += timedelta(days=30)
        assert press(free, token) == "expired"
        assert pick(free.outbox(), "decision").recipients == (FIRST,)
        assert texts(free, 1) == JOINED
