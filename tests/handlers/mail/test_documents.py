"""Covering words, and the text of a document made fit for a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.body import Attachment
from handlers.mail.documents import clean_document, find_documents, is_covering, join_lines

WORD = Attachment("seeds.docx", "application/octet-stream", 9, b"PK\x03\x04")
PDF = Attachment("application/pdf", "application/pdf", 9, b"%PDF-")
LOGO = Attachment("image001.png", "image/png", 9, b"\x89PNG")
LONG = "We keep seeds in our village, and share them each spring with whoever asks for some of them. " * 3


@pytest.mark.parametrize(
    "text",
    ["", "See attached.", "Please find attached my contribution to the second phase of the forum, which I wrote with two "
     "friends from our village last week. With kind regards to everybody, Ana Souza, Tete",
     "Adjunto mi contribución para la segunda fase del foro, que escribí con dos amigos. Un saludo muy cordial para todas",
     "Bonjour, vous trouverez ci-joint la contribution de notre groupe pour la deuxième étape du forum. Bien cordialement",
     "Olá, segue em anexo a minha contribuição para a segunda fase do fórum. Um abraço a todos e a todas, Ana de Tete",
     "Guten Tag, im Anhang finden Sie unseren Beitrag zur zweiten Phase des Forums. Mit freundlichen Grüßen, Ana Souza",
     "تجدون في المرفق مساهمتنا في المرحلة الثانية من المنتدى مع تحياتنا لكم جميعا من القرية وكل من فيها من الناس"],
)  # fmt: skip
def test_covering_words_are_known_in_six_languages(text: str) -> None:
    """A few words always are; more where they say that something is attached."""
    assert is_covering(text, (WORD,), answers=False)
    assert is_covering(text, (LOGO, PDF), answers=False)


@pytest.mark.parametrize(
    ("text", "attachments", "answers"),
    [
        (LONG, (WORD,), False),
        (f"{LONG} See the report attached.", (PDF,), False),
        ("See attached.", (), False),
        ("Yes, I agree.", (LOGO,), False),
        ("I agree with this report.", (PDF,), True),
        ("", (LOGO,), False),
    ],
)
def test_a_text_of_its_own_covers_nothing(
    text: str, attachments: tuple[Attachment, ...], answers: bool
) -> None:
    """A long one with a report, a logo in a signature, a short answer; where there is no text, there is none to cover."""
    assert not is_covering(text, attachments, answers=answers)


def test_a_picture_counts_only_where_the_words_say_so() -> None:
    """A page that was photographed."""
    assert is_covering("My text is attached.", (LOGO,), answers=False)
    assert find_documents((LOGO,)) == ()


def test_documents_are_known_by_name_or_by_type_and_few_are_tried() -> None:
    """Others are not opened, archives least of all; one that has no content is none."""
    archive = Attachment("seeds.zip", "application/zip", 9, b"PK\x03\x04")
    empty = Attachment("seeds.pdf", "application/pdf", 0, b"")
    assert find_documents((LOGO, archive, WORD, empty, PDF)) == (WORD, PDF)
    assert len(find_documents([WORD] * 100)) == 3


def test_a_documents_text_is_made_fit_for_a_mail() -> None:
    """Line ends, pages, odd spaces, soft hyphens, overrides of the direction, blank lines."""
    text = "Seeds\r\n\x0c\u2028\n\n\n\nsoft\u00adhy\u00a0phen \u202eevil\u202c\x00\x1b[0m\ud800 \n"
    assert clean_document(text) == "Seeds\n\nsofthy phen evil[0m\ufffd"


def test_the_lines_of_a_page_become_paragraphs() -> None:
    """Items keep their line, a last line ends its paragraph, and short lines (a poem) are left alone."""
    page = [
        "We keep seeds in our village, and every spring we share them",
        "with whoever asks for some of them, as our mothers did before",
        "us.",
        "It takes two things, which we do not always have in the village",
        "- a dry place for the seeds that is not too warm in the summer",
        "- a notebook",
    ]
    assert join_lines(page) == [" ".join(page[:3]), page[3], page[4], page[5]]
    poem = ["Seeds", "are", "promises."]
    assert join_lines(poem) == poem


@given(st.text(max_size=500), st.booleans())
def test_cleaning_is_total_and_leaves_nothing_that_is_obeyed(text: str, laid_out: bool) -> None:
    """No control characters but line feed and tab, and the second time changes nothing more of them."""
    clean = clean_document(text, laid_out=laid_out)
    assert not [char for char in clean if (ord(char) < 32 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0]
    assert "\n\n\n" not in clean
    clean.encode("utf-8")


@given(st.lists(st.text(alphabet="abc -", max_size=90), max_size=30))
def test_joining_lines_loses_no_letter(lines: list[str]) -> None:
    """Only white space and the hyphens of parted words change."""
    joined = "".join(join_lines(lines))
    assert joined.replace(" ", "").replace("-", "") == "".join(lines).replace(" ", "").replace("-", "")
