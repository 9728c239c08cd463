"""Somebody sends a "translation" to take over a contribution: a moderator is asked, and until then nothing changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.posts import HELD, PUBLISHED
from tests.handlers.steps import EN, ES, pick, say
from tests.house import FORUM, Sent, TestHouse, mail

FR = "sse-fr@forum.example.org"
TO_ES = "sse+t1-es@forum.example.org"
SEEDS = (
    "We keep 29 kinds of beans in our village, and share them each spring. Whoever takes a kilo gives back two. "
    "In 2012 there were 140 of us, and nobody had to buy seed from far away. We would like every village of the "
    "valley to have such a bank, and a day on which all of them meet."
)
SEMILLAS = (
    "Guardamos 29 variedades de frijol en nuestro pueblo y las compartimos cada primavera. Quien toma un kilo "
    "devuelve dos. En 2012 éramos 140 y nadie tuvo que comprar semilla de lejos. Quisiéramos que cada pueblo del "
    "valle tuviera un banco así, y un día en que todos se encuentren."
)
BUS = (
    "The bus comes twice a day. Old people cannot reach the clinic, and the young ones leave as soon as they can. "
    "We asked 412 neighbours in 2011, and 300 would take a smaller bus that came every hour, from the station to "
    "the market and back. The council has the money for it since last year."
)
AUTOBUS = (
    "El autobús pasa dos veces al día. Los mayores no llegan al médico y los jóvenes se van en cuanto pueden. "
    "Preguntamos en 2011 a 412 vecinos, y 300 tomarían un autobús más pequeño que pasara cada hora, de la estación "
    "al mercado y vuelta. El ayuntamiento tiene el dinero desde el año pasado."
)
ADVERT = (
    "Compre hoy los mejores teléfonos al precio más bajo del mercado. Tenemos modelos de todas las marcas, con "
    "garantía y entrega gratis en su casa. Llame ahora y reciba un regalo sorpresa con su primera compra. Solo "
    "hasta el domingo, en todas nuestras tiendas de la ciudad y también en la página de la empresa."
)


@pytest.fixture(params=["all", "none"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestHouse]:
    """A forum with and without moderation, in which no. 1 is about seeds and no. 2, in two languages, about a bus."""
    house = open_forum(tmp_path, request.param, "explicit")
    yield house
    house.close()


def open_forum(folder: Path, moderation: str, linking: str) -> TestHouse:
    forum = FORUM.replace('moderation = "all"', f'moderation = "{moderation}"')
    house = TestHouse(folder, forum.replace("[server]", f'[server]\nlinking = "{linking}"'))
    for text, to, subject in (
        (SEEDS, EN, "Seeds"),
        (BUS, EN, "The bus"),
        (AUTOBUS, "sse+t2-es@forum.example.org", "El autobús"),
    ):
        send(house, text, to, "ana@example.org", subject=subject, approve=True)
    assert shown(house) == {1: {"en": SEEDS}, 2: {"en": BUS, "es": AUTOBUS}}
    house.outbox()
    return house


def send(
    house: TestHouse,
    text: str,
    to: str,
    sender: str = "evil@example.net",
    *,
    approve: bool = False,
    **headers: str,
) -> str:
    outcome = house.post(mail(text, to=to, sender=sender, **headers), to)[0]
    if approve and outcome == "held":
        say(house, pick(house.outbox(), "held"), "ok")
    return outcome


def shown(house: TestHouse) -> dict[int, dict[str, str]]:
    """What people can read: number → language → text."""
    with house.house.unit() as ctx:
        found: dict[int, dict[str, str]] = {}
        for post in ctx.uow.waiting.list_posts((PUBLISHED,)):
            if post.version.current_revision_id == post.revision.id:
                found.setdefault(post.contribution.number or 0, {})[post.version.language] = (
                    post.revision.text
                )
    return found


def reasons(house: TestHouse) -> set[str]:
    with house.house.unit() as ctx:
        return {
            reason for post in ctx.uow.waiting.list_posts((HELD,)) for reason in post.revision.hold_reasons
        }


def passed_on(house: TestHouse) -> list[Sent]:
    return [
        sent
        for sent in house.outbox()
        if sent.kind in ("contribution", "translation", "correction", "comment")
    ]


ATTACKS = {
    "in the original's own language": ("A new text.", "sse+t1-en@forum.example.org", {}),
    "in words, in the original's own language": ("Translation of #1\n\nA new text.", EN, {}),
    "a second translation": ("Otro texto.", "sse+t2-es@forum.example.org", {}),
    "a second translation in words": ("Traducción de #2\n\nOtro texto.", ES, {}),
    "a second translation by the forged translator": (
        "Otro texto.", "sse+t2-es@forum.example.org", {"sender": "ana@example.org"},
    ),
    "another text of the author, forged": ("A new text.", "sse+t1-en@forum.example.org", {"sender": "ana@example.org"}),
    "another contribution's text": (AUTOBUS, TO_ES, {}),
    "the original itself": (SEEDS, TO_ES, {}),
    "two codes in the subject": ("Otro texto.", ES, {"subject": "[#1] [#2] Semillas"}),
    "two codes in the first line": ("[t1] [t2]\n\nOtro texto.", ES, {}),
    "an address and a line that disagree": ("Traducción de #2\n\nOtro texto.", TO_ES, {}),
    "a subject and a header that disagree": ("Otro texto.", ES, {"subject": "[#1] Semillas", "translation_of": "2"}),
    "a number that is not there": ("Traducción de #99\n\nOtro texto.", ES, {}),
    "a huge number that is not there": ("Otro texto.", "sse+t999999999-es@forum.example.org", {}),
    "a code of another forum's thread": (
        "Otro texto.", ES, {"subject": "[#1] Semillas", "in_reply_to": "<x@forum.example.net>"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_takeover_is_held_and_nothing_changes_before_or_after_it_is_dropped(
    house: TestHouse, attack: str
) -> None:
    text, to, headers = ATTACKS[attack]
    before = shown(house)
    assert send(house, text, to, **headers) == "held"
    assert shown(house) == before
    sent = house.outbox()
    assert {one.kind for one in sent} <= {"held", "receipt_held"}
    say(house, pick(sent, "held"), "drop")
    assert shown(house) == before


def test_a_first_translation_needs_a_moderator_where_posts_do_and_else_none(house: TestHouse) -> None:
    outcome = send(house, SEMILLAS, TO_ES)
    assert outcome == ("held" if house.settings.forum.moderation == "all" else "translation")


def test_an_advert_is_no_translation(tmp_path: Path) -> None:
    house = open_forum(tmp_path, "none", "content")
    if house.house.open_matcher() is None:
        pytest.skip("nothing here compares texts: the extra manyvoices[linking] is not installed")
    assert send(house, ADVERT, TO_ES) == "held"
    assert "unlike-original" in reasons(house)
    assert passed_on(house) == []
    house.close()


def test_a_first_translation_is_believed_where_it_says_the_same(tmp_path: Path) -> None:
    house = open_forum(tmp_path, "none", "content")
    assert send(house, SEMILLAS, TO_ES) == "translation"
    house.close()


def test_a_forged_sender_withdraws_no_translation_that_waits(house: TestHouse) -> None:
    """The first waits because a moderator has to look at it, whatever the forum's rules are."""
    assert send(house, SEMILLAS, TO_ES, "bo@example.org", x_spam_flag="YES") == "held"
    for number, sender in enumerate(("bo@example.org", "evil@example.net")):
        assert send(house, SEMILLAS.replace("29", f"2{number}"), TO_ES, sender) == "held"
    assert "es" not in shown(house)[1]
    with house.house.unit() as ctx:
        assert len(ctx.uow.waiting.list_posts((HELD,))) == 3


def test_of_two_translations_that_wait_for_their_original_none_is_published_over_the_other(
    tmp_path: Path,
) -> None:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    send(house, SEEDS, EN, "ana@example.org", message_id="own", x_spam_flag="YES")
    notice = pick(house.outbox(), "held")
    early = {"in_reply_to": "<own@mail.example.org>"}
    send(house, SEMILLAS, ES, "bo@example.org", **early)
    second = SEMILLAS.replace("Guardamos", "Conservamos")
    assert send(house, second, ES, **early) == "held"
    say(house, notice, "ok")
    assert shown(house) == {1: {"en": SEEDS, "es": SEMILLAS}}
    house.close()


@pytest.mark.parametrize(
    "header",
    [
        "1\r\n Bcc: evil@example.net",
        "#1 #2",
        "9" * 900,
        "1; DROP TABLE",
        "=?utf-8?q?1=0D=0ABcc:_evil@example.net?=",
        "-1",
        "1.0",
        "",
    ],
)
def test_a_header_that_is_no_number_links_nothing(house: TestHouse, header: str) -> None:
    raw = mail("Otro texto.", to=ES, sender="evil@example.net")
    raw = b"Translation-Of: " + header.encode() + b"\r\n" + raw
    house.post(raw, ES)
    assert shown(house)[1] == {"en": SEEDS}
    assert all("evil@example.net" not in sent.header("Bcc") for sent in house.outbox())


def test_two_headers_that_disagree_link_nothing(house: TestHouse) -> None:
    raw = b"Translation-Of: 1\r\nTranslation-Of: 2\r\n" + mail(
        "Otro texto.", to=ES, sender="evil@example.net"
    )
    assert house.post(raw, ES) == ["held"]
    assert shown(house)[1] == {"en": SEEDS}


def test_a_flood_replaces_nothing(house: TestHouse) -> None:
    before = shown(house)
    for number in range(60):
        assert (
            send(house, f"Texto {number}.", "sse+t2-es@forum.example.org", f"evil{number}@example.net")
            == "held"
        )
    assert shown(house) == before
    assert {sent.kind for sent in house.outbox()} <= {"held", "receipt_held"}


def test_a_forged_message_id_takes_nobodys_thread(house: TestHouse) -> None:
    """Answers to a message that somebody else's id was forged for go where they went before."""
    send(
        house, "A text about water.", EN, "cy@example.org", message_id="water", subject="Water", approve=True
    )
    send(house, "An advert.", EN, message_id="water", approve=True)
    house.outbox()
    send(
        house,
        "I agree.",
        EN,
        "bo@example.org",
        in_reply_to="<water@mail.example.org>",
        subject="Re: Water",
        approve=True,
    )
    with house.house.unit() as ctx:
        parent = ctx.uow.waiting.list_posts((PUBLISHED,))[-1].contribution.parent_id
        commented = ctx.uow.contributions.find_contribution(parent)
        assert commented is not None
        assert commented.title == "Water"
