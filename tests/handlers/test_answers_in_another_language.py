"""An answer in another language: a translation, or a comment on the same subject, as long and with the same figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.posts import PUBLISHED
from tests.handlers.steps import EN, ES
from tests.house import FORUM, TestHouse, mail

FR = "sse-fr@forum.example.org"
TO = {"en": EN, "es": ES, "fr": FR}

ORIGINALS = {
    "en": (
        "In 2012 the 140 families of our village opened a seed bank. We keep 29 kinds of beans there, and 12 of maize. "
        "Whoever takes a kilo in spring gives back two after the harvest.\n\n"
        "At first nobody believed in it. The shop sold hybrid seed on credit, and people were used to that. Then came "
        "the dry year: what had been bought failed, and our own beans grew. Since then the bank has never been empty.\n\n"
        "We propose that each village of the valley open one, and that the council lend the old schools for it."
    ),
    "es": (
        "En 2012 las 140 familias de nuestro pueblo abrieron un banco de semillas. Guardamos allí 29 variedades de "
        "frijol y 12 de maíz. Quien toma un kilo en primavera devuelve dos después de la cosecha.\n\n"
        "Al principio nadie creía en ello. La tienda vendía semilla híbrida a crédito y la gente estaba acostumbrada. "
        "Luego vino el año seco: lo comprado se perdió y nuestro frijol creció. Desde entonces el banco nunca ha estado "
        "vacío.\n\n"
        "Proponemos que cada pueblo del valle abra uno y que el ayuntamiento preste para ello las escuelas viejas."
    ),
    "fr": (
        "En 2012, les 140 familles de notre village ont ouvert une banque de semences. Nous y gardons 29 sortes de "
        "haricots et 12 de maïs. Qui prend un kilo au printemps en rend deux après la récolte.\n\n"
        "Au début, personne n'y croyait. Le magasin vendait des semences hybrides à crédit, et les gens en avaient "
        "l'habitude. Puis vint l'année sèche : ce qu'on avait acheté n'a rien donné, et nos haricots ont poussé. Depuis, "
        "la banque n'a jamais été vide.\n\n"
        "Nous proposons que chaque village de la vallée en ouvre une, et que la mairie prête pour cela les vieilles écoles."
    ),
}
COMMENTS = {
    "en": (
        "I read with interest about your seed bank and its 29 kinds of beans and 12 of maize, opened in 2012 with 140 "
        "families. We tried the same thing, and I want to warn you of what can go wrong.\n\n"
        "Our store was kept in a damp cellar, and after two winters half of the seed had mould. We also learned that a "
        "few families did all the work. You should pay somebody, even if only for some hours, and write down who owes "
        "what.\n\n"
        "Lending out the schools is a fine idea. But who pays for the roof? In our district nobody would."
    ),
    "es": (
        "He leído con interés sobre su banco de semillas, con 29 variedades de frijol y 12 de maíz, abierto en 2012 con "
        "140 familias. Nosotros intentamos lo mismo y quiero advertirles de lo que puede salir mal.\n\n"
        "Guardábamos todo en un sótano húmedo, y a los dos inviernos la mitad tenía moho. También aprendimos que unas "
        "pocas familias hacían todo el trabajo. Deberían pagar a alguien, aunque sea por horas, y apuntar quién debe "
        "qué.\n\n"
        "Prestar las escuelas es una buena idea. Pero ¿quién paga el tejado? En nuestra comarca nadie lo haría."
    ),
    "fr": (
        "J'ai lu avec intérêt ce que vous dites de votre banque, de ses 29 sortes de haricots et 12 de maïs, ouverte en "
        "2012 avec 140 familles. Nous avons essayé la même chose, et je voudrais vous dire ce qui peut mal tourner.\n\n"
        "Tout était dans une cave humide, et après deux hivers la moitié des graines avait moisi. Nous avons aussi appris "
        "que quelques familles faisaient tout le travail. Payez quelqu'un, même pour quelques heures, et notez qui doit "
        "quoi.\n\n"
        "Prêter les écoles est une belle idée. Mais qui paie le toit ? Dans notre canton, personne ne le ferait."
    ),
}
PAIRS = [(one, other) for one in ORIGINALS for other in ORIGINALS if one != other]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    if house.house.open_matcher() is None:
        pytest.skip("nothing here compares texts: the extra manyvoices[linking] is not installed")
    yield house
    house.close()


def answer(house: TestHouse, original: str, text: str, language: str) -> tuple[str, int | None]:
    """The role of an answer, and what it is a comment on."""
    house.post(
        mail(ORIGINALS[original], to=TO[original], subject="The bank", message_id="bank"), TO[original]
    )
    raw = mail(
        text,
        to=TO[language],
        sender="bo@example.org",
        subject="Re: The bank",
        in_reply_to="<bank@mail.example.org>",
    )
    house.post(raw, TO[language])
    with house.house.unit() as ctx:
        post = ctx.uow.waiting.list_posts((PUBLISHED,))[-1]
        return post.version.role, post.contribution.parent_id


@pytest.mark.parametrize(("original", "language"), PAIRS)
def test_a_translation_that_answers_is_a_translation(house: TestHouse, original: str, language: str) -> None:
    assert answer(house, original, ORIGINALS[language], language) == ("translation", None)


@pytest.mark.parametrize(("original", "language"), PAIRS)
def test_a_long_comment_on_the_same_figures_is_a_comment(
    house: TestHouse, original: str, language: str
) -> None:
    assert answer(house, original, COMMENTS[language], language) == ("original", 1)
