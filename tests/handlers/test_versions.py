"""The life of a version: half of it, a second one, one that waits for its original; what counts at each step."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.linking.matching import Covered, Found
from store.posts import DISCARDED, PUBLISHED
from store.tables import Revision
from tests.handlers.steps import EN, hold, pick, publish, say
from tests.handlers.telling import like, listen
from tests.house import FORUM, Sent, TestHouse, mail

ANA, BO, EVA = "ana@example.org", "bo@example.net", "eva@example.net"
FR = "sse+t1-fr@forum.example.org"
PARAGRAPHS = ["We keep seeds.", "We share them each spring.", "There are 29 families.", "Who else does?"]
TEXT = "\n\n".join(PARAGRAPHS)
FRENCH = [
    "Nous gardons des semences.",
    "Nous les partageons chaque printemps.",
    "Il y a 29 familles avec nous.",
    "Qui d'autre le fait ?",
]
HALF = "\n\n".join(FRENCH[:2])
WHOLE = "\n\n".join(FRENCH)


def flat(sent: Sent) -> str:
    """The text of a mail, however it is wrapped."""
    return " ".join(sent.body.split())


def number(first: int, last: int) -> str:
    """Bo's paragraphs with the numbers that they had."""
    return "\n\n".join(f"[{n}] {FRENCH[n - 1]}" for n in range(first, last + 1))


def state(house: TestHouse) -> tuple[str, str]:
    """The completeness and the text of the French version."""
    with house.house.unit() as ctx:
        post = ctx.uow.contributions.current_text(1, "fr")
        return (post.version.completeness, post.revision.text) if post else ("", "")


def counted(house: TestHouse) -> list[list[str]]:
    """The languages of each line of the count."""
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, 1)
        assert phase
        found = ctx.uow.phases.count(phase, ("en", "es", "fr"), ctx.now.replace(year=2014))
        return [members for members, _ in found["theme"]["lines"]]


def kept(house: TestHouse) -> list[tuple[str, str, str]]:
    """Every text that the table has: its author, its state, its beginning."""
    with house.house.database.engine.connect() as connection:
        query = select(col(Revision.author_email), col(Revision.state), col(Revision.text))
        rows = connection.execute(query.order_by(col(Revision.id)))
        return [(row[0], row[1], row[2].split("\n")[0]) for row in rows]


def translate(house: TestHouse, text: str, sender: str = BO, name: str = "Bo Diop") -> list[Sent]:
    """A translation into French, waiting; what that sent."""
    return hold(house, text, FR, sender=sender, name=name, subject="Semences")[1]


def approve(house: TestHouse, sent: list[Sent]) -> list[Sent]:
    return say(house, pick(sent, "held"), "ok")[1]


# Half a translation.


@pytest.mark.parametrize("text", [number(1, 2), f"§1-2 of 4\n\n{HALF}", f"§ 1–2 sur 4\n\n{HALF}"])
def test_half_a_translation_is_published_as_a_part_and_not_counted(house: TestHouse, text: str) -> None:
    house.subscribe("reader-fr@example.org", language="fr")
    publish(house, TEXT)
    sent = translate(house, text)
    assert "§1-2" in flat(pick(sent, "held"))
    assert "Traduction partielle : §1-2 sur 4" in flat(pick(sent, "receipt_held"))
    sent = approve(house, sent)
    assert "Traduction partielle : §1-2 sur 4" in flat(pick(sent, "translation"))
    receipt = flat(pick(sent, "receipt_published"))
    assert "Traduction partielle : §1-2 sur 4 Elle comptera une fois complète." in receipt
    assert "peut maintenant se lire" not in receipt
    assert (state(house), counted(house)) == (("partial", HALF), [["en"]])


@pytest.mark.parametrize("rest", [number(3, 4), "\n\n".join(FRENCH[2:]), WHOLE])
def test_the_rest_in_answer_to_the_receipt_completes_it_and_it_counts(house: TestHouse, rest: str) -> None:
    house.subscribe("reader-fr@example.org", language="fr")
    publish(house, TEXT)
    receipt = pick(approve(house, translate(house, number(1, 2))), "receipt_published")
    outcome, sent = say(house, receipt, rest, BO)
    assert (outcome, counted(house)) == ("held", [["en"]])
    assert "bien plus court" not in flat(pick(sent, "held"))
    published = pick(approve(house, sent), "correction")
    assert "partielle" not in published.body
    assert published.subject == "[#1] Semences (texte corrigé)"
    assert (state(house), counted(house)) == (("complete", WHOLE), [["en", "fr"]])


def test_the_rest_may_follow_before_anybody_has_looked(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    publish(house, TEXT)
    first = translate(house, number(1, 2))
    second = say(house, pick(first, "receipt_held"), number(3, 3), BO)[1]
    assert "Traduction partielle : §1-3 sur 4" in flat(pick(second, "receipt_held"))
    approve(house, say(house, pick(second, "receipt_held"), FRENCH[3], BO)[1])
    assert state(house) == ("complete", WHOLE)


def test_the_rest_may_come_to_the_address_of_the_translation(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, number(1, 2)))
    approve(house, translate(house, "\n\n".join(FRENCH[2:])))
    assert state(house) == ("complete", WHOLE)


def test_a_part_by_somebody_else_is_a_second_translation(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, number(1, 2)))
    held = pick(translate(house, "Autre fin, et une autre encore.\n\nFin de cela.", EVA, "Eva Sol"), "held")
    assert "par Bo Diop" in flat(held)
    assert state(house) == ("partial", HALF)


def test_a_part_asks_for_the_rest_where_languages_are_shown(house: TestHouse) -> None:
    house.subscribe("reader-en@example.org", language="en")
    published = publish(house, TEXT)
    approve(house, translate(house, number(1, 2)))
    sent = say(house, pick(published, "receipt_published"), TEXT.replace("29", "32"), ANA)[1]
    corrected = pick(approve(house, sent), "correction")
    assert "To translate it into French: sse+t1-fr@" in corrected.body
    house.post(mail("", subject="get 1 fr", to="sse@forum.example.org"), "sse@forum.example.org")
    text = flat(house.one("answers"))
    assert "Partial translation: §1-2 of 4 The original has been corrected since" in text


def test_a_complete_text_that_comes_after_the_close_counts_from_then_on(house: TestHouse) -> None:
    publish(house, TEXT)
    receipt = pick(approve(house, translate(house, number(1, 2))), "receipt_published")
    half_a_day_after = house.now.replace(day=14, hour=23)  # the phase closes at 22:00 GMT
    house.tick(half_a_day_after)
    house.outbox()
    approve(house, say(house, receipt, number(3, 4), BO)[1])
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, 1)
        assert phase
        found = ctx.uow.phases.count(phase, ("en", "es", "fr"), phase.closes_at)
    assert found["theme"]["lines"] == [[["en"], 1]]
    assert counted(house) == [["en", "fr"]]


# Two translations into one language.


def test_the_moderator_is_told_whose_translation_there_is_and_of_when(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, WHOLE))
    house.wait(days=2)
    held = flat(pick(translate(house, "Autrement.\n\nEt encore.", EVA, "Eva Sol"), "held"))
    assert "il y a déjà une autre traduction dans cette langue, par Bo Diop, du 2 juillet 2013" in held


def test_a_second_one_that_is_chosen_takes_the_place_and_the_first_is_kept(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, WHOLE))
    sent = approve(house, translate(house, "Autrement.", EVA, "Eva Sol"))
    assert "texte corrigé" not in sent[0].subject
    assert state(house) == ("complete", "Autrement.")
    assert kept(house)[1:] == [(BO, PUBLISHED, FRENCH[0]), (EVA, PUBLISHED, "Autrement.")]


def test_a_second_one_that_is_not_chosen_is_kept_and_changes_nothing(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, WHOLE))
    say(house, pick(translate(house, "Autrement.", EVA, "Eva Sol"), "held"), "drop")
    assert state(house) == ("complete", WHOLE)
    assert kept(house)[1:] == [(BO, PUBLISHED, FRENCH[0]), (EVA, DISCARDED, "Autrement.")]


def test_of_two_that_wait_each_notice_names_the_other_that_was_there(house: TestHouse) -> None:
    publish(house, TEXT)
    first, second = translate(house, WHOLE), translate(house, "Autrement.", EVA, "Eva Sol")
    assert "attend aussi, par Bo Diop" in flat(pick(second, "held"))
    approve(house, second)
    approve(house, first)
    assert state(house) == ("complete", WHOLE)


@pytest.mark.parametrize("first", [WHOLE, number(1, 2), WHOLE + "\n\nTraduit avec DeepL.com"])
def test_where_nothing_is_moderated_a_second_one_waits_all_the_same(tmp_path: Path, first: str) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.post(mail(TEXT), EN)
    assert house.post(mail(first, sender=BO, to=FR), FR) == ["translation"]
    before = state(house)
    for sender in (EVA, BO):
        assert house.post(mail(f"Autre texte {sender}.", sender=sender, to=FR), FR) == ["held"]
    assert state(house) == before
    house.close()


# With its original, and without.


def test_a_withdrawn_contribution_keeps_its_number_and_shows_nothing(house: TestHouse) -> None:
    publish(house, TEXT)
    approve(house, translate(house, WHOLE))
    with house.house.unit() as ctx:
        contribution = ctx.uow.contributions.find_by_number(1)
        assert contribution
        contribution.withdrawn_at = ctx.now
        ctx.uow.contributions.add(contribution)
        ctx.uow.commit()
    assert counted(house) == []
    for language in ("en", "fr"):
        house.post(mail("", subject=f"get 1 {language}", to="sse@forum.example.org"), "sse@forum.example.org")
    bodies = " ".join(flat(sent) for sent in house.outbox())
    assert "withdrawn" in bodies
    assert not any(paragraph in bodies for paragraph in (*PARAGRAPHS, *FRENCH))
    house.outbox()
    publish(house, "Another text about bread.", subject="Bread")
    assert counted(house) == [["en"]]


# Known by what it says.


def test_one_that_is_known_by_what_it_says_waits_for_its_original_too(house: TestHouse) -> None:
    matcher = listen(house)
    original = hold(house, TEXT)[1]
    matcher.finds = lambda candidates: Found(linked=like(candidates, "We keep seeds"))
    translation = hold(house, WHOLE, "sse-fr@forum.example.org", sender=BO, subject="Semences")[1]
    assert approve(house, translation) == []
    sent = [(found.kind, found.recipients) for found in approve(house, original)]
    assert ("receipt_published", (BO,)) in sent
    assert (state(house), counted(house)) == (("complete", WHOLE), [["en", "fr"]])


def test_a_machines_that_is_known_by_what_it_says_is_a_machines(house: TestHouse) -> None:
    matcher = listen(house)
    publish(house, TEXT)
    matcher.finds = lambda candidates: Found(linked=like(candidates, "We keep seeds"))
    text = f"{WHOLE}\n\nTraduit avec DeepL.com (version gratuite)"
    approve(house, hold(house, text, "sse-fr@forum.example.org", sender=BO, subject="Semences")[1])
    assert (state(house), counted(house)) == (("machine", WHOLE), [["en"]])


def test_half_of_one_that_a_moderator_joins_is_a_part(house: TestHouse) -> None:
    matcher = listen(house)
    publish(house, TEXT)
    part = Covered(1, 2, 4)
    matcher.finds = lambda candidates: Found(suggested=(like(candidates, "We keep seeds", covered=part),))
    sent = hold(house, HALF, "sse-fr@forum.example.org", sender=BO, subject="Semences")[1]
    say(house, pick(sent, "held"), "ok 1")
    assert (state(house), counted(house)) == (("partial", HALF), [["en"]])


def test_a_corrected_text_that_came_as_a_new_mail_makes_translations_out_of_date(house: TestHouse) -> None:
    long = "\n\n".join([*PARAGRAPHS, "Our seeds are beans and barley, and every family keeps some of both."])
    publish(house, long)
    approve(house, translate(house, WHOLE))
    sent = hold(house, long.replace("29", "32"))[1]
    sent = say(house, pick(sent, "held"), "replaces 1")[1]
    assert pick(sent, "stale").recipients == (BO,)
    assert pick(sent, "receipt_published", ANA).subject.startswith("[#1]")
    assert counted(house) == [["en", "fr"]]
