"""A machine translation is published as one and not counted; it counts once a person has reread it, and a moderator agrees."""

from pathlib import Path

import pytest

from tests.handlers.steps import hold, pick, publish, say
from tests.house import FORUM, Sent, TestHouse, answer, mail

BO, EVA = "bo@example.net", "eva@example.net"
FR = "sse+t1-fr@forum.example.org"
TEXT = "We keep seeds in our village.\n\nWe share them each spring."
FRENCH = "Nous gardons des semences au village.\n\nNous les partageons au printemps."
FOOTER = "\n\nTraduit avec DeepL.com (version gratuite)"
MARK = "que personne n'a encore relue"


def flat(sent: Sent) -> str:
    """The text of a mail, however it is wrapped."""
    return " ".join(sent.body.split())


def state(house: TestHouse, number: int = 1) -> tuple[str, str]:
    """The completeness and the text of the French version."""
    with house.house.unit() as ctx:
        contribution = ctx.uow.contributions.find_by_number(number)
        post = ctx.uow.contributions.current_text(contribution.id or 0, "fr") if contribution else None
        return (post.version.completeness, post.revision.text) if post else ("", "")


def counted(house: TestHouse) -> list[list[str]]:
    """The languages of each line of the count."""
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, 1)
        assert phase
        found = ctx.uow.phases.count(phase, ("en", "es", "fr"), ctx.now.replace(year=2014))
        return [members for members, _ in found["theme"]["lines"]]


def translate(house: TestHouse, text: str = FRENCH + FOOTER, **headers: str) -> list[Sent]:
    """Bo's translation, approved."""
    sent = hold(house, text, FR, **{"sender": BO, "name": "Bo Diop", "subject": "Semences", **headers})[1]
    return say(house, pick(sent, "held"), "ok")[1]


@pytest.fixture
def story(house: TestHouse) -> list[Sent]:
    """What the publication of a machine translation sent."""
    house.subscribe(EVA, language="fr")
    publish(house, TEXT)
    return translate(house)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (FRENCH + FOOTER, "Semences"),
        (f"Traduction automatique\n\n{FRENCH}", "Semences"),
        (FRENCH, "[machine] Semences"),
        (FRENCH, "Traduction automatique : Semences"),
        (f"[machine translation]\n{FRENCH}\n", "Semences"),
    ],
)
def test_it_is_known_by_what_its_sender_says(house: TestHouse, text: str, subject: str) -> None:
    publish(house, TEXT)
    held = pick(hold(house, text, FR, sender=BO, subject=subject)[1], "held")
    assert "une machine l'a traduit" in flat(held)
    published = pick(say(house, held, "ok")[1], "translation")
    assert (published.subject, state(house)) == ("[#1] Semences", ("machine", FRENCH))


@pytest.mark.parametrize(
    "subject",
    [
        "Traduction automatique de #1 : Semences",
        "Machine translation of #1: Semences",
        "TR: Traducción automática de #1: Semences",
    ],
)
def test_a_subject_says_so_and_of_what(house: TestHouse, subject: str) -> None:
    publish(house, TEXT)
    to = "sse-fr@forum.example.org"
    published = pick(
        say(house, pick(hold(house, FRENCH, to, sender=BO, subject=subject)[1], "held"), "ok")[1],
        "translation",
    )
    assert (published.subject, state(house)) == ("[#1] Semences", ("machine", FRENCH))


def test_it_is_published_marked_and_not_counted(house: TestHouse, story: list[Sent]) -> None:
    published, receipt = pick(story, "translation"), pick(story, "receipt_published")
    assert MARK in flat(published)
    assert "DeepL" not in published.body
    assert "« relue », sans rien d'autre" in flat(published)
    assert "comptera quand une personne l'aura relue" in flat(receipt)
    assert (state(house), counted(house)) == (("machine", FRENCH), [["en"]])
    house.post(mail("", subject="get 1 fr", to="sse@forum.example.org"), "sse@forum.example.org")
    assert "not yet reread" in house.one("answers").body


@pytest.mark.parametrize("said", ["relue", "Reread.", "« relue »", "revisada", "Relu\n\nEva"])
def test_whoever_has_reread_it_says_so_in_answer_to_it(
    house: TestHouse, story: list[Sent], said: str
) -> None:
    outcome, sent = say(house, pick(story, "translation"), said, EVA)
    assert (outcome, counted(house)) == ("held", [["en"]])
    notice = pick(sent, "held")
    assert "a relu cette traduction automatique" in flat(notice)
    assert "relu la traduction automatique de la contribution n° 1" in flat(pick(sent, "receipt_held"))
    sent = say(house, notice, "ok")[1]
    assert [(kept.kind, kept.recipients) for kept in sent] == [("receipt_published", (EVA,))]
    assert "compte désormais" in flat(sent[0])
    assert (state(house), counted(house)) == (("complete", FRENCH), [["en", "fr"]])


def test_it_can_be_said_at_the_address_of_the_translation(house: TestHouse, story: list[Sent]) -> None:
    for to in (FR, "sse-fr+t1@forum.example.org"):
        raw = mail("relue", sender=EVA, to=to, subject="x", message_id=to.replace("@", "."))
        assert house.post(raw, to) in (["held"], ["duplicate"])
    say(house, pick(house.outbox(), "held"), "ok")
    assert state(house)[0] == "complete"


def test_the_reader_of_a_reread_text_is_told_by_whom(house: TestHouse, story: list[Sent]) -> None:
    raw, to = answer(pick(story, "translation"), "relue", sender=EVA)
    house.post(raw.replace(f"From: {EVA}".encode(), f"From: Eva Sol <{EVA}>".encode()), to)
    say(house, pick(house.outbox(), "held"), "ok")
    house.post(mail("", subject="get 1 fr", to="sse@forum.example.org"), "sse@forum.example.org")
    text = flat(house.one("answers"))
    assert "Ana Souza. Machine translation, reread by Eva Sol" in text
    assert "not yet reread" not in text


@pytest.mark.parametrize("moderation", ["all", "newcomers", "none"])
def test_no_name_in_from_is_enough(tmp_path: Path, moderation: str) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', f'moderation = "{moderation}"'))
    for raw, to in ((mail(TEXT), "sse-en@forum.example.org"), (mail(FRENCH + FOOTER, sender=BO, to=FR), FR)):
        if house.post(raw, to) == ["held"]:
            say(house, pick(house.outbox(), "held"), "ok")
    assert state(house)[0] == "machine"
    for sender in (BO, "moderator-fr@example.org", "ana@example.org"):
        assert house.post(mail("relue", sender=sender, to=FR, subject="x"), FR) == ["held"]
    assert state(house)[0] == "machine"
    house.close()


def test_a_moderator_can_refuse_it(house: TestHouse, story: list[Sent]) -> None:
    sent = say(house, pick(story, "translation"), "relue", EVA)[1]
    say(house, pick(sent, "held"), "drop")
    assert state(house) == ("machine", FRENCH)


def test_saying_it_again_asks_nobody_again(house: TestHouse, story: list[Sent]) -> None:
    say(house, pick(story, "translation"), "relue", EVA)
    assert say(house, pick(story, "receipt_published"), "relue", EVA) == ("duplicate", [])


@pytest.mark.parametrize(
    "text",
    [
        "relue ?",
        "Je l'ai relue et il y a des fautes au deuxième paragraphe.",
        "relue\n\nmais pas la fin, hélas",
    ],
)
def test_whoever_says_more_comments_it(house: TestHouse, story: list[Sent], text: str) -> None:
    sent = say(house, pick(story, "translation"), text, EVA)[1]
    assert "commentaire" in flat(pick(sent, "held"))
    assert state(house)[0] == "machine"


def test_there_is_nothing_to_reread_in_a_persons_translation(house: TestHouse) -> None:
    house.subscribe(EVA, language="fr")
    publish(house, TEXT)
    sent = translate(house, FRENCH)
    outcome, sent = say(house, pick(sent, "translation"), "relue", EVA)
    assert (outcome, [kept.kind for kept in sent]) == ("review", ["receipt_returned"])
    assert "n'y en a pas ici" in flat(sent[0])


def test_a_persons_corrected_text_takes_its_place_and_counts(house: TestHouse, story: list[Sent]) -> None:
    waiting = say(house, pick(story, "translation"), "relue", EVA)[1]
    better = FRENCH.replace("au printemps", "chaque printemps")
    sent = say(house, pick(story, "receipt_published"), better, BO)[1]
    published = pick(say(house, pick(sent, "held"), "ok")[1], "correction")
    assert MARK not in flat(published)
    assert (state(house), counted(house)) == (("complete", better), [["en", "fr"]])
    # What was said of the machine's text is not said of this one.
    assert [kept.kind for kept in say(house, pick(waiting, "held"), "ok")[1]] == ["decision"]
    assert state(house) == ("complete", better)


def test_a_corrected_text_that_still_says_so_is_a_machines(house: TestHouse, story: list[Sent]) -> None:
    sent = say(house, pick(story, "receipt_published"), FRENCH + "\n\nEt vous ?" + FOOTER, BO)[1]
    say(house, pick(sent, "held"), "ok")
    assert state(house) == ("machine", FRENCH + "\n\nEt vous ?")


def test_a_machines_text_in_the_place_of_a_persons_does_not_count(house: TestHouse) -> None:
    publish(house, TEXT)
    translate(house, FRENCH)
    assert counted(house) == [["en", "fr"]]
    translate(house, "Une autre traduction." + FOOTER, sender="other@example.net")
    assert (state(house), counted(house)) == (("machine", "Une autre traduction."), [["en"]])


def test_an_original_that_its_author_had_translated_counts_and_says_so(house: TestHouse) -> None:
    published = pick(publish(house, TEXT + "\n\nTranslated by DeepL"), "contribution")
    assert "Translated by a machine, as its author says." in published.body
    assert "DeepL" not in published.body
    assert counted(house) == [["en"]]


def test_a_mail_that_is_automatic_has_reread_nothing(house: TestHouse, story: list[Sent]) -> None:
    raw, to = answer(pick(story, "translation"), "relue", sender=EVA)
    assert house.post(b"Auto-Submitted: auto-replied\r\n" + raw, to) == ["automatic"]
    assert state(house)[0] == "machine"


def test_a_moderator_who_has_reread_it_says_so_with_the_token(house: TestHouse) -> None:
    publish(house, TEXT)
    held = pick(hold(house, FRENCH + FOOTER, FR, sender=BO, subject="Semences")[1], "held")
    assert "relue publier : vous l'avez comparée" in flat(held)
    for sender in ("evil@example.org", "moderator-en@example.org"):
        say(house, held, "relue", sender)
    assert state(house) == ("", "")
    published = pick(say(house, held, "Relue.")[1], "translation")
    assert MARK not in flat(published)
    assert (state(house), counted(house)) == (("complete", FRENCH), [["en", "fr"]])


def test_a_moderator_has_reread_nothing_that_no_machine_wrote(house: TestHouse) -> None:
    publish(house, TEXT)
    held = pick(hold(house, FRENCH, FR, sender=BO, subject="Semences")[1], "held")
    assert [kept.kind for kept in say(house, held, "relue")[1]] == ["decision"]
    assert state(house) == ("", "")
