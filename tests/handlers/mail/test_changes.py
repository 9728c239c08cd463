"""What changed between two texts is shown paragraph by paragraph, and nothing else is."""

import time

from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.changes import LEFT_OUT, MAX_PARAGRAPHS, Change, find_changes, shorten_changes

TEXT = "We keep seeds.\n\nWe share them in spring.\n\nWho else does?"
PARAGRAPHS = st.lists(st.sampled_from(["seeds", "spring", "who", "bread and salt"]), max_size=8)


def test_a_paragraph_that_is_another_is_shown_with_its_place() -> None:
    new = TEXT.replace("in spring", "in autumn")
    assert find_changes(TEXT, new) == (Change(2, "We share them in spring.", "We share them in autumn."),)


def test_other_line_breaks_change_nothing() -> None:
    assert find_changes(TEXT, TEXT.replace(" ", "\n", 1) + "\n\n") == ()


def test_what_was_added_and_what_was_taken_out() -> None:
    assert find_changes(TEXT, f"{TEXT}\n\nWe do.") == (Change(4, "", "We do."),)
    assert find_changes(TEXT, "We keep seeds.\n\nWho else does?") == (
        Change(2, "We share them in spring.", ""),
    )


def test_of_a_long_paragraph_what_is_around_the_change_is_shown() -> None:
    words = [f"word{n}" for n in range(300)]
    old, new = " ".join(words), " ".join([*words[:150], "other", *words[151:]])
    (change,), left = shorten_changes(find_changes(old, new), 5_000, 1_000)
    assert left == 0
    assert change.old == " ".join([LEFT_OUT, *words[142:159], LEFT_OUT])
    assert change.new == change.old.replace("word150", "other")


def test_what_does_not_fit_is_counted() -> None:
    changes = find_changes("", "\n\n".join(f"{n} " + "é" * 300 for n in range(40)))
    kept, left = shorten_changes(changes, 5_000, 1_000)
    assert 0 < len(kept) < 40 == len(kept) + left
    assert sum(len(c.new.encode()) for c in kept) <= 5_000
    (huge,), left = shorten_changes(find_changes("", "é" * 9_000), 5_000, 1_000)
    assert (left, len(huge.new.encode()) <= 1_010) == (0, True)


@given(PARAGRAPHS, PARAGRAPHS)
def test_the_changes_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    changes = find_changes("\n\n".join(old), "\n\n".join(new))
    added = [c.new for c in changes if c.new]
    removed = [c.old for c in changes if c.old]
    assert sorted([*old, *added]) == sorted([*new, *removed])
    assert all(new[c.number - 1] == c.new for c in changes if c.new)


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(old: str, new: str) -> None:
    shorten_changes(find_changes(old, new), 500, 100)
    assert find_changes(new, new) == ()


def test_a_text_of_thousands_of_paragraphs_takes_no_time() -> None:
    old = "\n\n".join(str(n % 7) for n in range(200_000))
    new = "\n\n".join(str(n % 5) for n in range(200_000))
    began = time.process_time()
    assert len(find_changes(old, new)) <= 2 * MAX_PARAGRAPHS
    assert time.process_time() - began < 10
