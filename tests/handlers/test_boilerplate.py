"""What recurs at the ends of posts is told from what they say; nothing else goes, and never all."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.boilerplate import FEWEST_LEFT, MAX_SHARE, cut_recurring

ENGLISH = [
    "We keep 29 kinds of beans in our village, and share them each spring.\nWhoever takes a kilo gives back two.",
    "The bus comes twice a day. Old people cannot reach the clinic,\nand the young ones leave. A smaller bus would do.",
    "Our school has a garden now. The children eat what they grow,\nand their parents have begun to ask for land.",
    "The well dried up in 2012. We asked the council for a pump\nand were told to wait until the next budget.",
    "Every house that is sold becomes a holiday home. In ten years\nnobody will live here in winter. We want a rule.",
]
SPANISH = [
    "Guardamos 29 variedades de frijol en el pueblo y las compartimos cada primavera.\nQuien toma un kilo devuelve dos.",
    "El autobús pasa dos veces al día. Los mayores no llegan al médico\ny los jóvenes se van. Bastaría uno más pequeño.",
    "La escuela tiene huerto. Los niños comen lo que cultivan\ny sus padres ya preguntan por tierras.",
    "El pozo se secó en 2012. Pedimos una bomba al ayuntamiento\ny nos dijeron que esperáramos al presupuesto.",
    "Cada casa que se vende se hace casa de vacaciones. En diez años\nnadie vivirá aquí en invierno. Queremos una norma.",
]
FRENCH = [
    "Nous gardons 29 sortes de haricots et les partageons chaque printemps.\nQui prend un kilo en rend deux.",
    "Le car passe deux fois par jour. Les anciens ne vont plus chez le médecin\net les jeunes partent. Un petit car suffirait.",
    "L'école a un jardin. Les enfants mangent ce qu'ils cultivent\net leurs parents demandent maintenant des terres.",
    "Le puits a séché en 2012. Nous avons demandé une pompe à la mairie :\nil faudrait attendre le prochain budget.",
    "Chaque maison vendue devient une résidence secondaire. Dans dix ans\npersonne ne vivra ici l'hiver. Il faut une règle.",
]
ARABIC = [
    "نحفظ تسعة وعشرين صنفا من الفول في قريتنا ونتقاسمها كل ربيع.\nمن يأخذ كيلوغراما يعيد اثنين.",
    "تمر الحافلة مرتين في اليوم. لا يصل كبار السن إلى العيادة\nوالشباب يرحلون. تكفي حافلة أصغر.",
    "صار للمدرسة حديقة. يأكل الأطفال مما يزرعون\nوبدأ أهلهم يسألون عن الأرض.",
    "جف البئر في سنة 2012. طلبنا مضخة من المجلس\nفقيل لنا أن ننتظر الميزانية القادمة.",
    "كل بيت يباع يصير بيتا للعطلة. بعد عشر سنوات\nلن يسكن هنا أحد في الشتاء. نريد قاعدة.",
]
TEXTS = {"en": ENGLISH, "es": SPANISH, "fr": FRENCH, "ar": ARABIC}

TAILS = {
    "signature": ("en", "Mary Baker\nThe Valley Seed Network\n12 High Street, Hill Town"),
    "slogan": ("es", "Red de Semillas: sembramos hoy lo que comeremos mañana.\nwww.example.org"),
    "disclaimer": (
        "fr",
        "Ce courriel et ses pièces jointes sont destinés à l'usage de la personne ou de l'organisme nommés ci-dessus.\n"
        "Si vous n'êtes pas cette personne, merci de nous prévenir et de le détruire sans en garder de copie.",
    ),
    "device": ("es", "Enviado desde mi teléfono, disculpen las erratas"),
    "list": (
        "en",
        "You get this because you are on the list of the Valley.\nTo leave it: https://lists.example.org/valley",
    ),
    "arabic": ("ar", "مع أطيب التحيات\nجمعية بذور الوادي\nهاتف 12 34 56"),
}


@pytest.mark.parametrize("kind", TAILS)
def test_what_stands_below_earlier_posts_is_cut(kind: str) -> None:
    language, tail = TAILS[kind]
    bodies = TEXTS[language]
    posts = [f"{body}\n\n{tail}\n" for body in bodies]
    assert cut_recurring(posts[0], posts[1:]) == bodies[0]


@pytest.mark.parametrize("language", TEXTS)
def test_a_letterhead_and_a_footer_are_cut_in_every_language(language: str) -> None:
    head, tail = {
        "en": ("Valley Association\nHill Town, 3 May 2013\n\nDear neighbours,", "With kind regards,\nThe Board"),
        "es": ("Asociación del Valle\nVilla Alta, 3 de mayo de 2013\n\nVecinas y vecinos:", "Un saludo,\nLa Junta"),
        "fr": ("Association de la Vallée\nVilleneuve, le 3 mai 2013\n\nChers voisins,", "Bien à vous,\nLe Bureau"),
        "ar": ("جمعية الوادي\nالقرية، 3 أيار 2013\n\nجيراننا الأعزاء", "مع التحية\nمجلس الإدارة"),
    }[language]  # fmt: skip
    bodies = TEXTS[language]
    posts = [f"{head}\n\n{body}\n\n{tail}".replace("3", str(day), 1) for day, body in enumerate(bodies, 5)]
    assert cut_recurring(posts[4], posts[:4]) == bodies[4]


def test_small_variations_are_the_same() -> None:
    tails = [
        f"Written on {day} {number} {month} 2013 from my phone.\n"
        f"Valley list, mail {number + 200} of the year: https://lists.example.org/valley/{link}\n"
        f"Leave: mailto:leave-{link}@example.org"
        for day, number, month, link in [
            ("Monday", 3, "May", "a81bc81b"),
            ("Tuesday", 14, "June", "deadb33f00"),
            ("Friday", 1, "July", "0f0e1d2c"),
            ("Sunday", 30, "September", "77aa88bb"),
        ]
    ]
    posts = [f"{body}\n\n{tail}" for body, tail in zip(ENGLISH, tails, strict=False)]
    assert cut_recurring(posts[3], posts[:3]) == ENGLISH[3]


def test_a_footer_that_is_wrapped_in_another_way_is_the_same() -> None:
    tail = "This message was sent to everybody on the list of the Valley, where 412 people read each other every week."
    other = tail.replace("list of", "list\nof").replace("people", "people\n")
    posts = [f"{ENGLISH[0]}\n\n{tail}", *(f"{body}\n\n{other}" for body in ENGLISH[1:4])]
    assert cut_recurring(posts[0], posts[1:]) == ENGLISH[0]


def test_two_earlier_posts_are_enough_for_a_long_block_that_is_the_same() -> None:
    long = TAILS["disclaimer"][1]
    bodies = [
        f"{french}\n{english}\n{spanish}"
        for french, english, spanish in zip(FRENCH, ENGLISH, SPANISH, strict=True)
    ]
    posts = [f"{body}\n\n{long}" for body in bodies]
    assert cut_recurring(posts[0], posts[1:3]) == bodies[0]
    short = [f"{body}\n\nAna Souza" for body in FRENCH]
    assert cut_recurring(short[0], short[1:3]) == short[0]
    assert cut_recurring(short[0], short[1:4]) == FRENCH[0]


def test_what_recurs_in_the_middle_stays() -> None:
    posts = [f"{body}\n\nWhat I said last time stands.\n\n{body[::-1]}" for body in ENGLISH]
    assert cut_recurring(posts[0], posts[1:]) == posts[0]


def test_texts_that_share_nothing_are_left_alone() -> None:
    for bodies in TEXTS.values():
        assert cut_recurring(bodies[0], bodies[1:]) == bodies[0]


def test_earlier_forms_of_the_same_text_do_not_take_it_away() -> None:
    """A text that was corrected again and again: its unchanged end is what it says."""
    body = "\n".join(ENGLISH)
    forms = [
        f"{first}\n\n{body}"
        for first in ("First version.", "Now with a title.", "The last word.", "And one more.")
    ]
    assert cut_recurring(forms[3], forms[:3]) == forms[3]
    changed = [
        body.replace("29", figure).replace("council", who)
        for figure, who in (("28", "mayor"), ("27", "king"), ("26", "x"))
    ]
    assert cut_recurring(body, changed) == body


def test_many_copies_of_one_earlier_text_are_one_witness() -> None:
    copies = [f"{ENGLISH[1]}\n{extra}\n\nAna Souza" for extra in ("A.", "B.", "C.", "D.")]
    text = f"{ENGLISH[0]}\n\nAna Souza"
    assert cut_recurring(text, copies) == text


def test_a_disclaimer_that_is_longer_than_the_text_goes_when_four_posts_carry_it() -> None:
    tail = TAILS["disclaimer"][1]
    posts = [f"{body}\n\n{tail}" for body in FRENCH]
    assert cut_recurring(posts[0], posts[1:4]) == posts[0]
    assert cut_recurring(posts[0], posts[1:5]) == FRENCH[0]


def test_a_post_that_is_nothing_else_is_left_whole() -> None:
    tail = TAILS["disclaimer"][1]
    posts = [f"{body}\n\n{tail}" for body in FRENCH]
    assert cut_recurring(tail, posts) == tail
    assert cut_recurring("", posts) == ""
    assert cut_recurring("\n\n", posts) == "\n\n"
    assert cut_recurring(posts[0], []) == posts[0]
    assert cut_recurring(posts[0], [posts[0]] * 5) == posts[0]


LINES = st.lists(
    st.sampled_from(["Ana Souza", "www.example.org/x1", "", " ", "3 May 2013", "The bus comes twice a day.", "-- ", "مع التحية"])
    | st.text(max_size=20),
    max_size=14,
)  # fmt: skip
POSTS = LINES.map("\n".join)


@given(text=POSTS, earlier=st.lists(POSTS, max_size=8), tail=POSTS, head=POSTS)
def test_what_is_left_is_whole_lines_in_one_piece_and_never_too_few(
    text: str, earlier: list[str], tail: str, head: str
) -> None:
    text = f"{head}\n{text}\n{tail}"
    left = cut_recurring(text, [f"{head}\n{each}\n{tail}" for each in earlier])
    assert left == text or f"\n{left}\n" in f"\n{text}\n"
    words, kept = len(text.split()), len(left.split())
    assert kept >= min(words, FEWEST_LEFT)
    assert words - kept <= MAX_SHARE * words


@pytest.mark.parametrize(
    "piece", ["a ", "a b 3\n", "x", "\n", "1 ", "https://example.org/", "word 0a0a0a0a ", "é́"]
)
def test_long_texts_take_no_longer_than_their_ends(piece: str) -> None:
    texts = [piece * (200_000 // len(piece)) + str(number) for number in range(24)]
    begun = time.process_time()
    cut_recurring(texts[0], texts[1:])
    assert time.process_time() - begun < 10
