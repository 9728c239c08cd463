"""Answers to a text that was sent to be translated: with the numbers of its paragraphs, without, in parts, by others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.translating import (
    BO,
    CARO,
    COMMANDS,
    EN,
    FR,
    THREE,
    TROIS,
    approve,
    claims,
    current,
    flat,
    new_id,
    publish,
    reply,
    say,
)
from tests.house import FORUM, Sent, TestHouse, answer, mail

ONE, TWO, LAST = (f"[{number}] {text}" for number, text in enumerate(TROIS, 1))
WHOLE = "\n\n".join(TROIS)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    house.subscribe(BO, CARO, language="fr")
    yield house
    house.close()


def take(house: TestHouse, sender: str = BO) -> Sent:
    """The text to translate, for somebody."""
    (sent,) = say(house, "translate 1 fr", sender)
    return sent


def test_the_numbers_are_taken_off_and_the_title_is_the_translated_one(house: TestHouse) -> None:
    publish(house, subject="The seed bank")
    text = "\n\n".join(("[0] La banque de semences", ONE, TWO, LAST))
    assert reply(house, take(house), text) == ["held"]
    approve(house)
    assert current(house, "fr") == ("La banque de semences", WHOLE, [])
    assert claims(house) == []


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join((LAST, ONE, TWO)),
        "\n".join((ONE, TWO, LAST)),
        " ".join((ONE, TWO, LAST)),
        "\n\n".join(f"{number}. {text}" for number, text in enumerate(TROIS, 1)),
        "\n\n".join(f"({number}) {text}" for number, text in enumerate(TROIS, 1)),
        "\n\n".join(f"§{number} {text}" for number, text in enumerate(TROIS, 1)),
        "Bonjour, voici la traduction.\n\n" + "\n\n".join((ONE, TWO, LAST)),
        WHOLE,
    ],
)
def test_numbers_of_any_kind_in_any_order_or_none(house: TestHouse, text: str) -> None:
    publish(house)
    reply(house, take(house), text)
    approve(house)
    assert current(house, "fr")[1:] == (WHOLE, [])


def test_who_writes_over_our_text_sends_the_translation_alone(house: TestHouse) -> None:
    """A phone that quotes nothing: our words around the paragraphs are cut, as they are ours."""
    publish(house, subject="The seed bank")
    sent = take(house)
    head, _, rest = sent.body.partition("[0] The seed bank")
    _, _, tail = rest.partition("-- \n")
    body = head + "\n\n".join(("[0] La banque", ONE, TWO, LAST)) + "\n\n-- \n" + tail
    assert reply(house, sent, body, quote=False) == ["held"]
    approve(house)
    assert current(house, "fr") == ("La banque", WHOLE, [])


@pytest.mark.parametrize("quoted", ["> ", ">> ", "| "])
def test_who_translates_under_each_quoted_paragraph_sends_the_translation_alone(
    house: TestHouse, quoted: str
) -> None:
    publish(house, subject="Seeds")
    sent = take(house)
    pieces = []
    for line in sent.body.splitlines():
        pieces.append(quoted + line)
        if line.startswith("[") and not line.startswith("[0]"):
            pieces += ["", TROIS[int(line[1]) - 1], ""]
    # A paragraph that is wrapped goes on below the translation; what was sent is known by its words.
    assert reply(house, sent, "\n".join(pieces), quote=False) == ["held"]
    approve(house)
    assert all(text in current(house, "fr")[1] for text in TROIS)


@pytest.mark.parametrize("to", [COMMANDS, FR, "sse+t1-fr@forum.example.org", "sse-fr+t1@forum.example.org"])
def test_an_answer_that_lost_its_plus_address_is_the_translation_all_the_same(
    house: TestHouse, to: str
) -> None:
    publish(house)
    sent = take(house)
    raw, address = answer(sent, "\n\n".join((ONE, TWO, LAST)), sender=BO)
    assert house.post(raw.replace(address.encode(), to.encode()), to) == ["held"]
    approve(house)
    assert current(house, "fr")[1] == WHOLE


def test_where_the_code_alone_is_left_it_goes_into_the_language_that_was_taken(house: TestHouse) -> None:
    publish(house)
    sent = take(house, "translator@example.org")
    raw = mail(WHOLE, sender="translator@example.org", to=COMMANDS, subject=f"Re: {sent.subject}")
    assert house.post(raw, COMMANDS) == ["held"]
    approve(house)
    assert current(house, "fr")[1] == WHOLE


def test_half_a_translation_says_what_it_covers_and_the_claim_goes_on(house: TestHouse) -> None:
    publish(house)
    reply(house, take(house), "\n\n".join((ONE, TWO)))
    approve(house)
    assert current(house, "fr")[1:] == ("\n\n".join(TROIS[:2]), [1, 2, 3])
    assert claims(house) == [BO]


def test_the_rest_completes_what_was_published(house: TestHouse) -> None:
    publish(house)
    sent = take(house)
    reply(house, sent, "\n\n".join(("[0] La banque", ONE, TWO)))
    approve(house)
    reply(house, sent, LAST)
    approve(house)
    assert current(house, "fr") == ("La banque", WHOLE, [])
    assert claims(house) == []


def test_the_rest_completes_what_waits(house: TestHouse) -> None:
    publish(house)
    sent = take(house)
    reply(house, sent, LAST)
    house.outbox()
    reply(house, sent, TWO)
    house.outbox()
    reply(house, sent, ONE)
    approve(house)
    assert current(house, "fr")[1:] == (WHOLE, [])


def test_a_hole_is_named_until_it_is_filled(house: TestHouse) -> None:
    publish(house)
    sent = take(house)
    reply(house, sent, "\n\n".join((ONE, LAST)))
    approve(house)
    assert current(house, "fr")[1:] == (f"{TROIS[0]}\n\n[2 …]\n\n{TROIS[2]}", [1, 1, 3])
    reply(house, sent, TWO)
    approve(house)
    assert current(house, "fr")[1:] == (WHOLE, [])


def test_somebody_elses_rest_waits_for_a_moderator_and_completes_too(house: TestHouse) -> None:
    publish(house)
    reply(house, take(house), "\n\n".join((ONE, TWO)))
    approve(house)
    say(house, "release 1 fr")
    assert reply(house, take(house, CARO), LAST, CARO) == ["held"]
    assert current(house, "fr")[2] == [1, 2, 3]
    approve(house)
    assert current(house, "fr")[1:] == (WHOLE, [])


def test_what_somebody_else_has_sent_and_waits_is_not_published_along(house: TestHouse) -> None:
    publish(house)
    sent = take(house)
    reply(house, sent, "\n\n".join((ONE, TWO)))
    house.outbox()
    reply(house, sent, LAST, CARO)
    approve(house)
    assert current(house, "fr")[1:] == (TROIS[2], [3, 3, 3])


def test_after_a_correction_of_the_original_the_changed_paragraph_is_enough(house: TestHouse) -> None:
    receipt = next(sent for sent in publish(house) if sent.kind == "receipt_published")
    reply(house, take(house), WHOLE)
    approve(house)
    first, _, last = THREE.split("\n\n")
    reply(
        house, receipt, f"{first}\n\nThis year it was 41.\n\nAnd there was cake.\n\n{last}", "ana@example.org"
    )
    approve(house)
    sent = take(house)
    assert "texte antérieur" in flat(sent.body)
    reply(house, sent, "[2] Cette année, 41.\n\n[3] Et il y eut du gâteau.")
    approve(house)
    assert current(house, "fr")[1] == "\n\n".join(
        (TROIS[0], "Cette année, 41.", "Et il y eut du gâteau.", TROIS[2])
    )
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        assert found is not None
        assert ctx.uow.contributions.list_stale(found) == []


def test_an_answer_that_came_before_the_correction_is_read_by_the_numbers_it_had(house: TestHouse) -> None:
    receipt = next(sent for sent in publish(house) if sent.kind == "receipt_published")
    sent = take(house)
    reply(
        house, receipt, "Only one paragraph is left of our text, and it is this one here.", "ana@example.org"
    )
    approve(house)
    reply(house, sent, "\n\n".join((ONE, TWO, LAST)))
    approve(house)
    assert current(house, "fr")[1:] == (WHOLE, [])


def test_a_numbered_list_in_another_text_is_left_alone(house: TestHouse) -> None:
    text = "1. Water.\n\n2. Seeds.\n\n3. Land."
    publish(house, text)
    assert current(house, "en")[1] == text
    reply(house, take(house), "1. De l'eau.\n\n2. Des semences.\n\n3. De la terre.")
    approve(house)
    assert current(house, "fr")[1] == "1. De l'eau.\n\n2. Des semences.\n\n3. De la terre."


@pytest.mark.parametrize("text", ["Merci, je m'en occupe !", "Quelle est la date ?"])
def test_thanks_are_not_published_as_a_translation(tmp_path: Path, text: str) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.subscribe(BO, language="fr")
    house.post(mail(THREE, to=EN, message_id=new_id(house)), EN)
    house.outbox()
    assert reply(house, take(house), text) == ["held"]
    house.close()


def test_a_claim_is_given_back_in_answer_to_the_text_that_came_for_it(house: TestHouse) -> None:
    publish(house)
    assert reply(house, take(house), "rendre 1 fr") == ["command"]
    with house.house.unit() as ctx:
        assert ctx.uow.claims.list_open("fr") == []


def test_where_nothing_is_moderated_a_part_still_waits_that_completes_what_waits(tmp_path: Path) -> None:
    """Whoever forges a translator's sender must not get a held text published."""
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.subscribe(BO, language="fr")
    house.post(mail(THREE, to=EN, message_id=new_id(house)), EN)
    house.outbox()
    sent = take(house)
    assert reply(
        house, sent, "[1] Only English words stand here, so that a moderator is asked about them all."
    ) == ["held"]
    assert reply(house, sent, "\n\n".join((TWO, LAST))) == ["held"]
    assert current(house, "fr") == ("", "", [])
    house.close()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("get 1 both", "[1] We keep seeds … Nous gardons … [2] Last year … L'an dernier … [3] What"),
        ("get 1 fr en", "[1] We keep seeds … Nous gardons"),
        ("recevoir 1 deux", "[1] We keep seeds … Nous gardons"),
        ("enviar 1 ambos fr", "[1] We keep seeds … Nous gardons"),
    ],
)
def test_original_and_translation_are_shown_paragraph_by_paragraph(
    house: TestHouse, text: str, shape: str
) -> None:
    publish(house, subject="The seed bank")
    reply(house, take(house), "\n\n".join(("[0] La banque de semences", ONE, TWO, LAST)))
    approve(house)
    (sent,) = say(house, text)
    assert re.search(".*".join(map(re.escape, shape.split(" … "))), flat(sent.body))
    assert "    Nous gardons" in sent.body
    assert "La banque de semences" in sent.body
    assert len(sent.raw) <= 8_192


def test_both_where_there_is_only_one_is_that_one(house: TestHouse) -> None:
    publish(house)
    (sent,) = say(house, "get 1 both")
    assert "We keep seeds" in sent.body
    assert "[1]" not in sent.body.partition("\n")[2].replace("[#1]", "")


def test_a_part_is_shown_beside_the_paragraphs_that_it_translates(house: TestHouse) -> None:
    publish(house)
    reply(house, take(house), LAST)
    approve(house)
    (sent,) = say(house, "get 1 both")
    text = flat(sent.body)
    assert text.index("[3] What would help") < text.index("Ce qui nous aiderait")
    assert "§3" in text


def test_both_of_long_texts_come_in_parts(house: TestHouse) -> None:
    long = "\n\n".join(" ".join(f"word{p}x{n}" for n in range(60)) for p in range(12))
    publish(house, long)
    reply(
        house,
        take(house),
        "\n\n".join(f"[{p + 1}] " + " ".join(f"mot{p}x{n}" for n in range(60)) for p in range(12)),
    )
    approve(house)
    found = ""
    for part in (1, 2, 3):
        (sent,) = say(house, f"get 1 both part {part}")
        assert len(sent.raw) <= 8_192
        found += sent.body
    words = found.split()
    assert all(words.count(word) == 1 for word in long.split())
    assert all(words.count(f"mot{p}x{n}") == 1 for p in range(12) for n in range(60))
