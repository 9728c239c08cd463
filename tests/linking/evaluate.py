"""Measures the content matcher on parallel text: `python -m tests.linking.evaluate DIR`, `make eval-linking DATA=DIR`.

Every text of a sample is asked twice, with its translation among the candidates and with it removed, by the code that
the daemon runs: `encode`, `find_nearest`, `rank` and `choose` of `ContentMatcher`. Families that the coefficients were
fitted on are asked with those that were fitted without them.
"""

import argparse
import json
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.linking.asking import CHANGES, COEFFICIENTS, QUOTED, Answer, House, find_templates

LENGTHS = ((0, 40), (40, 80), (80, 160), (160, 400), (400, 1_000_000))
BINS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
MOST = 60
"""Texts asked for each pair of languages of a family; a third in forums with less, a fifth with each change."""
UNLIKE = ("other forums", "what happens to texts")
"""Tables whose lines are not to be added up."""


@dataclass(slots=True)
class Line:
    """Answers, counted."""

    answers: list[Answer] = field(default_factory=list)

    def show(self) -> tuple[str, ...]:
        """Texts, P@1, precision and recall of links, false links, recall with suggestions, new texts with one."""
        there = [one for one in self.answers if one.has_truth]
        new = [one for one in self.answers if not one.has_truth]
        linked = [one for one in self.answers if one.linked]
        return (
            f"{len(there) or len(new):,}",
            _share(sum(one.first_is_right for one in there), len(there)),
            _share(sum(one.linked_right for one in linked), len(linked)),
            _share(sum(one.linked_right for one in there), len(there)),
            _share(sum(one.linked for one in new), len(new)),
            _share(sum(one.offered_right for one in there), len(there)),
            _share(sum(one.offered for one in new), len(new)),
        )


def main() -> None:
    """Read, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="a file (.npz) that spares encoding the same texts again")
    parser.add_argument("--shipped", action="store_true", help="the shipped coefficients for every family")
    parser.add_argument(
        "--all", action="store_true", help="leave no text out, also where it is no translation"
    )
    parser.add_argument("--most", type=int, default=MOST, help="texts asked for each pair of languages")
    parser.add_argument("--write", action="store_true", help="keep what was measured beside the coefficients")
    asked = parser.parse_args()
    began = time.process_time()
    house = House.open(asked.folder, asked.keep, asked.shipped, asked.all)
    encoding = time.process_time() - began
    console = Console(width=None if Console().is_terminal else 130)
    for line in house.describe():
        console.print(line, highlight=False)
    answers = list(house.ask_all("translated", asked.most))
    console.print(_table("by family", _group(answers, lambda one: one.family)))
    if house.left_out:
        shipped = list(house.use_shipped().ask_all("translated", asked.most // 3))
        title = "by family, with what is shipped, fitted on these families too"
        console.print(_table(title, _group(shipped, lambda one: one.family)))
    templates = find_templates(answers)
    console.print(f"on one template: {', '.join(sorted(templates)) or 'none'}", highlight=False)
    plain = [one for one in answers if one.family not in templates]
    console.print(
        _table("by pair of languages, families on one template aside", _group(plain, lambda one: one.pair))
    )
    console.print(_table("by length in words, the same", _group(plain, _name_length)))
    console.print(_table("other forums", _ask_ways(house, asked.most // 3, templates)))
    console.print(_table("what happens to texts", _ask_changed(house, asked.most // 5, templates)))
    console.print(_tabulate_answers(house, asked.most // 3))
    console.print(_calibrate(answers))
    seconds = np.median([one.seconds for one in answers])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(
        f"processor: {encoding:.0f} s to load and encode; {seconds * 1000:.1f} ms to decide (median);"
        f" {time.process_time() - began:.0f} s in all. {memory:.0f} MB at most, with every text in memory."
    )
    if asked.write:
        _write(answers)


def _ask_ways(house: House, most: int, templates: frozenset[str]) -> list[tuple[str, Line]]:
    """Where less is there than everything."""
    names = {"single": "nothing is translated yet", "small": "60 contributions, nothing translated"}
    lines = []
    for way, name in names.items():
        answers = list(house.ask_all(way, most))
        for title, kept in (("", False), (", on one template", True)):
            some = [one for one in answers if (one.family in templates) is kept]
            lines.append((name + title, Line(some)))
    return lines


def _ask_changed(house: House, most: int, templates: frozenset[str]) -> list[tuple[str, Line]]:
    """Texts that are not what they should be."""
    lines = []
    for change in CHANGES:
        answers = [one for one in house.ask_all("translated", most, change) if one.family not in templates]
        if change == QUOTED:
            # What is asked is a reply: it has no translation.
            answers = [one for one in answers if not one.has_truth]
        lines.append((change, Line(answers)))
    return lines


def _name_length(answer: Answer) -> str:
    return next(
        f"{low}-{high - 1}" if high < LENGTHS[-1][1] else f"{low} and more"
        for low, high in LENGTHS
        if answer.words < high
    )


def _group(answers: Iterable[Answer], name: Callable[[Answer], str]) -> list[tuple[str, Line]]:
    lines: dict[str, Line] = defaultdict(Line)
    for one in answers:
        lines[name(one)].answers.append(one)
    return sorted(lines.items(), key=lambda item: (len(item[0]), item[0]))


def _table(title: str, lines: Sequence[tuple[str, Line]]) -> Table:
    heads = ("texts", "P@1", "precision", "recall", "FLR", "recall with suggestions", "new texts with one")
    table = Table("", *heads, title=title)
    everything = Line([one for _, line in lines for one in line.answers])
    for name, line in lines:
        table.add_row(name, *line.show())
    if title not in UNLIKE:
        table.add_row("all", *everything.show())
    return table


def _tabulate_answers(house: House, most: int) -> Table:
    heads = ("family", "translations", "taken for one", "others", "taken for one")
    table = Table(
        *heads, title="answers to a text in another language; others: the text most like it and as long"
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for family, is_translation, agrees in house.ask_answers(most):
        counts[family][0 if is_translation else 2] += 1
        counts[family][1 if is_translation else 3] += agrees
    for family, (there, right, others, wrong) in sorted(counts.items()):
        table.add_row(family, f"{there:,}", _share(right, there), f"{others:,}", _share(wrong, others))
    return table


def _calibrate(answers: Sequence[Answer]) -> Table:
    table = Table(
        "predicted", "texts", "mean", "found right", title="calibration: the likeliest candidate of each text"
    )
    for low, high in pairwise(BINS):
        some = [one for one in answers if low <= one.chance < high or one.chance == high == 1.0]
        if some:
            mean, right = np.mean([one.chance for one in some]), np.mean([one.first_is_right for one in some])
            table.add_row(f"{low:.2f}-{high:.2f}", f"{len(some):,}", f"{mean:.3f}", f"{right:.3f}")
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "-"


def _write(answers: Sequence[Answer]) -> None:
    """What was measured, by family, into the file of the coefficients."""
    kept = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    heads = (
        "texts",
        "first",
        "precision",
        "recall",
        "false_links",
        "with_suggestions",
        "new_with_suggestion",
    )
    kept["measured"] = {
        "how": "python -m tests.linking.evaluate: each family by coefficients fitted without it; every text asked"
        " with its translation there and without, all other texts in both languages being there",
        "families": {
            name: dict(zip(heads, line.show(), strict=True))
            for name, line in _group(answers, lambda one: one.family)
        },
    }
    COEFFICIENTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
