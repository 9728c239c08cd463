"""Every text of a digest has one line, or is counted as left; the room is never exceeded."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.digest import RULE, Entry, fit, measure

LINES = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=80)
BLOCKS = st.lists(st.text(st.sampled_from("aé عñ\n"), min_size=1, max_size=300), max_size=3)
ENTRIES = st.lists(
    st.builds(
        lambda line, blocks: Entry(line, tuple(sorted(blocks, key=measure, reverse=True))), LINES, BLOCKS
    ),
    max_size=12,
)


def size(text: str) -> int:
    return measure(text) if text else 0


@given(ENTRIES, st.integers(0, 4_000))
def test_each_has_its_line_in_order_or_is_left_and_nothing_is_over_the_room(
    entries: list[Entry], room: int
) -> None:
    fitted = fit(entries, room)
    assert fitted.shown + fitted.left == len(entries)
    assert fitted.contents == "\n".join(entry.line for entry in entries[: fitted.shown])
    assert size(fitted.contents) + size(fitted.below) <= room or (fitted.shown, fitted.below) == (0, "")


@given(ENTRIES, st.integers(0, 4_000))
def test_where_there_is_room_for_all_lines_none_is_left(entries: list[Entry], room: int) -> None:
    lines = sum(measure(entry.line) for entry in entries)
    fitted = fit(entries, room)
    assert (fitted.left == 0) == (lines <= room)
    if fitted.left:
        assert not fitted.below


@given(ENTRIES)
def test_with_room_enough_each_stands_below_in_its_longest_form(entries: list[Entry]) -> None:
    below = fit(entries, 100_000).below
    assert below == "\n\n".join(f"{RULE}\n\n{entry.blocks[0]}" for entry in entries if entry.blocks)


def test_first_lines_are_cut_before_a_text_is_left_out() -> None:
    entries = [Entry(f"#{n} Seeds", ("long " * 20, "short")) for n in (1, 2, 3)]
    lines = sum(measure(entry.line) for entry in entries)
    one = measure(f"{RULE}\n\nshort") + 2
    assert fit(entries, lines + 3 * one).below.count("short") == 3
    assert "long" not in fit(entries, lines + 3 * one).below
    assert fit(entries, lines + 3 * one - 1).below.count("short") == 2
    assert fit(entries, lines).below == ""
    assert fit(entries, lines - 1).left == 1
