"""A text on the list of another language: its moderator is told, and moves it; its author moves it by sending it to both."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.posts import HELD
from store.tables import AuditEvent, Outgoing, OutgoingRecipient
from tests.handlers.steps import EN, ES, hold, pick, publish, purge, say
from tests.house import FORUM, Sent, TestHouse, mail
from tests.listserver import mailman

FR = "sse-fr@forum.example.org"
MOD_EN, MOD_ES, MOD_FR = "moderator-en@example.org", "moderator-es@example.org", "moderator-fr@example.org"
ENGLISH = "We keep seeds in our village, and share them each spring with those who have none."
FRENCH = "Nous gardons des semences au village, et nous les partageons chaque printemps."
SPANISH = "Guardamos semillas en el pueblo y las repartimos cada primavera entre los vecinos."
LISTS = {"en": EN, "es": ES, "fr": FR}


@pytest.fixture(params=["all", "none"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestHouse]:
    """A forum whose moderators read everything, and one where they do not."""
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', f'moderation = "{request.param}"'))
    yield house
    house.close()


def flat(sent: Sent) -> str:
    return " ".join(sent.body.split())


def languages(house: TestHouse) -> list[tuple[str, str, str]]:
    """Of each text that waits: its list, its contribution's language, and the one it seems to be in."""
    with house.house.unit() as ctx:
        return [
            (post.version.language, post.contribution.language, post.revision.written_in)
            for post in ctx.uow.waiting.list_posts((HELD,))
        ]


def unsent(house: TestHouse) -> list[tuple[str, str]]:
    """Kind and language of the mails that still have somebody to reach."""
    query = (
        select(col(Outgoing.kind), col(Outgoing.language))
        .join(OutgoingRecipient, col(OutgoingRecipient.outgoing_id) == col(Outgoing.id))
        .where(col(OutgoingRecipient.state) == "waiting")
        .order_by(col(Outgoing.id), col(OutgoingRecipient.id))
    )
    with house.house.database.engine.connect() as connection:
        return [(kind, language) for kind, language in connection.execute(query)]


def events(house: TestHouse, name: str) -> list[tuple[str, dict[str, object]]]:
    with house.house.database.engine.connect() as connection:
        rows = connection.execute(
            select(col(AuditEvent.actor), col(AuditEvent.details)).where(col(AuditEvent.event) == name)
        )
        return [(row[0], row[1]) for row in rows]


def test_a_text_in_another_language_waits_and_its_moderator_is_told(either: TestHouse) -> None:
    outcome, sent = hold(either, FRENCH)
    assert outcome == "held"
    assert languages(either) == [("en", "en", "fr")]
    notice = pick(sent, "held", MOD_EN)
    assert "Careful: this text seems to be in French." in flat(notice)
    assert "\n  move fr             move it to the French list\n" in notice.body


def test_in_the_lists_own_language_nothing_is_said_of_it(house: TestHouse) -> None:
    for to, text in ((EN, ENGLISH), (ES, SPANISH), (FR, FRENCH)):
        notice = pick(hold(house, text, to)[1], "held")
        assert not any(word in notice.body for word in ("move fr", "déplacer", "mover")), to
    assert {written for _, _, written in languages(house)} == {""}


@pytest.mark.parametrize("text", ["Ana Souza", "ok", "Merci", "12 000 / 3", "Bogotá, Lyon, Bamako"])
def test_names_and_single_words_are_in_no_language(either: TestHouse, text: str) -> None:
    hold(either, text)
    assert not any(written for _, _, written in languages(either))


def test_ok_publishes_it_where_it_is(house: TestHouse) -> None:
    notice = pick(hold(house, FRENCH)[1], "held")
    outcome, sent = say(house, notice, "ok")
    assert (outcome, pick(sent, "contribution").header("To")) == ("decision", EN)
    assert house.accounts()["published"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        "move fr",
        "Move to French.",
        "move: FR",
        "déplacer fr",
        "Deplacer en français",
        "mover al francés",
        "move\tfr",
    ],
)
def test_a_moderator_moves_it_in_any_language_by_code_or_name(house: TestHouse, answer: str) -> None:
    notice = pick(hold(house, FRENCH)[1], "held")
    outcome, sent = say(house, notice, answer)
    assert outcome == "decision"
    assert languages(house) == [("fr", "fr", "")]
    assert [(m.kind, m.recipients) for m in sent] == [
        ("held", (MOD_FR,)),
        ("held", ("second-fr@example.org",)),
        ("receipt_held", ("ana@example.org",)),
    ]
    assert house.accounts()["held"] == 1
    assert events(house, "move") == [(MOD_EN, {"how": "reply", "left": "en", "language": "fr"})]


@pytest.mark.parametrize(
    "answer",
    [
        *("move", "move to", "move pt", "fr", "moved fr", "split fr", "move fr please", "move fr or es"),
        *("Please move fr", "move it to French please", "move " + "fr " * 2_000),
    ],
)
def test_anything_else_moves_nothing_and_is_asked_back(house: TestHouse, answer: str) -> None:
    notice = pick(hold(house, FRENCH)[1], "held")
    (told,) = say(house, notice, answer)[1]
    assert told.kind == "decision"
    assert "nothing has changed" in flat(told)
    assert "\n  move fr  " in told.body
    assert languages(house) == [("en", "en", "fr")]
    say(house, notice, "ok")
    assert languages(house) == []


def test_the_other_lists_moderators_decide_with_tokens_of_their_own(house: TestHouse) -> None:
    house.subscribe("ana@example.org", language="en")
    notice = pick(hold(house, FRENCH)[1], "held")
    moved = say(house, notice, "move fr")[1]
    asked = pick(moved, "held", MOD_FR)
    assert "envoyé à une autre liste" in flat(asked)
    assert asked.header("Content-Language") == "fr"
    told = pick(moved, "receipt_held")
    assert "de la liste en anglais à la liste en français" in flat(told)
    assert "sse-fr@forum.example.org" in told.body
    sent = say(house, asked, "ok")[1]
    assert pick(sent, "contribution").header("To") == FR


def test_an_answer_to_the_old_notice_says_where_it_is_and_changes_nothing(house: TestHouse) -> None:
    old = pick(hold(house, FRENCH)[1], "held")
    purge(house)
    asked = pick(say(house, old, "move fr")[1], "held", MOD_FR)
    for words in ("ok", "no: too short", "drop", "undo", "move es", "move French", "split"):
        (told,) = say(house, old, words)[1]
        assert (told.kind, told.recipients) == ("decision", (MOD_EN,)), words
        assert "moved to the French list; the moderators of that list decide" in flat(told), words
    assert languages(house) == [("fr", "fr", "")]
    say(house, asked, "non : trop court")
    (told,) = say(house, old, "Undo!")[1]
    assert "moved to the French list" in flat(told)
    assert house.accounts()["rejected"] == 1
    (told,) = say(house, old, "Yes!")[1]
    assert "already sent back" in flat(told)


def test_the_tokens_of_the_list_it_left_stay_dead_after_an_undo(house: TestHouse) -> None:
    old = pick(hold(house, FRENCH)[1], "held")
    asked = pick(say(house, old, "move fr")[1], "held", MOD_FR)
    say(house, asked, "non : trop court")
    say(house, asked, "annuler")
    address = next(word for word in old.body.split() if word.startswith("sse+ok-"))
    house.post(mail("", sender=MOD_EN, to=address, subject=""), address)
    house.outbox()
    assert languages(house) == [("fr", "fr", "")]
    assert pick(say(house, asked, "ok")[1], "contribution").header("To") == FR


def test_they_can_move_it_back_and_a_notice_from_before_is_not_good_again(house: TestHouse) -> None:
    first = pick(hold(house, FRENCH)[1], "held")
    there = pick(say(house, first, "move fr")[1], "held", MOD_FR)
    back = pick(say(house, there, "déplacer en")[1], "held", MOD_EN)
    assert languages(house) == [("en", "en", "fr")]
    assert "seems to be in French" in flat(back)
    assert "moved to yours by a moderator there" in flat(back)
    (told,) = say(house, first, "ok")[1]
    assert "a newer message about this text" in flat(told)
    assert languages(house) == [("en", "en", "fr")]
    assert say(house, back, "ok")[1]
    assert house.accounts()["published"] == 1


def test_a_move_needs_the_moderators_own_token_and_address(house: TestHouse) -> None:
    notice = pick(hold(house, FRENCH)[1], "held")
    assert say(house, notice, "move fr", sender="ana@example.org")[1] == []
    assert say(house, notice, "move fr", sender=MOD_FR)[1] == []
    commands = "sse@forum.example.org"
    house.post(mail("move fr", sender=MOD_EN, to=commands, subject=""), commands)
    assert languages(house) == [("en", "en", "fr")]


def test_a_text_that_is_decided_or_there_already_is_not_moved(house: TestHouse) -> None:
    notice = pick(hold(house, FRENCH)[1], "held")
    (told,) = say(house, notice, "move en")[1]
    assert "on the English list already" in flat(told)
    say(house, notice, "ok")
    (told,) = say(house, notice, "move fr")[1]
    assert "already published" in flat(told)


def test_where_a_text_in_that_language_is_there_nothing_is_moved_and_the_token_stays_good(
    house: TestHouse,
) -> None:
    publish(house, ENGLISH)
    hold(house, FRENCH, "sse-fr+t1@forum.example.org", subject="Semences")
    lost = pick(
        hold(
            house,
            FRENCH + " Venez.",
            "sse-es+t1@forum.example.org",
            subject="Semillas",
            sender="eva@example.org",
        )[1],
        "held",
    )
    for answer, name in (("mover fr", "francés"), ("mover en", "inglés")):
        (told,) = say(house, lost, answer)[1]
        assert f"ya tiene un texto en {name}" in flat(told)
    assert say(house, lost, "ok")[1]
    assert house.accounts()["translation"] == 1


def test_a_translation_on_the_wrong_list_goes_to_the_right_one_as_a_translation(house: TestHouse) -> None:
    publish(house, ENGLISH)
    notice = pick(hold(house, FRENCH, "sse-es+t1@forum.example.org", subject="Semences")[1], "held")
    asked = pick(say(house, notice, "mover fr")[1], "held", MOD_FR)
    assert "Une traduction en français" in flat(asked)
    assert languages(house) == [("fr", "en", "")]
    assert pick(say(house, asked, "ok")[1], "translation").header("To") == FR


def test_a_place_where_a_text_came_to_nothing_is_free(house: TestHouse) -> None:
    publish(house, ENGLISH)
    first = pick(hold(house, FRENCH, "sse-fr+t1@forum.example.org", subject="Semences")[1], "held", MOD_FR)
    say(house, first, "supprimer")
    lost = pick(hold(house, FRENCH + " Oui.", "sse-es+t1@forum.example.org", subject="Semences")[1], "held")
    asked = pick(say(house, lost, "mover fr")[1], "held", MOD_FR)
    assert pick(say(house, asked, "ok")[1], "translation").header("To") == FR


def test_a_comment_moves_too_and_stays_a_comment(house: TestHouse) -> None:
    publish(house, ENGLISH)
    notice = pick(hold(house, FRENCH, "sse-en+c1@forum.example.org", subject="Re: Seeds")[1], "held")
    assert "seems to be in French" in flat(notice)
    asked = pick(say(house, notice, "move fr")[1], "held", MOD_FR)
    comment = pick(say(house, asked, "ok")[1], "comment")
    assert comment.header("To") == FR


def test_a_corrected_text_in_another_language_becomes_a_translation(house: TestHouse) -> None:
    receipt = pick(publish(house, ENGLISH), "receipt_published")
    notice = pick(say(house, receipt, FRENCH)[1], "held")
    asked = pick(say(house, notice, "move fr")[1], "held", MOD_FR)
    assert "remplacerait" not in flat(asked)
    assert pick(say(house, asked, "ok")[1], "translation").header("To") == FR


def test_what_waits_with_it_goes_along(house: TestHouse) -> None:
    sent = hold(house, FRENCH)[1]
    first = pick(sent, "held")
    second = pick(say(house, pick(sent, "receipt_held"), FRENCH + " Venez nous voir.")[1], "held")
    moved = say(house, first, "move fr")[1]
    assert len([m for m in moved if m.recipients == (MOD_FR,)]) == 2
    assert {language for language, _, _ in languages(house)} == {"fr"}
    (told,) = say(house, second, "ok")[1]
    assert "moved to the French list" in flat(told)


def test_an_answer_to_the_receipt_of_the_move_is_a_corrected_text(house: TestHouse) -> None:
    house.subscribe("ana@example.org", language="en")
    notice = pick(hold(house, FRENCH)[1], "held")
    receipt = pick(say(house, notice, "move fr")[1], "receipt_held")
    asked = pick(say(house, receipt, FRENCH + " Venez.")[1], "held", MOD_FR)
    assert "Venez." in asked.body
    assert {language for language, _, _ in languages(house)} == {"fr"}


def test_however_often_it_is_moved_the_author_is_told_once_for_each_list(house: TestHouse) -> None:
    notice, told = pick(hold(house, FRENCH)[1], "held"), []
    for words in ("move fr", "déplacer en", "move fr", "déplacer en", "move es"):
        sent = say(house, notice, words)[1]
        notice = pick(sent, "held")
        told += [m.header("Content-Language") for m in sent if m.kind == "receipt_held"]
    assert told == ["fr", "en", "es"]


def test_the_sender_that_spam_gives_hears_nothing_of_a_move(house: TestHouse) -> None:
    notice = pick(hold(house, FRENCH, **{"X-Spam-Flag": "YES"})[1], "held")
    assert [m.kind for m in say(house, notice, "move fr")[1]] == ["held", "held"]


@pytest.mark.parametrize("order", list(permutations(LISTS)))
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "one after the other"])
@pytest.mark.parametrize("copies", [False, True], ids=["one message", "three messages"])
def test_one_text_on_three_lists_is_in_its_own_language_in_any_order(
    house: TestHouse, order: tuple[str, ...], apart: bool, copies: bool
) -> None:
    """The moderators of its list have the last word, and whoever was asked before is told where it is."""
    notices: dict[str, Sent] = {}
    for place, language in enumerate(order):
        message_id = f"same-{place if copies else 0}"
        raw = mail(SPANISH, to=EN if not copies else LISTS[language], message_id=message_id)
        house.spool(raw, LISTS[language])
        if apart or copies:
            house.worker.run_once()
            notices |= {m.header("Content-Language"): m for m in house.outbox() if m.kind == "held"}
    house.worker.run_once()
    assert languages(house) == [("es", "es", "")]
    assert house.accounts() == {"duplicate": 2, "held": 1}
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts((HELD,))
        assert post.revision.hold_reasons == ["all-posts"]
    assert [row for row in unsent(house) if row[0] == "held"] == [("held", "es")]
    if apart:
        assert "es" in notices
        for language, notice in notices.items():
            if language != "es":
                assert say(house, notice, "ok")[1][0].kind == "decision"
        assert pick(say(house, notices["es"], "ok")[1], "contribution").header("To") == ES


@pytest.mark.parametrize("order", list(permutations(LISTS)))
def test_where_nobody_moderates_it_is_published_once_on_the_list_of_its_language(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    try:
        for language in LISTS:
            house.subscribe(f"reader-{language}@example.org", language=language)
        house.spool(mail(FRENCH), *(LISTS[language] for language in order))
        house.worker.run_once()
        assert [one for one in unsent(house) if one[0] != "elsewhere"] == [
            ("contribution", "fr"),
            ("receipt_published", "fr"),
        ]
        assert house.accounts() == {"duplicate": 2, "published": 1}
    finally:
        house.close()


def test_a_doubtful_text_stays_on_the_first_list(house: TestHouse) -> None:
    house.post(mail("Ana, Bogotá"), FR, EN, ES)
    assert languages(house) == [("fr", "fr", "")]


def test_what_was_approved_meanwhile_stays_where_it_is(house: TestHouse) -> None:
    raw = mail(FRENCH)
    house.post(raw, EN)
    say(house, pick(house.outbox(), "held"), "ok")
    assert house.post(raw, FR) == ["duplicate"]
    assert house.outbox() == []
    assert house.accounts() == {"decision": 1, "duplicate": 1, "published": 1}


def test_the_author_has_one_receipt_in_the_language_of_the_text(house: TestHouse) -> None:
    """What was written to the first list's people, and has not left yet, does not leave."""
    house.post(mail(FRENCH), EN, FR)
    assert unsent(house) == [("held", "fr"), ("held", "fr"), ("receipt_held", "fr")]


@pytest.mark.parametrize("order", list(permutations(LISTS)))
def test_an_archive_is_not_held_and_counts_in_the_language_of_each_text(
    house: TestHouse, order: tuple[str, ...]
) -> None:
    for language in order:
        house.post(mail(SPANISH), LISTS[language], live=False)
    assert house.accounts() == {"duplicate": 2, "published": 1}
    assert house.outbox() == []
    with house.house.unit() as ctx:
        (post,) = ctx.uow.contributions.list_published(1)
        assert (post.version.language, post.contribution.language) == ("es", "es")


@pytest.mark.parametrize("order", list(permutations(LISTS)))
@pytest.mark.parametrize("hidden", [False, True], ids=["the author is told", "the author is hidden"])
def test_what_three_external_lists_distribute_is_in_the_language_of_the_text(
    tmp_path: Path, order: tuple[str, ...], hidden: bool
) -> None:
    """Their readers have it: nobody is asked, and nothing is posted again."""
    forum, lists = FORUM, {language: f"forum-{language}@lists.example.net" for language in LISTS}
    for language, address in lists.items():
        forum = forum.replace(f'"sse-{language}@forum.example.org"', f'"{address}"\nhosted = false')
    house = TestHouse(tmp_path, forum)
    try:
        for language in order:
            raw = mailman(
                mail(SPANISH, to="sse-es@forum.example.org", message_id="<one@mail.example.org>"),
                address=lists[language],
                munge="Reply-To" if hidden else "",
            )
            if hidden:
                raw = raw.replace(b"ana@example.org", lists[language].encode())
            house.post(raw, lists[language], mail_from="bounces@lists.example.net", edge="imap")
        assert house.accounts() == {"duplicate": 2, "published": 1}
        assert [kind for kind, _ in unsent(house) if kind not in ("opening", "receipt_published")] == []
        with house.house.unit() as ctx:
            (post,) = ctx.uow.contributions.list_published(1)
            assert (post.version.language, post.contribution.language) == ("es", "es")
    finally:
        house.close()
