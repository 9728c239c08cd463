"""A message in two languages, one below the other: `split` publishes one contribution with two originals."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from handlers.split import _split_title
from store.counts import count_sets
from store.posts import APPROVED, HELD
from store.tables import AuditEvent
from tests.handlers.steps import EN, ES, hold, pick, publish, say
from tests.house import FORUM, Sent, TestHouse, mail

FR = "sse-fr@forum.example.org"
MOD_EN, MOD_ES, MOD_FR = "moderator-en@example.org", "moderator-es@example.org", "moderator-fr@example.org"
FRENCH = """\
Bonjour à tous,

Dans notre vallée, douze familles ont remis en culture des terrasses abandonnées depuis
quarante ans. Les murs ont été relevés à la main, pierre après pierre.

La récolte est partagée selon le temps donné par chacun, et ce qui reste se vend au marché
du samedi.

Odile Charrette"""
ENGLISH = """\
Dear all,

In our valley twelve families have brought terraces back into use that had been abandoned
for forty years. The walls were raised by hand, stone by stone.

The harvest is shared according to the time that each gave, and what is left is sold at
the Saturday market.

Odile Charrette"""
BOTH = f"{FRENCH}\n\n----------\n\n{ENGLISH}"


def flat(sent: Sent) -> str:
    return " ".join(sent.body.split())


def count(house: TestHouse) -> list[tuple[tuple[str, ...], int]]:
    with house.house.unit() as ctx:
        theme = ctx.uow.phases.theme_of(house.now)
    assert theme is not None
    with house.house.database.engine.connect() as connection:
        house.wait(seconds=1)
        sets = count_sets(connection, ("en", "es", "fr"), theme_id=theme, before=house.now)
    return list(sets.theme)


def versions(house: TestHouse, number: int = 1) -> list[tuple[str, str, str]]:
    """Language, role and text of what is published of a contribution, the one in its own language first."""
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        assert found is not None
        posts = ctx.uow.contributions.list_published(found.id or 0)
        assert posts[0].version.language == found.language
        return [(post.version.language, post.version.role, post.revision.text) for post in posts]


def test_it_waits_and_the_notice_offers_to_split_it(house: TestHouse) -> None:
    notice = pick(hold(house, BOTH, FR, subject="Terrasses")[1], "held", MOD_FR)
    assert "un même texte en deux langues, en français et en anglais" in flat(notice)
    assert "\n  diviser             publier deux textes, en français et en anglais\n" in notice.body
    assert "semble être" not in flat(notice)


@pytest.mark.parametrize("answer", ["split", "Split.", "diviser", "dividir"])
def test_split_publishes_both_under_one_number_each_on_its_list(house: TestHouse, answer: str) -> None:
    for language in ("en", "es", "fr"):
        house.subscribe(f"reader-{language}@example.org", language=language)
    notice = pick(hold(house, BOTH, FR, subject="Terrasses / Terraces")[1], "held", MOD_FR)
    outcome, sent = say(house, notice, answer)
    assert outcome == "decision"
    assert [(m.kind, m.header("To"), m.subject) for m in sent] == [
        ("contribution", FR, "[#1] Terrasses"),
        ("contribution", EN, "[#1] Terraces"),
        ("elsewhere", ES, "[#1] Terrasses (en francés)"),
        ("receipt_published", "ana@example.org", sent[3].subject),
    ]
    assert "remis en culture" in sent[0].body
    assert "brought terraces" not in sent[0].body
    assert "brought terraces" in sent[1].body
    for mailed in (*sent[:2], sent[3]):
        assert "t1-es@" in mailed.body or "+t1@" in mailed.body
        assert "sse-en+t1" not in mailed.body
        assert "sse-fr+t1" not in mailed.body
    assert versions(house) == [("fr", "original", FRENCH), ("en", "original", ENGLISH)]
    assert count(house) == [(("en", "fr"), 1)]
    assert house.accounts() == {"decision": 1, "published": 1}


def test_the_language_of_the_list_comes_first_wherever_it_stands(house: TestHouse) -> None:
    notice = pick(hold(house, BOTH, EN, subject="Terrasses / Terraces")[1], "held")
    sent = say(house, notice, "split")[1]
    assert [m.subject for m in sent if m.kind == "contribution"] == ["[#1] Terraces", "[#1] Terrasses"]
    assert [language for language, _, _ in versions(house)] == ["en", "fr"]


def test_on_a_list_of_a_third_language_the_upper_text_comes_first(house: TestHouse) -> None:
    notice = pick(hold(house, BOTH, ES, subject="Terrasses")[1], "held")
    assert "en francés e inglés" in flat(notice)
    sent = say(house, notice, "dividir")[1]
    assert [m.header("To") for m in sent if m.kind == "contribution"] == [FR, EN]
    assert [language for language, _, _ in versions(house)] == ["fr", "en"]


def test_ok_publishes_it_whole_and_it_counts_in_the_lists_language(house: TestHouse) -> None:
    notice = pick(hold(house, BOTH, FR, subject="Terrasses")[1], "held", MOD_FR)
    say(house, notice, "ok")
    assert [(language, role) for language, role, _ in versions(house)] == [("fr", "original")]
    assert count(house) == [(("fr",), 1)]


def test_the_decision_ends_every_other_token_and_cannot_be_taken_back(house: TestHouse) -> None:
    sent = hold(house, BOTH, FR, subject="Terrasses")[1]
    mine, colleagues = pick(sent, "held", MOD_FR), pick(sent, "held", "second-fr@example.org")
    say(house, mine, "diviser")
    (told,) = say(house, colleagues, "non : trop long")[1]
    assert f"déjà été publié par {MOD_FR}" in flat(told)
    (told,) = say(house, mine, "annuler")[1]
    assert told.kind == "decision"
    (told,) = say(house, mine, "Diviser !")[1]
    assert "déjà" in flat(told)
    assert [language for language, _, _ in versions(house)] == ["fr", "en"]
    with house.house.database.engine.connect() as connection:
        events = list(
            connection.execute(select(col(AuditEvent.event)).order_by(col(AuditEvent.id))).scalars()
        )
    assert events[-3:] == ["approve", "approve", "split"]


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        f"{FRENCH}\n\n« The walls were raised by hand, stone by stone. »",
        "\n\n".join(
            p for pair in zip(FRENCH.split("\n\n"), ENGLISH.split("\n\n"), strict=True) for p in pair
        ),
    ],
    ids=["one", "a quotation", "interleaved"],
)
def test_of_any_other_text_it_is_not_offered_and_says_why_not(house: TestHouse, text: str) -> None:
    notice = pick(hold(house, text, FR, subject="Terrasses")[1], "held", MOD_FR)
    assert "\n  diviser" not in notice.body
    (told,) = say(house, notice, "diviser")[1]
    assert "Il ne peut pas être divisé" in flat(told)
    say(house, notice, "ok")
    assert [language for language, _, _ in versions(house)] == ["fr"]


def test_a_translation_with_its_original_below_is_not_split_nor_in_another_language(house: TestHouse) -> None:
    publish(house, FRENCH, to=FR, subject="Terrasses")
    notice = pick(
        hold(house, f"{ENGLISH}\n\n{FRENCH}", "sse-en+t1@forum.example.org", subject="Terraces")[1], "held"
    )
    assert "\n  split" not in notice.body
    assert "\n  move" not in notice.body
    (told,) = say(house, notice, "split")[1]
    assert "cannot be split" in flat(told)


def test_where_a_translation_came_first_it_is_not_split(house: TestHouse) -> None:
    notice = pick(
        hold(house, BOTH, FR, subject="Terrasses", message_id="<both@mail.example.org>")[1], "held", MOD_FR
    )
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts((HELD,))
        ctx.uow.contributions.add(
            type(post.version)(
                contribution_id=post.contribution_id, language="en", role="translation", received_at=house.now
            )
        )
        version = ctx.uow.contributions.find_version(post.contribution_id, "en")
        assert version is not None
        ctx.uow.contributions.add(
            type(post.revision)(
                version_id=version.id,
                state=APPROVED,
                title="Terraces",
                text=ENGLISH,
                text_hash="",
                author_name="",
                author_email="eva@example.org",
                received_at=house.now,
            )
        )
        ctx.uow.commit()
    (told,) = say(house, notice, "diviser")[1]
    assert "a déjà un texte dans l'autre langue" in flat(told)
    assert house.accounts()["held"] == 1


def test_both_halves_of_a_comment_wait_with_what_it_comments(house: TestHouse) -> None:
    first = pick(hold(house, "Nos terrasses attendent leurs murs depuis longtemps.", FR)[1], "held", MOD_FR)
    reply = hold(
        house, BOTH, FR, subject="Re: Seeds", sender="eva@example.org", in_reply_to=f"<{message_id(house)}>"
    )[1]
    sent = say(house, pick(reply, "held", MOD_FR), "diviser")[1]
    assert sent == []
    sent = say(house, first, "ok")[1]
    assert [(m.kind, m.header("To")) for m in sent if m.kind in ("contribution", "comment")] == [
        ("contribution", FR),
        ("comment", FR),
        ("comment", EN),
    ]
    assert [language for language, _, _ in versions(house, 2)] == ["fr", "en"]


def message_id(house: TestHouse) -> str:
    """Of the newest text that waits."""
    with house.house.unit() as ctx:
        return ctx.uow.waiting.list_posts((HELD,))[-1].revision.message_id.strip("<>")


def test_the_same_mail_again_is_still_the_same(house: TestHouse) -> None:
    raw = mail(BOTH, to=FR, subject="Terrasses")
    house.post(raw, FR)
    notice = next(m for m in house.outbox() if m.kind == "held" and MOD_FR in m.recipients)
    say(house, notice, "diviser")
    assert house.post(raw, EN) == ["duplicate"]
    assert house.post(mail(BOTH, to=EN, subject="Terraces, again"), EN) == ["duplicate"]
    assert house.post(mail(ENGLISH, to=EN, subject="Terraces"), EN) == ["duplicate"]


def test_where_nobody_moderates_it_waits_all_the_same(tmp_path: Path) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    try:
        assert house.post(mail(BOTH, to=FR), FR) == ["held"]
        other = mail(FRENCH, to=FR, subject="Murs", sender="luc@example.org")
        assert house.post(other, FR) == ["published"]
    finally:
        house.close()


def test_an_archive_is_not_asked_about(house: TestHouse) -> None:
    assert house.post(mail(BOTH, to=FR), FR, live=False) == ["published"]
    assert count(house) == [(("fr",), 1)]


@given(st.text(max_size=80), st.booleans())
@settings(deadline=None)
def test_a_title_is_never_lost(title: str, swapped: bool) -> None:
    first, second = _split_title(title, swapped=swapped)
    assert first == second == title or {first, second} == {piece.strip() for piece in title.split(" / ")}
