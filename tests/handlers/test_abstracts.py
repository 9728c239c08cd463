"""One forum and not three monologues: what is published in one language is told in the others, in a few lines."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.tables import Abstract
from tests.handlers.translating import (
    BO,
    CARO,
    COMMANDS,
    EN,
    FR,
    THREE,
    TROIS,
    approve,
    flat,
    new_id,
    publish,
    reply,
    say,
)
from tests.house import FORUM, Sent, TestHouse, answer, mail

READER_EN, READER_ES, READER_FR = (f"reader-{language}@example.org" for language in ("en", "es", "fr"))
MODERATORS = ("moderator-fr@example.org", "second-fr@example.org")
SEMILLAS = "Semillas\nGuardamos semillas en el pueblo y las damos cada primavera."
SEMENCES = "Des semences\nNous gardons des semences et les donnons au printemps."


@pytest.fixture
def house(house: TestHouse) -> TestHouse:
    """A forum with a reader on each list."""
    for email, language in ((READER_EN, "en"), (READER_ES, "es"), (READER_FR, "fr")):
        house.subscribe(email, language=language)
    return house


def told(sent: list[Sent]) -> dict[str, Sent]:
    """What the lists of other languages were told, by language."""
    return {one.header("Content-Language"): one for one in sent if one.kind == "elsewhere"}


def kinds(sent: list[Sent]) -> list[str]:
    return [one.kind for one in sent]


def shown(house: TestHouse, language: str, number: int = 1) -> tuple[str, str, str, str] | None:
    """Title, text, origin and author's name of the abstract that is shown."""
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        one = ctx.uow.abstracts.find_published(found.id or 0, language) if found else None
        return (one.title, one.text, one.origin, one.author_name) if one else None


def states(house: TestHouse) -> list[str]:
    with house.house.database.engine.connect() as connection:
        return list(connection.execute(select(col(Abstract.state)).order_by(col(Abstract.id))).scalars())


def send(house: TestHouse, text: str, to: str = COMMANDS, sender: str = BO, **headers: str) -> list[str]:
    raw = mail(text, to=to, sender=sender, **({"subject": "", "message_id": new_id(house)} | headers))
    return house.post(raw, to)


def give(house: TestHouse, text: str = f"résumé 1 fr\n{SEMENCES}", sender: str = BO) -> list[Sent]:
    """An abstract that is kept, and what is sent for it."""
    assert send(house, text, sender=sender, name="Bo Ek") == ["abstract"]
    return house.outbox()


def decide(house: TestHouse, asked: Sent, text: str = "ok", sender: str = "") -> list[Sent]:
    reply(house, asked, text, sender=sender or asked.recipients[0])
    return house.outbox()


def test_the_other_lists_hear_of_a_contribution_and_its_own_gets_it(house: TestHouse) -> None:
    found = told(publish(house, subject="Seeds"))
    assert {language: one.recipients for language, one in found.items()} == {
        "es": (READER_ES,),
        "fr": (READER_FR,),
    }
    assert found["fr"].subject == "[#1] Seeds (en anglais)"
    assert "Ana Souza, en anglais" in found["fr"].body
    assert "We keep" not in found["fr"].body
    assert all(len(one.raw) < 1_100 for one in found.values())


def test_what_the_author_says_in_the_first_lines_is_told_where_it_is_understood(house: TestHouse) -> None:
    found = told(publish(house, f"Resumen: {SEMILLAS}\n\n{THREE}", subject="Seeds"))
    assert found["es"].subject == "[#1] Semillas (en inglés)"
    assert "Guardamos semillas" in found["es"].body
    assert "Resumen del autor." in found["es"].body
    assert "Guardamos" not in found["fr"].body
    assert shown(house, "es") == (*SEMILLAS.split("\n"), "author", "Ana Souza")


def test_the_words_that_are_taught_do_what_they_say(house: TestHouse) -> None:
    es = told(publish(house, subject="Seeds"))["es"]
    for words, kind, contains in (
        ("enviar", "answers", "We keep seeds in our village"),
        ("traducir es", "translation_text", "[1] We keep seeds"),
    ):
        assert words in es.body
        assert reply(house, es, words, sender=READER_ES) == ["command"]
        (got,) = house.outbox()
        assert (got.kind, contains in got.body) == (kind, True)
    assert reply(house, es, f"resumen\n{SEMILLAS}", sender=READER_ES) == ["abstract"]


def test_any_other_answer_is_a_comment_in_its_own_language(house: TestHouse) -> None:
    es = told(publish(house, subject="Seeds"))["es"]
    assert reply(house, es, "¿Y quién las recibe? Nosotros las compramos.", sender=READER_ES) == ["held"]
    sent = approve(house)
    assert kinds(sent)[:1] == ["comment"]
    # Whoever wrote what it answers hears of it, and nobody else.
    assert told(sent).keys() == {"en"}
    assert "A comment on no. 1, Seeds" in told(sent)["en"].body


def test_a_comment_in_the_language_of_its_contribution_is_told_to_nobody_else(house: TestHouse) -> None:
    passed_on = next(one for one in publish(house, subject="Seeds") if one.kind == "contribution")
    reply(house, passed_on, "Who receives them?", sender=READER_EN)
    assert told(approve(house)) == {}


def test_an_answer_that_lost_its_plus_address_is_a_comment_too(house: TestHouse) -> None:
    es = told(publish(house, subject="Seeds"))["es"]
    raw, _ = answer(es, "¿Y quién las recibe?", sender=READER_ES)
    assert house.post(raw, COMMANDS) == ["held"]
    with house.house.unit() as ctx:
        (waiting,) = ctx.uow.waiting.list_posts(("held",))
        assert waiting.contribution.parent_id is not None
        assert waiting.version.language == "es"


def test_a_whole_translation_in_answer_is_a_translation(house: TestHouse) -> None:
    fr = told(publish(house, subject="Seeds"))["fr"]
    assert reply(house, fr, "\n\n".join(TROIS), sender=READER_FR) == ["held"]
    with house.house.unit() as ctx:
        (waiting,) = ctx.uow.waiting.list_posts(("held",))
        assert (waiting.version.role, waiting.version.language) == ("translation", "fr")


def test_who_is_on_several_lists_hears_of_it_once(house: TestHouse) -> None:
    for language in ("es", "fr"):
        house.subscribe(CARO, language=language)
    for language in ("en", "fr"):
        house.subscribe(BO, language=language)
    found = told(publish(house, f"Résumé : {SEMENCES}\n\n{THREE}"))
    assert found["fr"].recipients == (READER_FR, CARO)
    assert found["es"].recipients == (READER_ES,)


def test_it_is_told_once_and_not_of_a_correction_nor_of_what_can_be_read_there(house: TestHouse) -> None:
    receipt = next(one for one in publish(house, subject="Seeds") if one.kind == "receipt_published")
    reply(house, receipt, f"{THREE} Corrected.", sender="ana@example.org")
    assert told(approve(house)) == {}
    publish(house, "\n\n".join(TROIS), to="sse-fr+t1@forum.example.org", sender=BO)
    sent = give(house)
    assert kinds(sent) == ["abstract_receipt"]
    assert "déjà" in sent[0].body


def test_a_list_whose_translation_has_waited_gets_only_that(house: TestHouse) -> None:
    house.post(mail(THREE, to=EN, message_id="original"), EN)
    (held,) = (one for one in house.outbox() if one.kind == "held")
    raw = mail(
        "\n\n".join(TROIS), to=FR, sender=BO, in_reply_to="<original@mail.example.org>", subject="Re: Seeds"
    )
    assert house.post(raw, FR) == ["held"]
    notice = next(one for one in house.outbox() if one.kind == "held")
    reply(house, notice, "ok", sender=notice.recipients[0])
    house.outbox()
    sent = decide(house, held)
    assert told(sent).keys() == {"es"}
    assert "translation" in kinds(sent)


def test_an_archive_tells_nobody(house: TestHouse) -> None:
    house.post(mail(f"Resumen: {SEMILLAS}\n\n{THREE}"), EN, live=False)
    assert house.outbox() == []
    assert shown(house, "es") is not None


def test_an_abstract_waits_for_a_moderator_and_is_told_then(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    sent = give(house)
    assert kinds(sent) == ["abstract_held", "abstract_held", "abstract_receipt"]
    assert tuple(one.recipients[0] for one in sent[:2]) == MODERATORS
    assert "Nous gardons des semences" in sent[0].body
    assert shown(house, "fr") is None
    sent = decide(house, sent[1])
    assert kinds(sent) == ["elsewhere", "abstract_receipt"]
    assert "Résumé par Bo Ek." in sent[0].body
    assert shown(house, "fr") == (*SEMENCES.split("\n"), "translator", "Bo Ek")
    assert BO not in sent[0].raw.decode()


@pytest.mark.parametrize(
    ("said", "state", "what"),
    [
        ("ok", "published", ["elsewhere", "abstract_receipt"]),
        ("no: trop court", "rejected", ["receipt_rejected"]),
        ("non", "rejected", ["receipt_rejected"]),
        ("supprimer", "rejected", []),
        ("drop", "rejected", []),
        ("No problem, publish it", "held", ["abstract_decision"]),
        ("ok 2", "held", ["abstract_decision"]),
        ("", "held", ["abstract_decision"]),
        ("undo", "held", ["abstract_decision"]),
    ],
)
def test_only_a_whole_first_line_that_is_known_decides(
    house: TestHouse, said: str, state: str, what: list[str]
) -> None:
    publish(house, subject="Seeds")
    asked = give(house)[0]
    sent = decide(house, asked, said)
    assert (states(house), kinds(sent)) == ([state], what)


def test_the_moderators_words_reach_the_sender_whose_answer_reaches_them(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    (returned,) = decide(house, give(house)[0], "no: Il manque la question.")
    assert returned.recipients == (BO,)
    assert "Il manque la question." in returned.body
    assert reply(house, returned, "Laquelle ?", sender=BO) == ["appeal"]


def test_the_first_decision_stands(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    one, other = (kept for kept in give(house) if kept.kind == "abstract_held")
    decide(house, one, "ok")
    (stands,) = decide(house, other, "non")
    assert (stands.kind, states(house)) == ("abstract_decision", ["published"])
    assert "déjà été publié" in flat(stands.body)
    assert kinds(decide(house, one, "non")) == ["abstract_decision"]
    assert states(house) == ["published"]


def test_nobody_decides_but_the_one_who_was_asked(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    asked = give(house)[0]
    for sender in (BO, MODERATORS[1], "evil@example.net"):
        assert reply(house, asked, "ok", sender=sender) == ["decision"]
    raw, to = answer(asked, "ok", sender=MODERATORS[0])
    house.post(raw.replace(b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:", 1), to)
    assert (states(house), house.outbox()) == (["held"], [])


def test_a_token_is_dead_after_its_time_and_with_what_it_was_for(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    first = give(house)[0]
    second = give(house, f"résumé 1 fr\n{SEMENCES} Oui.")[0]
    assert kinds(decide(house, first)) == ["abstract_decision"]
    assert states(house) == ["replaced", "held"]
    house.wait(days=30)
    assert "abstract_decision" in kinds(decide(house, second))
    assert states(house) == ["replaced", "held"]


def test_a_moderators_own_is_asked_back_because_from_can_be_forged(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    sent = give(house, sender=MODERATORS[0])
    assert states(house) == ["held"]
    decide(house, sent[0])
    assert shown(house, "fr") == (*SEMENCES.split("\n"), "moderator", "Bo Ek")


def test_the_code_of_the_notice_decides_without_a_plus_address(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    asked = give(house)[0]
    assert send(house, "ok", sender=MODERATORS[0], subject=f"Re: {asked.subject}") == ["decision"]
    assert states(house) == ["published"]


def test_another_takes_the_place_of_the_first_and_is_not_told_again(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    decide(house, give(house)[0])
    again = give(house, "résumé 1 fr\nLes semences\nUn village garde ses semences.", sender=CARO)[0]
    assert "celui-ci" in again.body
    sent = decide(house, again)
    assert (kinds(sent), states(house)) == (["abstract_receipt"], ["replaced", "published"])
    assert (shown(house, "fr") or ("",))[0] == "Les semences"


def test_the_same_again_is_a_duplicate(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    give(house)
    assert send(house, f"résumé 1 fr\n{SEMENCES}") == ["duplicate"]
    assert house.outbox() == []


def test_where_nothing_is_moderated_it_is_shown_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    forum = FORUM.replace('moderation = "all"', 'moderation = "none"')
    house = TestHouse(tmp_path_factory.mktemp("open"), forum)
    house.subscribe(READER_FR, language="fr")
    house.post(mail(THREE), EN)
    house.outbox()
    assert kinds(give(house)) == ["elsewhere", "abstract_receipt"]
    house.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("abstract 1 es\nSemillas\n" + "Guardamos semillas. " * 20, "399"),
        ("abstract 1 es", "debajo de la primera línea"),
        ("abstract 1 en\nSeeds\nWe keep seeds in our village.", "is in English itself"),
        ("abstract 99 es\nSemillas\nGuardamos semillas.", "con este número"),
    ],
)
def test_what_cannot_be_taken_is_said_kindly_with_what_to_do(house: TestHouse, text: str, says: str) -> None:
    publish(house, subject="Seeds")
    (receipt,) = give(house, text)
    assert says in flat(receipt.body)
    assert COMMANDS in receipt.body
    assert (receipt.kind, states(house)) == ("abstract_receipt", [])


def test_a_withdrawn_contribution_gets_none(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    asked = give(house)[0]
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        assert found is not None
        found.withdrawn_at = house.now
        ctx.uow.contributions.add(found)
        ctx.uow.commit()
    assert "Il n'y a pas" in give(house, "résumé 1 fr\nAutre\nAutre chose.", CARO)[0].body
    assert kinds(decide(house, asked)) == ["abstract_receipt"]


@pytest.mark.parametrize(
    "text",
    [
        f"[machine]\n{SEMENCES}",
        f"Traduction automatique\n{SEMENCES}",
    ],
)
def test_a_machine_is_named(house: TestHouse, text: str) -> None:
    publish(house, subject="Seeds")
    sent = decide(house, give(house, f"résumé 1 fr\n{text}")[0])
    assert "Résumé fait par une machine." in sent[0].body
    assert "Bo Ek" not in sent[0].body


def test_the_word_machine_on_the_first_line_does_the_same(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    sent = decide(house, give(house, f"résumé 1 fr machine\n{SEMENCES}")[0])
    assert "Résumé fait par une machine." in sent[0].body


def test_it_may_be_given_in_answer_to_any_mail_about_the_contribution(house: TestHouse) -> None:
    sent = publish(house, subject="Seeds")
    passed_on = next(one for one in sent if one.kind == "contribution")
    receipt = next(one for one in sent if one.kind == "receipt_published")
    assert reply(house, passed_on, f"Abstract: {SEMILLAS}", sender=READER_EN) == ["abstract"]
    assert house.outbox()[0].recipients == ("moderator-es@example.org",)
    assert reply(house, receipt, f"abstract fr\n{SEMENCES}", sender="ana@example.org") == ["abstract"]
    asked = house.outbox()[0]
    decide(house, asked)
    assert shown(house, "fr") == (*SEMENCES.split("\n"), "author", "Ana Souza")


def test_a_corrected_text_with_abstracts_is_a_corrected_text(house: TestHouse) -> None:
    receipt = next(one for one in publish(house, subject="Seeds") if one.kind == "receipt_published")
    reply(house, receipt, f"Résumé : {SEMENCES}\n\n{THREE}", sender="ana@example.org")
    approve(house)
    assert shown(house, "fr") == (*SEMENCES.split("\n"), "author", "Ana Souza")


def test_what_has_stayed_in_a_corrected_text_does_not_undo_a_better_one(house: TestHouse) -> None:
    sent = publish(house, f"Résumé : {SEMENCES}\n\n{THREE}", subject="Seeds")
    receipt = next(one for one in sent if one.kind == "receipt_published")
    decide(house, give(house, "résumé 1 fr\nMieux\nUn village garde ses semences.")[0])
    reply(house, receipt, f"Résumé : {SEMENCES}\n\n{THREE} Corrected.", sender="ana@example.org")
    approve(house)
    assert (shown(house, "fr") or ("",))[0] == "Mieux"


def test_a_letter_that_begins_with_the_word_is_a_text(house: TestHouse) -> None:
    assert send(house, f"Summary\n\n{THREE}\n\n{THREE}\n\n{THREE}", to=EN, subject="News") == ["held"]
    assert "contribution" in kinds(approve(house))
    assert states(house) == []


def test_get_shows_the_abstract_where_nobody_has_translated_the_text(house: TestHouse) -> None:
    publish(house, f"Resumen: {SEMILLAS}\n\n{THREE}", subject="Seeds")
    (got,) = say(house, "get 1 es", sender=READER_EN)
    assert "Guardamos semillas" in got.body
    assert "Abstract by the author." in got.body
    assert 'send "get 1 en" to sse@forum.example.org' in flat(got.body)
    assert "We keep seeds" in say(house, "get 1 en", sender=READER_EN)[0].body


def test_the_word_alone_is_answered_with_how_it_is_done(house: TestHouse) -> None:
    (got,) = say(house, "resumen", sender=READER_ES)
    assert "«resumen 12 es»" in got.body


def test_an_abstract_counts_for_nothing_and_is_wanted_all_the_same(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    house.tick(house.now)

    def count() -> tuple[object, list[int]]:
        with house.house.unit() as ctx:
            lacking, _ = ctx.uow.wanted.list_lacking("fr", None, 10)
            found = ctx.uow.contributions.find_by_number(1)
            posts = ctx.uow.contributions.list_published(found.id or 0) if found else []
            return [post.version.language for post in posts], [one.number for one in lacking]

    before = count()
    decide(house, give(house)[0])
    assert shown(house, "fr") is not None
    assert count() == before == (["en"], [1])


def test_a_merged_contributions_abstract_serves_the_one_that_is_kept(house: TestHouse) -> None:
    publish(house, f"Resumen: {SEMILLAS}\n\n{THREE}", subject="Seeds")
    publish(house, "The mill stands still since the flood.", subject="Mill", sender=CARO)
    with house.house.unit() as ctx:
        gone, kept = (ctx.uow.contributions.find_numbered(number) for number in (1, 2))
        assert gone is not None
        assert kept is not None
        gone.merged_into_id = kept.id
        ctx.uow.contributions.add(gone)
        ctx.uow.commit()
    assert (shown(house, "es", 2) or ("",))[0] == "Semillas"


def test_twenty_a_day_are_taken_from_an_address(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    house.subscribe(BO, language="fr")
    asked = [
        one
        for number in range(22)
        for one in give(house, f"résumé 1 fr\nSemences {number}\nNous les gardons.")
        if one.kind == "abstract_held"
    ]
    assert len(asked) == 20 * len(MODERATORS)
    assert states(house).count("held") == 1


def test_headers_cannot_be_written_through_an_abstract(house: TestHouse) -> None:
    publish(house, subject="Seeds")
    evil = "=?utf-8?q?a=0d=0aBcc:_evil@example.net?=\nGuardamos semillas.\u2028Bcc: evil@example.net"
    sent = give(house, f"resumen 1 es\n{evil}")
    for one in (*sent, *decide(house, sent[0])):
        assert one.message["Bcc"] is None


def test_an_external_list_is_told_to_send_commands_to_us(tmp_path_factory: pytest.TempPathFactory) -> None:
    forum = FORUM.replace(
        'address = "sse-fr@forum.example.org"\n',
        'address = "sse-fr@lists.example.net"\nhosted = false\nsubscribed_as = "sse-from-fr@forum.example.org"\n',
    )
    house = TestHouse(tmp_path_factory.mktemp("external"), forum)
    fr = told(publish(house, subject="Seeds"))["fr"]
    assert fr.recipients == ("sse-fr@lists.example.net",)
    assert "« recevoir 1 en » à sse@forum.example.org" in flat(fr.body).replace("\u00a0", " ")
    house.close()
