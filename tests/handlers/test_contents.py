"""What there is: the calendar, what was written in a phase, and the counts, as they are now."""

import pytest

from handlers.words import command_words, teach_command
from store.tables import Abstract, Synthesis
from tests.handlers.translating import BO, CARO, ES, FR, THREE, TROIS, flat, publish, reply, say
from tests.house import TestHouse

TO_FR = "sse-fr+t1@forum.example.org"


def synthesize(house: TestHouse, number: int, *languages: str) -> None:
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, number)
        for language in languages:
            ctx.uow.phases.add_synthesis(
                Synthesis(
                    phase_id=phase.id,
                    language=language,
                    delivery_id=1,
                    title="Synthesis",
                    text="In short.",
                    author_email="organizer@example.org",
                    received_at=house.now,
                    confirmed_at=house.now,
                )
            )
        ctx.uow.commit()


def summarize(house: TestHouse, number: int, language: str, title: str) -> None:
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        ctx.uow.abstracts.add(
            Abstract(
                contribution_id=found.id,
                language=language,
                state="published",
                origin="translator",
                title=title,
                text="In short.",
                author_name="Caro",
                author_email=CARO,
                received_at=house.now,
                published_at=house.now,
            )
        )
        ctx.uow.commit()


def test_the_calendar_says_what_is_open_closed_and_to_come(house: TestHouse) -> None:
    (told,) = say(house, "phases")
    body = flat(told.body)
    assert "Phase 1, from 1 to 14 July 2013: open now Last day: Sunday 14, until 22:00 GMT" in body
    assert "Phase 2, from 29 July to 11 August 2013: not open yet" in body
    assert body.count("- Who gains?") == 2
    publish(house)
    synthesize(house, 1, "fr", "en")
    house.wait(days=14)
    body = flat(say(house, "phases")[0].body)
    assert "Phase 1, from 1 to 14 July 2013: closed" in body
    assert 'Synthesis in English and French: send "synthesis 1"' in body


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fases", "Fase 1, del 1 al 14 de julio de 2013: abierta ahora"),
        ("étapes", "Phase 1, du 1er au 14 juillet 2013\u00a0: ouverte en ce moment"),
        ("calendrier", "- Qui y gagne ?"),
    ],
)
def test_the_calendar_is_in_the_readers_words(house: TestHouse, line: str, says: str) -> None:
    (told,) = say(house, line)
    assert says in told.body.replace("\n", " ") or says in told.body


def test_the_contents_of_a_phase_name_each_contribution_as_its_reader_can_read_it(house: TestHouse) -> None:
    publish(house, THREE, subject="Seeds")
    publish(house, "\n\n".join(TROIS), TO_FR, subject="Semences")
    publish(house, "De l'eau, surtout.", FR, subject="L'eau", sender=CARO, name="")
    for text in ("I agree.", "I do not."):
        publish(house, text, "sse-en+c1@forum.example.org", sender=CARO, subject="Re: Seeds")
    summarize(house, 2, "en", "Water")
    body = flat(say(house, "list")[0].body)
    assert "Contributions of phase 1" in body
    assert "- no. 1 · Seeds · Ana Souza · English, French · 231 bytes · comments: 3, 4" in body
    assert "- no. 2 · Water · a participant · French · 18 bytes" in body
    assert body.index("no. 1") < body.index("no. 2")
    french = flat(say(house, "liste")[0].body)
    assert "n° 1 · Semences · Ana Souza · anglais, français" in french
    assert "n° 2 · L'eau ·" in french
    assert CARO not in body + french


def test_the_contents_in_a_language_are_what_can_be_read_in_it(house: TestHouse) -> None:
    publish(house, THREE, subject="Seeds")
    publish(house, "De l'eau, surtout.", FR, subject="L'eau")
    body = flat(say(house, "list 1 french")[0].body)
    assert "that can be read in French" in body
    assert "L'eau" in body
    assert "Seeds" not in body
    assert "No contributions yet." in say(house, "list phase 1 spanish")[0].body


def test_without_a_number_the_phase_is_the_last_in_which_anything_was_written(house: TestHouse) -> None:
    publish(house, THREE, subject="Seeds")
    house.tick(house.now.replace(month=7, day=30))
    house.outbox()
    assert "Contributions of phase 1" in say(house, "list")[0].body
    publish(house, "Another text.", subject="Another")
    body = say(house, "list")[0].body
    assert "Contributions of phase 2" in body
    assert "Seeds" not in body
    assert "Seeds" in say(house, "list phase 1")[0].body
    assert "no phase of that number" in flat(say(house, "list 9")[0].body)


def test_what_came_between_two_phases_is_listed_with_the_one_before(house: TestHouse) -> None:
    house.tick(house.now.replace(month=7, day=20))
    house.outbox()
    publish(house, THREE, subject="Between")
    house.tick(house.now.replace(month=7, day=30))
    house.outbox()
    publish(house, "Another text.", subject="Another")
    assert "Between" in say(house, "list 1")[0].body
    assert "Between" not in say(house, "list 2")[0].body


def test_held_and_withdrawn_texts_are_in_no_list(house: TestHouse) -> None:
    publish(house, THREE, subject="Seeds", sender=BO)
    (asked,) = say(house, "withdraw 1")
    reply(house, asked, "")
    house.outbox()
    publish(house, "Another text.", subject="Another")
    body = say(house, "list")[0].body
    assert "Seeds" not in body
    assert "no. 2" in body


def test_a_long_list_comes_in_parts_and_none_of_it_is_lost(house: TestHouse) -> None:
    title = "What we think about the water and the seeds of our village"
    for number in range(60):
        house.wait(minutes=1)
        publish(house, f"Text {number}.", subject=f"{title} {number}", sender=f"p{number}@example.org")
    (sent,) = say(house, "list 1")
    body = ""
    while True:
        assert len(sent.raw) <= 8_192
        body += sent.body
        if "[…]" not in sent.body:
            break
        (sent,) = say(house, "next")
    assert [f"no. {number} ·" in body for number in range(1, 61)] == [True] * 60


def test_the_counts_are_those_of_an_announcement_as_they_are_now(house: TestHouse) -> None:
    assert "No contributions yet." in say(house, "counts")[0].body
    publish(house, THREE, subject="Seeds")
    publish(house, "\n\n".join(TROIS), TO_FR)
    publish(house, "De l'eau.", FR)
    publish(house, "Agua.", ES)
    publish(house, "I agree.", "sse-en+c1@forum.example.org", sender=CARO)
    body = say(house, "counts")[0].body
    assert (
        "3 contributions in total:\n  1 contribution in English and French\n"
        "  1 contribution in Spanish only\n  1 contribution in French only\n"
        "Of which 3 in phase 1:\n"
    ) in body
    assert "In addition: 1 comment." in body
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find_at(ctx.now)
        counted = ctx.uow.phases.count(phase, ctx.settings.languages, ctx.now.replace(hour=23))
    assert counted["theme"]["total"] == 3


@pytest.mark.parametrize(
    ("line", "says"), [("cifras", "El foro en cifras"), ("chiffres", "Le forum en chiffres")]
)
def test_the_counts_are_in_the_readers_words(house: TestHouse, line: str, says: str) -> None:
    publish(house, THREE)
    assert says in say(house, line)[0].body


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "ar"])
@pytest.mark.parametrize(
    "name", ["phases", "list", "counts", "next", "attachment", "mine", "edit", "withdraw"]
)
def test_every_command_is_known_in_every_language(house: TestHouse, language: str, name: str) -> None:
    word = command_words((language,))[language][name][0]
    assert teach_command(f"{name} 1 fr", language) == f"{word} 1 fr"
    publish(house, THREE)
    assert "did not understand" not in flat(say(house, f"{word} 1")[0].body)
