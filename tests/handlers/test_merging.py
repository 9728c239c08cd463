"""Merging and withdrawing contributions: which number leads where, what counts, and how everything goes back."""

from datetime import timedelta

import pytest

from handlers.decide import Status
from handlers.joining import link
from store.posts import HELD, ORIGINAL, PUBLISHED, TRANSLATION
from tests.handlers.joining import BY, LANGUAGES, Joining, at, get_post, write
from tests.handlers.steps import ES, hold, pick, publish, say
from tests.house import Sent, TestHouse, answer, mail


@pytest.fixture
def joining(house: TestHouse) -> Joining:
    return Joining(house)


def test_two_numbers_become_one_under_the_lower_whichever_is_named_first(
    house: TestHouse, joining: Joining
) -> None:
    for language in ("en", "es", "fr"):
        write(house, language)
    assert joining.lines() == (3, {("en",): 1, ("es",): 1, ("fr",): 1}, 0)
    assert joining.merge(3, 1) is Status.DONE
    assert joining.merge(2, 3) is Status.DONE
    assert [joining.leads_to(number) for number in (1, 2, 3)] == [1, 1, 1]
    assert joining.read_in(3) == ["en", "es", "fr"]
    assert joining.lines() == (1, {("en", "es", "fr"): 1}, 0)
    assert joining.merge(2, 3) is Status.JOINED
    write(house, "en", "Bread, and who bakes it.")
    assert joining.where(4) == (4, "en", ORIGINAL)


def test_joining_a_published_text_merges_under_the_lower_number(house: TestHouse, joining: Joining) -> None:
    write(house, "es")
    write(house, "en")
    assert joining.link(1, 2) is Status.DONE
    assert joining.where(2) == (1, "en", TRANSLATION)
    assert joining.leads_to(2) == 1
    assert joining.unlink(2) is Status.DONE
    assert [joining.leads_to(number) for number in (1, 2)] == [1, 2]


def test_comments_stand_under_the_number_that_is_kept_and_go_back(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    write(house, "es")
    publish(house, "Estoy de acuerdo.", to="sse+c2-es@forum.example.org", sender="luz@example.org")
    assert joining.merge(1, 2) is Status.DONE
    assert joining.parent_of(3) == 1
    publish(house, "Yo también.", to="sse+c2-es@forum.example.org", sender="sol@example.org")
    assert joining.parent_of(4) == 1
    assert joining.lines() == (1, {("en", "es"): 1}, 2)
    assert joining.unlink(2) is Status.DONE
    assert (joining.parent_of(3), joining.parent_of(4)) == (2, 1)


def test_of_two_texts_in_a_language_the_one_under_the_lower_number_stays(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en", "The first text about seeds.")
    write(house, "en", "The second text about seeds.", sender="eve@example.org")
    publish(house, "Un texto.", to="sse+t2-es@forum.example.org", sender="luz@example.org")
    assert joining.merge(1, 2) is Status.DONE
    with house.house.unit() as ctx:
        current = ctx.uow.contributions.current_text(at(ctx, 2).id or 0, "en")
        assert current is not None
        assert current.revision.text == "The first text about seeds."
    assert joining.lines() == (1, {("en", "es"): 1}, 0)
    assert (joining.source(3), joining.state(2)) == (1, PUBLISHED)
    assert joining.unlink(2) is Status.DONE
    assert joining.lines() == (2, {("en", "es"): 1, ("en",): 1}, 0)
    assert (joining.read_in(2), joining.source(3)) == (["en", "es"], 2)


def test_a_correction_that_waits_for_a_text_whose_place_is_taken_is_a_moderators_to_judge(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en", "The first text about seeds.")
    receipt = pick(
        write(house, "en", "The second text about seeds.", sender="eve@example.org"), "receipt_published"
    )
    raw, to = answer(receipt, "The second text, corrected.", sender="eve@example.org")
    house.post(raw, to)
    held = pick(house.outbox(), "held")
    joining.merge(1, 2)
    assert (joining.where(3), joining.state(3)) == ((1, "en", ORIGINAL), HELD)
    raw, to = answer(receipt, "The second text, corrected twice.", sender="eve@example.org")
    assert house.post(raw, to) == [HELD]
    assert joining.where(4) == (1, "en", ORIGINAL)
    house.outbox()
    say(house, held, "ok")
    assert joining.lines()[0] == 1
    with house.house.unit() as ctx:
        current = ctx.uow.contributions.current_text(1, "en")
        assert current is not None
        assert current.revision.text == "The second text, corrected."


def test_an_answer_to_mail_about_a_number_that_was_merged_belongs_to_the_one_that_is_kept(
    house: TestHouse, joining: Joining
) -> None:
    house.subscribe("reader@example.org", language="es")
    write(house, "en")
    passed_on = pick(write(house, "es"), "contribution")
    joining.merge(1, 2)
    raw, _ = answer(passed_on, "Estoy de acuerdo.", sender="reader@example.org")
    assert house.post(raw, ES) == [HELD]
    say(house, pick(house.outbox(), "held"), "ok")
    assert joining.parent_of(3) == 1


def test_a_translation_that_waits_goes_along_when_its_contribution_is_merged(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "es")
    sent = hold(house, "Un texte.", to="sse+t2-fr@forum.example.org", sender="c@example.org")[1]
    joining.merge(1, 2)
    assert joining.where(3) == (1, "fr", TRANSLATION)
    published = say(house, pick(sent, "held"), "ok")[1]
    assert pick(published, "translation").subject.startswith("[#1]")
    assert joining.lines() == (1, {("en", "es", "fr"): 1}, 0)


def test_what_was_approved_and_finds_its_place_taken_is_asked_about_again(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    publish(house, "Una traducción.", to="sse+t1-es@forum.example.org", sender="luz@example.org")
    write(house, "fr", approve=False)
    sent = write(house, "es", "Otra traducción.", sender="sol@example.org", approve=False)
    with house.house.unit() as ctx:
        link(ctx, get_post(ctx, 4), get_post(ctx, 3).contribution, by=BY, how="web")
        ctx.uow.commit()
    say(house, pick(sent, "held"), "ok")
    assert joining.state(4) == "approved"
    assert joining.link(3, 1) is Status.DONE
    assert (joining.where(4), joining.state(4)) == ((1, "es", TRANSLATION), HELD)
    asked = house.one("held", "moderator-es@example.org")
    say(house, asked, "ok")
    with house.house.unit() as ctx:
        current = ctx.uow.contributions.current_text(1, "es")
        assert current is not None
        assert current.revision.text == "Otra traducción."


def test_who_translates_what_is_merged_has_nothing_to_do_where_the_other_has_it(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "es")
    with house.house.unit() as ctx:
        for number, language in ((1, "es"), (2, "fr"), (2, "en")):
            ctx.uow.claims.take(
                f"claims-{language}@example.org",
                language,
                until=house.now + timedelta(days=14),
                contribution_id=at(ctx, number).id,
            )
        ctx.uow.commit()
    joining.merge(1, 2)
    with house.house.unit() as ctx:
        found = {language: ctx.uow.claims.list_open(language) for language in LANGUAGES}
        assert [each.contribution_id for each in found.pop("fr")] == [at(ctx, 1).id]
    assert found == {"en": [], "es": []}


def test_a_part_does_not_count_as_a_translation_and_counts_whole_by_itself(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    sent = write(house, "es", approve=False)
    joining.suggest(2, 1, covers=(1, 2, 3))
    joining.link(2, 1)
    say(house, pick(sent, "held"), "ok")
    assert joining.lines() == (1, {("en",): 1}, 0)
    joining.unlink(2)
    assert joining.lines() == (2, {("en",): 1, ("es",): 1}, 0)


def test_joining_and_separating_again_leaves_everything_as_it_was(house: TestHouse, joining: Joining) -> None:
    write(house, "en")
    write(house, "es")
    publish(house, "Un texte.", to="sse+t2-fr@forum.example.org", sender="c@example.org")

    def everything() -> list[object]:
        return [
            [(joining.where(each), joining.source(each)) for each in (1, 2, 3)],
            joining.lines(),
            [joining.read_in(each) for each in (1, 2)],
        ]

    before = everything()
    for undone in (2, 3):
        assert joining.merge(1, 2) is Status.DONE
        assert joining.lines() == (1, {("en", "es", "fr"): 1}, 0)
        assert joining.unlink(undone) is Status.DONE
        assert everything() == before
    assert joining.are_separated(1, 2)


def test_what_was_merged_twice_goes_back_step_by_step(house: TestHouse, joining: Joining) -> None:
    for language in LANGUAGES:
        write(house, language)
    joining.merge(2, 3)
    joining.merge(1, 2)
    assert joining.unlink(3) is Status.DONE
    assert [joining.leads_to(number) for number in (1, 2, 3)] == [1, 1, 3]
    assert joining.are_separated(3, 1)
    assert joining.are_separated(3, 2)
    joining.merge(2, 3)
    joining.unlink(3)
    joining.merge(3, 2)
    assert joining.unlink(2) is Status.DONE
    assert [joining.leads_to(number) for number in (1, 2, 3)] == [1, 2, 1]


def test_a_merged_pair_goes_back_with_all_that_it_had_absorbed(house: TestHouse, joining: Joining) -> None:
    for language in LANGUAGES:
        write(house, language)
    joining.merge(2, 3)
    joining.merge(1, 2)
    assert joining.unlink(2) is Status.DONE
    assert [joining.leads_to(number) for number in (1, 2, 3)] == [1, 2, 2]
    assert joining.lines() == (2, {("es", "fr"): 1, ("en",): 1}, 0)
    assert joining.unlink(3) is Status.DONE
    assert joining.lines()[0] == 3


def test_what_was_separated_stays_separated_from_what_the_other_is_merged_into(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "fr")
    write(house, "en")
    publish(house, "Otro texto.", to="sse+t2-es@forum.example.org", sender="luz@example.org")
    joining.unlink(3)
    joining.merge(1, 2)
    assert joining.are_separated(1, 3)


def test_an_archive_is_joined_and_separated_without_a_word(house: TestHouse, joining: Joining) -> None:
    for language in ("en", "es"):
        to = f"sse-{language}@forum.example.org"
        house.post(mail(f"A text of the archive in {language}.", to=to), to, live=False)
    assert joining.merge(1, 2) is Status.DONE
    assert joining.unlink(2) is Status.DONE
    assert house.outbox() == []


def test_what_is_withdrawn_keeps_its_number_and_leaves_the_counts_until_it_is_restored(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    write(house, "es")
    assert joining.withdraw(1) is Status.DONE
    assert joining.withdraw(1) is Status.IS_WITHDRAWN
    assert joining.lines() == (1, {("es",): 1}, 0)
    write(house, "fr")
    assert joining.where(3)[0] == 3
    assert joining.restore(1) is Status.DONE
    assert joining.restore(1) is Status.NOT_WITHDRAWN
    assert joining.lines()[0] == 3


def test_what_waits_for_a_withdrawn_contribution_is_published_when_it_is_restored(
    house: TestHouse, joining: Joining
) -> None:
    write(house, "en")
    translated = hold(house, "Un texto.", to="sse+t1-es@forum.example.org", sender="luz@example.org")[1]
    commented = hold(house, "I agree.", to="sse+c1-en@forum.example.org", sender="eve@example.org")[1]
    joining.withdraw(1)
    for sent in (translated, commented):
        assert [each.kind for each in say(house, pick(sent, "held"), "ok")[1]] == []
    assert [joining.state(each) for each in (2, 3)] == ["approved", "approved"]
    assert joining.restore(1) is Status.DONE
    assert [joining.state(each) for each in (2, 3)] == [PUBLISHED, PUBLISHED]
    assert joining.lines() == (1, {("en", "es"): 1}, 1)


def get(house: TestHouse, said: str, sender: str) -> Sent:
    commands = "sse@forum.example.org"
    house.post(mail(f"{said}\n", sender=sender, to=commands, subject=""), commands)
    return house.one("answers", sender)


def test_whoever_asks_for_a_number_that_was_merged_gets_the_one_that_it_leads_to(
    house: TestHouse, joining: Joining
) -> None:
    house.subscribe("reader@example.org", language="es")
    write(house, "en")
    write(house, "es")
    joining.merge(1, 2)
    got = get(house, "enviar 2", "reader@example.org")
    assert "1" in got.subject
    assert "2" not in got.subject
    assert "We keep seeds in our village, and share them each spring: es." in " ".join(got.body.split())


@pytest.mark.parametrize(
    ("command", "said"),
    [("get 1", "was withdrawn"), ("enviar 1", "fue retirada"), ("recevoir 1", "a été retirée")],
)
def test_whoever_asks_for_what_was_withdrawn_is_told_so_and_gets_no_text(
    house: TestHouse, joining: Joining, command: str, said: str
) -> None:
    house.subscribe("reader@example.org", language="en")
    write(house, "en")
    joining.withdraw(1)
    got = get(house, command, "reader@example.org")
    assert said in got.subject
    assert "seeds" not in got.body
