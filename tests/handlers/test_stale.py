"""An original is corrected: its translators are told what changed, and what they answer keeps their translation up to date."""

from email import message_from_bytes

import pytest

from handlers.publish import publish as publish_text
from store.tables import Revision
from tests.handlers.steps import EN, hold, pick, publish, say
from tests.handlers.stories import SEEDS
from tests.house import Sent, TestHouse, answer, mail

ANA, BO = "ana@example.org", "bo@example.net"
FR = "sse+t1-fr@forum.example.org"
OLD = "We keep seeds in our village.\n\nWe share them each spring, with 29 families.\n\nWho else does?"
NEW = OLD.replace("29", "32")
FRENCH = "Nous gardons des semences au village.\n\nNous les partageons chaque printemps, avec 29 familles.\n\nEt vous ?"


def translate(house: TestHouse, text: str = FRENCH, to: str = FR, **headers: str) -> list[Sent]:
    """Bo's translation, approved."""
    sent = hold(house, text, to, **{"sender": BO, "name": "Bo Diop", "subject": "Semences", **headers})[1]
    return say(house, pick(sent, "held"), "ok")[1]


def correct(house: TestHouse, published: list[Sent], text: str, sender: str = ANA) -> list[Sent]:
    """A corrected text in answer to a receipt, approved."""
    sent = say(house, pick(published, "receipt_published", sender), text, sender)[1]
    return say(house, pick(sent, "held"), "ok")[1]


def flat(sent: Sent) -> str:
    """The text of a mail, however it is wrapped."""
    return " ".join(sent.body.split())


def list_stale(house: TestHouse) -> list[str]:
    with house.house.unit() as ctx:
        contribution = ctx.uow.contributions.find_by_number(1)
        assert contribution
        return [post.version.language for post in ctx.uow.contributions.list_stale(contribution)]


def current(house: TestHouse, language: str = "fr") -> str:
    with house.house.unit() as ctx:
        post = ctx.uow.contributions.current_text(1, language)
        assert post
        return post.revision.text


@pytest.fixture
def story(house: TestHouse) -> tuple[Sent, list[Sent]]:
    """The notice about a correction, and the mail that published it."""
    published = publish(house, OLD)
    translate(house)
    sent = correct(house, published, NEW)
    return pick(sent, "stale"), sent


def test_a_translator_is_told_what_changed(house: TestHouse, story: tuple[Sent, list[Sent]]) -> None:
    notice, sent = story
    assert [kept.recipients for kept in sent if kept.kind == "stale"] == [(BO,)]
    assert notice.subject == "[t1] Corrigé depuis votre traduction\u00a0: Semences"
    assert notice.header("Reply-To") == FR
    assert "avec 29" not in notice.body
    before, now = flat(notice).split("§2, maintenant :")
    assert ("with 29 families" in before, "with 32 families" in now) == (True, True)
    assert "We keep seeds" not in notice.body
    assert len(notice.raw) < 4_000
    assert list_stale(house) == ["fr"]


def test_it_is_marked_wherever_it_is_shown(house: TestHouse, story: tuple[Sent, list[Sent]]) -> None:
    assert "Now out of date: the text in French" in pick(story[1], "correction").body
    for language, mark in (("fr", "corrected since this translation"), ("en", None)):
        house.post(mail("", subject=f"get 1 {language}", to="sse@forum.example.org"), "sse@forum.example.org")
        assert ("corrected since" in house.one("answers").body) == (mark is not None)
    with house.house.unit() as ctx:
        phase = ctx.uow.phases.find(2, 1)
        assert phase
        assert ctx.uow.phases.count(phase, ("en", "es", "fr"), ctx.now.replace(year=2014))["out_of_date"] == 1


def test_a_digest_says_how_many_are_out_of_date(house: TestHouse, story: tuple[Sent, list[Sent]]) -> None:
    house.wait(days=14)
    house.tick(house.now)
    closing = {
        kept.header("Content-Language"): kept.body for kept in house.outbox() if kept.kind == "closing"
    }
    assert "1 contribution in English and French\nA text and its" in closing["en"]
    assert "count as one contribution.\n1 translation is out of date.\n\n" in closing["en"]
    assert "1 traduction n'est plus à jour.\n" in closing["fr"]


def test_still_right_brings_it_up_to_date_without_a_moderator(
    house: TestHouse, story: tuple[Sent, list[Sent]]
) -> None:
    outcome, sent = say(house, story[0], "Toujours juste.\n\nMerci,\nBo")
    assert (outcome, [kept.kind for kept in sent]) == ("review", ["receipt_published"])
    assert (list_stale(house), current(house)) == ([], FRENCH)
    assert "de nouveau à jour" in flat(sent[0])


@pytest.mark.parametrize(
    "word", ["still right", "No change", "sin cambios", "« toujours juste »", "*STILL RIGHT*"]
)
def test_still_right_is_understood_in_every_language(
    house: TestHouse, story: tuple[Sent, list[Sent]], word: str
) -> None:
    assert say(house, story[0], word)[0] == "review"
    assert list_stale(house) == []


def test_a_corrected_translation_is_held_and_is_of_the_newest_text(
    house: TestHouse, story: tuple[Sent, list[Sent]]
) -> None:
    outcome, sent = say(house, story[0], FRENCH.replace("29", "32"))
    assert (outcome, list_stale(house)) == ("held", ["fr"])
    held = pick(sent, "held")
    assert "texte corrigé" in flat(held)
    assert "déjà une autre traduction" not in flat(held)
    published = pick(say(house, held, "ok")[1], "correction")
    assert published.subject == "[#1] Semences (texte corrigé)"
    assert "Ana Souza. Traduit par Bo Diop" in published.body
    assert (list_stale(house), "32" in current(house)) == ([], True)


@pytest.mark.parametrize("number", ["[2]", "§2"])
def test_the_paragraph_that_changed_is_enough_behind_its_number(
    house: TestHouse, story: tuple[Sent, list[Sent]], number: str
) -> None:
    text = f"{number} Nous les partageons chaque printemps, avec 32 familles."
    say(house, pick(say(house, story[0], text)[1], "held"), "ok")
    assert (list_stale(house), current(house)) == ([], FRENCH.replace("29", "32"))


@pytest.mark.parametrize("sender", ["evil@example.org", ANA, "moderator-fr@example.org"])
def test_nobody_else_finds_a_translation_still_right(
    house: TestHouse, story: tuple[Sent, list[Sent]], sender: str
) -> None:
    outcome, sent = say(house, story[0], "still right", sender)
    assert (outcome, list_stale(house)) == ("review", ["fr"])
    assert [kept.kind for kept in sent] == ["receipt_returned"]
    assert BO not in flat(sent[0])


def test_the_translators_address_alone_does_not_say_so(
    house: TestHouse, story: tuple[Sent, list[Sent]]
) -> None:
    """Without the notice's Message-ID it is a very short translation, for a moderator to judge."""
    for subject in ("x", f"Re: {story[0].subject}"):
        raw = mail(
            "still right", sender=BO, to=FR, subject=subject, in_reply_to="<stale.guess@forum.example.org>"
        )
        assert house.post(raw, FR) in (["held"], ["duplicate"])
    assert list_stale(house) == ["fr"]


def test_two_senders_find_nothing_still_right(house: TestHouse, story: tuple[Sent, list[Sent]]) -> None:
    raw, to = answer(story[0], "still right", sender=BO)
    house.post(raw.replace(b"From: ", b"From: evil@example.org\r\nFrom: ", 1), to)
    assert list_stale(house) == ["fr"]


def test_an_automatic_answer_changes_nothing(house: TestHouse, story: tuple[Sent, list[Sent]]) -> None:
    raw, to = answer(story[0], "still right", sender=BO)
    assert house.post(b"Auto-Submitted: auto-replied\r\n" + raw, to) == ["automatic"]
    assert (list_stale(house), house.outbox()) == (["fr"], [])


def test_a_translation_whose_title_is_still_right_is_a_text(
    house: TestHouse, story: tuple[Sent, list[Sent]]
) -> None:
    text = "No change\n\n" + "Rien ne change chez nous depuis trente ans, et nos semences non plus. " * 4
    assert say(house, story[0], text)[0] == "held"


def test_an_answer_that_lost_its_plus_address_is_understood(
    house: TestHouse, story: tuple[Sent, list[Sent]]
) -> None:
    ids = {"in_reply_to": story[0].header("Message-ID"), "sender": BO, "to": "sse@forum.example.org"}
    raw = mail(FRENCH.replace("29", "32"), subject="RE: [t1] Corrigé", **ids)
    assert house.post(raw, ids["to"]) == ["held"]
    assert list_stale(house) == ["fr"]
    assert "texte corrigé" in flat(house.one("receipt_held"))
    assert house.post(mail("toujours juste", subject="RE: [t1] Corrigé", **ids), ids["to"]) == ["review"]
    assert list_stale(house) == []


def test_still_right_is_said_of_the_text_that_was_shown_and_of_no_newer_one(house: TestHouse) -> None:
    published = publish(house, OLD)
    translate(house)
    first = correct(house, published, NEW)
    second = correct(house, first, NEW + "\n\nWrite to us.")
    outcome, sent = say(house, pick(first, "stale"), "still right")
    assert (outcome, list_stale(house)) == ("review", ["fr"])
    assert "a encore été corrigé depuis" in flat(sent[0])
    say(house, pick(second, "stale"), "still right")
    assert list_stale(house) == []
    say(house, pick(first, "stale"), "still right\n\nonce more")
    assert list_stale(house) == []


def test_a_translation_of_an_older_text_than_the_one_that_is_published_is_out_of_date_from_the_start(
    house: TestHouse,
) -> None:
    published = publish(house, OLD)
    waiting = hold(house, FRENCH, FR, sender=BO)[1]
    correct(house, published, NEW)
    sent = say(house, pick(waiting, "held"), "ok")[1]
    assert [kept.kind for kept in sent] == ["translation", "receipt_published", "stale"]
    assert "corrected since" not in flat(sent[0])
    assert "L'original a été corrigé depuis cette traduction" in flat(sent[0])


def test_one_that_waited_with_its_original_is_of_the_text_that_it_came_for(house: TestHouse) -> None:
    """What no moderator has published is not shown to its translator either."""
    first = hold(house, SEEDS["en"], message_id="own")[1]
    thread = {"in_reply_to": "<own@mail.example.org>", "sender": BO}
    waiting = hold(house, SEEDS["fr"], "sse-fr@forum.example.org", **thread)[1]
    say(house, pick(waiting, "held"), "ok")
    corrected = SEEDS["en"].replace("64 families", "65 families")
    second = say(house, pick(first, "receipt_held"), corrected, ANA)[1]
    sent = say(house, pick(second, "held"), "ok")[1]
    assert [kept.kind for kept in sent if kept.recipients == (BO,)] == ["receipt_published", "stale"]
    assert "65 families" in pick(sent, "stale").body
    assert "64 families" not in pick(sent, "stale").body
    assert list_stale(house) == ["fr"]


def test_who_corrects_the_text_that_they_translated_themselves_is_not_told(house: TestHouse) -> None:
    published = publish(house, OLD)
    translate(house, sender=ANA)
    assert "stale" not in [kept.kind for kept in correct(house, published, NEW)]
    assert list_stale(house) == ["fr"]


def test_an_author_who_goes_back_to_the_first_text_brings_its_translation_up_to_date(
    house: TestHouse,
) -> None:
    published = publish(house, OLD)
    translate(house)
    sent = correct(house, correct(house, published, NEW), OLD)
    assert ("stale" in [kept.kind for kept in sent], list_stale(house)) == (False, [])


def test_a_corrected_translation_makes_no_other_out_of_date(house: TestHouse) -> None:
    publish(house, OLD)
    published = translate(house)
    translate(house, "Guardamos semillas.", "sse+t1-es@forum.example.org", sender="eva@example.net")
    sent = correct(house, published, FRENCH + "\n\nÉcrivez-nous.", BO)
    assert ("stale" in [kept.kind for kept in sent], list_stale(house)) == (False, [])


def test_an_archive_tells_nobody(house: TestHouse) -> None:
    for raw, to in (
        (mail(OLD, message_id="own"), EN),
        (mail(FRENCH, sender=BO, to=FR, message_id="fr"), FR),
    ):
        house.post(raw, to, live=False)
    with house.house.unit() as ctx:
        post = ctx.uow.contributions.current_text(1, "en")
        assert post
        archived = Revision(**post.revision.model_dump(exclude={"id", "text"}), text=NEW)
        ctx.uow.contributions.add(archived)
        found = ctx.uow.contributions.find_post(archived.id)
        assert found
        publish_text(ctx, found)
        ctx.uow.commit()
    assert (list_stale(house), house.outbox()) == (["fr"], [])


def test_a_correction_that_changes_everything_fits_a_small_mail(house: TestHouse) -> None:
    long = "\n\n".join(f"Paragraph {n}: " + "the seeds of our village are many. " * 12 for n in range(30))
    published = publish(house, long)
    translate(house)
    notice = pick(correct(house, published, long.replace("seeds", "trees")), "stale")
    assert len(notice.raw) < 8_000
    assert "changements." in notice.body


def test_nothing_in_a_title_or_a_text_becomes_a_header(house: TestHouse) -> None:
    published = publish(house, OLD)
    translate(house, subject="=?utf-8?b?U2VtZW5jZXMNCkJjYzogeEBleGFtcGxlLm9yZw==?= \u202e")
    notice = pick(correct(house, published, "Bcc: x@example.org\n\n" + NEW), "stale")
    assert message_from_bytes(notice.raw)["Bcc"] is None
    assert "\u202e" not in notice.subject
