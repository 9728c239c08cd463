"""Commands as people write them, and letters that are none."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.commands import MAX_COMMANDS, Command, fold_words, parse_commands

WORDS = {
    "en": {
        "help": ("help", "info"),
        "join": ("join", "subscribe"),
        "leave": ("leave", "unsubscribe"),
        "synthesis": ("synthesis",),
        "get": ("get",),
        "end": ("end", "stop"),
    },
    "es": {
        "help": ("ayuda",),
        "join": ("suscribir", "alta"),
        "leave": ("salir", "baja"),
        "synthesis": ("síntesis",),
    },
    "fr": {
        "help": ("aide",),
        "join": ("abonner", "s'abonner"),
        "leave": ("quitter", "se désabonner", "désabonner"),
        "synthesis": ("synthèse",),
        "end": ("fin",),
    },
    "ar": {"help": ("مساعدة",), "leave": ("إلغاء الاشتراك", "مغادرة"), "join": ("الاشتراك",)},
}


def names(subject: str, text: str = "") -> list[str]:
    return [command.name for command in parse_commands(subject, text, WORDS)]


@pytest.mark.parametrize(
    ("line", "name", "language", "arguments"),
    [
        ("help", "help", "en", ()),
        ("HELP!", "help", "en", ()),
        ("  Ayuda. ", "help", "es", ()),
        ("«aide»", "help", "fr", ()),
        ("“Help”", "help", "en", ()),
        ("'help'", "help", "en", ()),
        ('"Join" fr', "join", "en", ("fr",)),
        ("sintesis 3", "synthesis", "es", ("3",)),
        ("SYNTHÈSE\u00a03", "synthesis", "fr", ("3",)),
        ("Synthèse : 2.3", "synthesis", "fr", ("2.3",)),
        ("get #12 Français", "get", "en", ("#12", "francais")),
        ("Se désabonner", "leave", "fr", ()),
        ("se desabonner fr", "leave", "fr", ("fr",)),
        ("S\u2019abonner", "join", "fr", ()),
        ("- join", "join", "en", ()),
        ("إلغاء الاشتراك", "leave", "ar", ()),
        ("الغاء الاشتراك", "leave", "ar", ()),
        ("\u200fمُساعدة؟", "help", "ar", ()),
    ],
)
def test_a_line_is_a_command_whatever_surrounds_it(
    line: str, name: str, language: str, arguments: tuple[str, ...]
) -> None:
    expected = Command(name, language, arguments, " ".join(line.split()), languages=(language,))
    assert parse_commands("", line, WORDS) == (expected,)
    assert parse_commands(line, "", WORDS) == (expected,)


@pytest.mark.parametrize(
    "prefix",
    [
        "Re: ",
        "RE : ",
        "TR :",
        "RV: ",
        "AW: Re: ",
        "Re[2]: ",
        "Fwd: ",
        "رد: ",
        "[sse-fr] ",
        "Re: [sse fr] RE: ",
    ],
)
def test_a_reply_prefix_makes_no_difference(prefix: str) -> None:
    assert parse_commands(prefix + "help", "", WORDS) == (
        Command("help", "en", (), "help", languages=("en",)),
    )


def test_subject_and_body_are_read_in_this_order_and_a_repetition_counts_once() -> None:
    assert names("Join", "join\nsynthesis 2\n\nsynthesis 3\njoin") == ["join", "synthesis", "synthesis"]


def test_a_subject_that_is_no_command_counts_only_in_a_mail_without_text() -> None:
    assert names("Hello there", "help") == ["help"]
    assert parse_commands("Hello there", "", WORDS) == (Command("", "", ("hello", "there"), "Hello there"),)
    assert [command.line for command in parse_commands("Hello", "good day\n", WORDS)] == ["good day"]


def test_thanks_below_a_subject_that_is_a_command_are_no_errors() -> None:
    assert names("join", "Please add me to the list.\nThank you\nAna") == ["join"]


def test_an_empty_mail_holds_no_command() -> None:
    assert parse_commands("", " \n\u00a0\n...\n", WORDS) == ()
    assert parse_commands("Re:", "", WORDS) == ()
    assert parse_commands("end", "", WORDS) == ()


@pytest.mark.parametrize("word", ["end", "FIN", "Stop."])
def test_reading_ends_at_the_word_for_it(word: str) -> None:
    assert names("", f"help\n{word}\njoin") == ["help"]


def test_a_letter_is_one_unknown_line() -> None:
    letter = "Dear all,\nthis is a letter\nof five lines\nwith greetings\njoin"
    assert [(command.name, command.line) for command in parse_commands("", letter, WORDS)] == [
        ("", "Dear all,")
    ]
    assert names("", "one\ntwo\nthree") == ["", "", ""]


def test_after_three_unknown_lines_nothing_is_read() -> None:
    assert names("", "help\none\ntwo\nthree 3 4 5\njoin") == ["help", "", "", ""]
    assert names("", "help\none\ntwo\njoin\nlaeve") == ["help", "", "", "join", ""]


@pytest.mark.parametrize(
    "greeting", ["Hello,", "Hello all!", "Bonjour", "السلام عليكم،", "Help, friends!", ""]
)
@pytest.mark.parametrize("thanks", ["Thanks", "Merci beaucoup", "Ana", "شكرا", ""])
def test_a_greeting_and_a_name_around_commands_are_no_errors(greeting: str, thanks: str) -> None:
    expected = ["join", "get"] if greeting != "Help, friends!" else ["help", "join", "get"]
    assert names("", f"{greeting}\njoin fr\nget 12\n{thanks}") == expected


def test_a_line_with_a_number_is_no_greeting() -> None:
    assert names("", "xet 12\njoin\nzet 13") == ["", "join", ""]


def test_a_greeting_alone_is_answered() -> None:
    assert names("", "Hello,") == [""]
    assert names("", "Hello,\nAna") == ["", ""]


def test_a_number_may_stick_to_its_word() -> None:
    assert parse_commands("get12 fr", "", WORDS)[0].arguments == ("12", "fr")
    assert names("", "hello12") == [""]


def test_a_word_that_languages_share_is_known_to_be_of_both() -> None:
    words = {
        "fr": {"mode": ("mode",), "get": ("envoyer",)},
        "en": {"mode": ("mode",), "leave": ("stop",)},
        "es": {"mode": ("mödé",), "get": ("stop",)},
    }
    (command,) = parse_commands("mode", "", words)
    assert (command.language, command.languages) == ("fr", ("fr", "en", "es"))
    (command,) = parse_commands("stop", "", words)
    assert (command.name, command.languages) == ("leave", ("en",)), "the first language has the word"
    (command,) = parse_commands("mdoe", "", words)
    assert (command.nearest, command.languages) == ("mode", ("fr", "en", "es"))


def test_a_sentence_that_begins_with_a_commands_word_is_none() -> None:
    assert names("", "Get up early and come to the market with us") == [""]
    assert names("", "end of the story") == [""]


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("hlep", "help"),
        ("synthesys 3", "synthesis"),
        ("Se desabonne", "se désabonner"),
        ("sintesi", "síntesis"),
        ("xylophone", ""),
        ("stpo", ""),
    ],
)
def test_an_unknown_line_names_the_nearest_word_as_we_spell_it(line: str, nearest: str) -> None:
    (command,) = parse_commands("", line, WORDS)
    assert (command.name, command.nearest) == ("", nearest)


def test_a_line_is_kept_on_one_line_and_short() -> None:
    (command,) = parse_commands("", "x\t y " + "z" * 5_000, WORDS)
    assert command.line.startswith("x y z")
    assert len(command.line) == 200


@given(st.text(), st.text() | st.lists(st.sampled_from(["help", "get 1", "no", "", "fin"])).map("\n".join))
def test_no_mail_is_an_error_or_makes_more_than_the_most_commands(subject: str, text: str) -> None:
    found = parse_commands(subject, text, WORDS)
    assert len(found) <= MAX_COMMANDS
    assert all("\n" not in command.line and 0 < len(command.line) <= 200 for command in found)


def test_a_book_below_a_command_is_read_in_no_time() -> None:
    """The nearest word is looked for only where it is said."""
    began = time.process_time()
    assert names("", "help\n\n" + "some words of a book\n" * 50_000) == ["help"]
    assert time.process_time() - began < 5


def test_many_commands_are_cut_off() -> None:
    text = "\n".join(f"get {number}" for number in range(30))
    assert len(parse_commands("help", text, WORDS)) == MAX_COMMANDS


SPOKEN = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzéèêñçãüøßабвгжαβγς", min_size=1, max_size=9), min_size=1, max_size=3
).map(" ".join)


@given(st.dictionaries(SPOKEN, st.sampled_from(["help", "join", "leave"]), min_size=1, max_size=8), st.data())
def test_every_word_of_a_vocabulary_is_found_whatever_its_case_and_accents(
    made_up: dict[str, str], data: st.DataObject
) -> None:
    vocabulary = {
        "xx": {name: [word for word, of in made_up.items() if of == name] for name in made_up.values()}
    }
    word = data.draw(st.sampled_from(sorted(made_up)))
    same = {made_up[other] for other in made_up if fold_words(other) == fold_words(word)}
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    for written in (word, word.upper(), word.title(), bare, bare.upper(), unicodedata.normalize("NFD", word)):
        (command,) = parse_commands("", f"«{written}».", vocabulary)
        assert (command.name in same, command.language, command.arguments) == (True, "xx", ())
