"""A participant's paragraph as it was meant: mail programs break lines, and a page has a width of its own."""

BROKEN = 45
"""Characters of a line that a program may have broken; a paragraph with shorter ones is a list, or a poem."""


def flow(paragraph: str) -> tuple[str, ...]:
    """The lines of a paragraph: one, where every line but the last is long enough to have been broken."""
    lines = [" ".join(line.split()) for line in paragraph.strip().split("\n")]
    return (" ".join(lines),) if all(len(line) >= BROKEN for line in lines[:-1]) else tuple(lines)
