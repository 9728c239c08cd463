"""What is cut from a reply, and what never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.quotes import Cleaned, clean_reply

NOTICE = """Hello Ana,

your text has been received and waits for the approval of a moderator. You will be told when it is published.

To correct it, answer this message with the whole text again.

----------
Forum of the territories: write to sse@example.org for help.
"""
WHAT_ANA_WROTE = """The water of our valley comes from two springs.
Nobody may sell them, says the assembly of the village.

Each family works three days a year on the canal."""
PUBLISHED = (
    f"[#12] Two springs, by Ana\n\n{WHAT_ANA_WROTE}\n\nTo comment on it, simply answer this message.\n"
)

LINE = st.sampled_from(
    [
        "", " ", "own words of the author", "Yes.", "> quoted words", ">> deeper", ">", ">From here on", "--", "-- ",
        "On Mon, 9 Sep 2013 at 10:00, Ana Souza", "<ana@example.org> wrote:", "wrote:", "Sent from my iPhone",
        "Le 09/09/2013 10:00, Paul a écrit :", "De : Ana <ana@example.org>", "Envoyé : lundi 9 septembre 2013 09:00",
        "Objet : Étape", "-----Original Message-----", "________________________________", "Begin forwarded message:",
        "Hello Ana,", "To correct it, answer this message with the whole text again.", "***", "في 2013",
    ]
)  # fmt: skip
MAIL = st.lists(LINE, max_size=25).map("\n".join)
SENT = st.sampled_from([(), (NOTICE,), (PUBLISHED, NOTICE)])


def lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


@given(MAIL | st.text(), SENT)
def test_every_line_is_in_the_text_or_in_what_was_cut(text: str, sent: tuple[str, ...]) -> None:
    cleaned = clean_reply(text, sent)
    assert lines(text) == lines(cleaned.text) | lines(cleaned.cut)


@given(MAIL | st.text(), SENT)
def test_cleaning_twice_changes_nothing(text: str, sent: tuple[str, ...]) -> None:
    once = clean_reply(text, sent).text
    assert clean_reply(once, sent).text == once


@given(st.lists(st.text("abc é.,;'?!ش", min_size=1, max_size=80) | st.just(""), max_size=30).map("\n".join))
def test_a_text_without_any_mark_of_a_quote_is_returned_whole(text: str) -> None:
    cleaned = clean_reply(text, (NOTICE,))
    assert cleaned.cut == ""
    assert cleaned.text.splitlines() == text.rstrip().splitlines()[-len(cleaned.text.splitlines()) or 1_000 :]


def test_what_was_cut_is_shown() -> None:
    cleaned = clean_reply(
        "Yes.\n\nOn Mon, 9 Sep 2013 at 10:00, Ana <ana@example.org> wrote:\n> No?\n\n-- \nRuth\n"
    )
    assert cleaned == Cleaned(
        "Yes.",
        "On Mon, 9 Sep 2013 at 10:00, Ana <ana@example.org> wrote:\n> No?\n-- \nRuth".replace(
            "-- \n", "-- \n"
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "---------- Forwarded message ---------\nFrom: Ana <ana@example.org>\nDate: Mon, 9 Sep 2013\nSubject: Water\n\n"
        "Our water.\n",
        "> All of it\n> is quoted.\n",
        "Sent from my iPhone\n\nOn 9 Sep 2013, at 10:00, Ana <ana@example.org> wrote:\n> Our water.\n",
        "De : Awa Diop\nEnvoyé : lundi 9 septembre 2013 09:00\nÀ : Paul\nObjet : Eau\n\nNotre eau.\n",
    ],
)
def test_a_forwarded_text_is_kept_whole(text: str) -> None:
    assert clean_reply(text) == Cleaned(text.rstrip("\n"), "")


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


def rewrapped(text: str, width: int) -> str:
    """As a program does that breaks lines anywhere."""
    wrapped, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            wrapped.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join([*wrapped, line])


@pytest.mark.parametrize(
    "quote",
    [
        NOTICE,
        rewrapped(NOTICE, 30),
        rewrapped(NOTICE, 100),
        quoted(NOTICE),
        NOTICE.replace("\n", "\n\n"),
        NOTICE.replace("sse@example.org", "sse@example.org<mailto:sse@example.org>"),
        f"El lun, 9 sept 2013 a las 9:00, Foro <sse@example.org> escribió:\n\n{NOTICE}",
        f"De: Foro <sse@example.org>\nFecha: 9/9/13\nPara: ana@example.org\nAsunto: Hola\n\n{NOTICE}",
    ],
)
def test_what_we_sent_is_cut_however_it_is_marked_and_wrapped(quote: str) -> None:
    assert clean_reply(f"Thank you.\n\nIs it long?\n\n{quote}", (NOTICE,)).text == "Thank you.\n\nIs it long?"
    assert clean_reply(quote, (NOTICE,)).text == ""


def test_an_empty_answer_from_a_telephone_is_empty() -> None:
    quote = (
        f"Sent from my iPhone\n\nOn 9 Sep 2013, at 10:00, Forum <sse@example.org> wrote:\n\n{quoted(NOTICE)}"
    )
    assert clean_reply(quote, (NOTICE,)).text == ""


def test_the_rest_of_a_marked_line_that_was_too_long_is_cut() -> None:
    text = (
        "On 9 Sep 2013, at 10:00, Forum <sse@example.org> wrote:\n"
        "> your text has been received and waits for the approval of a\nmoderator.\n"
        "> You will be told when it is published.\n\nThat is good."
    )
    assert clean_reply(text, (NOTICE,)).text == "That is good."


def test_answers_between_unmarked_lines_of_ours_are_kept() -> None:
    half, rest = NOTICE.split("To correct it")
    text = f"Hello,\n\nFrom: Forum <sse@example.org>\nSent: Monday\nTo: Ana\nSubject: x\n\n{half}How long?\n\nTo correct it{rest}\nBye"
    assert clean_reply(text, (NOTICE,)).text == "Hello,\n\nHow long?\n\nBye"


@pytest.mark.parametrize("sent", [PUBLISHED, NOTICE + WHAT_ANA_WROTE, f"{WHAT_ANA_WROTE}\n\n{NOTICE}"])
def test_a_corrected_text_is_kept_though_most_of_it_was_in_what_we_sent(sent: str) -> None:
    corrected = WHAT_ANA_WROTE.replace("three days", "four days") + "\n\nThe school helps."
    attribution = "\n\nOn Mon, 9 Sep 2013 at 10:00, Forum <sse@example.org> wrote:\n\n"
    assert clean_reply(corrected, (sent,)).text == corrected
    assert clean_reply(corrected + attribution + quoted(sent), (sent,)).text == corrected
    assert clean_reply(corrected + attribution + sent, (sent,)).text == corrected


def test_words_that_two_people_may_both_write_are_no_quote() -> None:
    text = "Hello Ana,\n\nyour text has been received well in our village.\n\nThank you."
    assert clean_reply(text, (NOTICE,)).text == text


def test_a_short_quote_above_the_text_that_no_program_introduced_belongs_to_it() -> None:
    assert clean_reply("> Who keeps the seeds?\n\nWe do.").text == "> Who keeps the seeds?\n\nWe do."
    assert clean_reply(f"{quoted(NOTICE)}\nWe do.", (NOTICE,)).text == "We do."


@pytest.mark.parametrize(
    "text",
    [
        "On " * 4_000,
        "On 1 Jan 2013 10:00 x:\n" * 5_000,
        "> \n" * 300_000,
        "a" + "\n" * 100_000 + "b",
        "> a\nb\n" * 20_000,
        "--\nab\n" * 10_000,
        "From: ana@example.org\n" * 10_000,
    ],
)
def test_a_huge_mail_is_read_to_its_end(text: str) -> None:
    cleaned = clean_reply(text, (text[:10_000],))
    assert lines(text) == lines(cleaned.text) | lines(cleaned.cut)
