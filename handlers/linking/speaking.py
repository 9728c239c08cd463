"""What speaks for a candidate, in things that a moderator can look up: sentences, figures, names, length."""

from collections.abc import Iterable, Mapping

from handlers.linking.anchors import Anchors
from handlers.linking.measure import MATCHES, Measured
from handlers.linking.reasons import Reason

MOST_VALUES = 5
SURELY = 0.08
"""How far above `MATCHES` a sentence is that is shown as one that matches."""
AS_LONG = 0.18
"""Logarithm of the lengths below which two texts are about as long."""
ALONE = 0.05
"""The probability of the next best below which there is nothing else like it."""
FEWEST_DIGITS = 2
"""A single digit is no figure that anybody looks up."""


def find_reasons(own: Anchors, measured: Measured, rival: float) -> tuple[Reason, ...]:
    """What speaks for a candidate; `own` are the anchors of the text, `rival` the next best's probability."""
    found = []
    if sentences := _find_sentences(measured):
        found.append(Reason("sentences", sentences))
    figures = [figure for figure in own.figures if figure in measured.shared.figures.both]
    if shown := _show(_sort_figures(figures), own.figures):
        found.append(Reason("figures", shown))
    names = [name for name in own.names if name in measured.shared.names.both]
    if shown := _show(names, own.names):
        found.append(Reason("names", shown))
    if abs(measured.length) < AS_LONG:
        found.append(Reason("length"))
    if rival < ALONE:
        found.append(Reason("only-one"))
    return tuple(found)


def find_other_figures(own: Anchors, measured: Measured) -> tuple[Reason, ...]:
    """Figures that only one of the two texts has, those of the new one first."""
    apart = measured.shared.figures
    written = {**measured.anchors.figures, **own.figures}
    here = _sort_figures(figure for figure in own.figures if figure in apart.first)
    there = _sort_figures(figure for figure in measured.anchors.figures if figure in apart.second)
    shown = _show([*here, *there], written)
    return (Reason("other-figures", shown),) if shown else ()


def _find_sentences(measured: Measured) -> tuple[str, ...]:
    """Numbers, in the new text, of the sentences that match best."""
    near = measured.pair.forward
    best = sorted(range(len(near)), key=lambda place: -float(near[place]))[:MOST_VALUES]
    least = MATCHES + SURELY + measured.usual
    return tuple(str(place + 1) for place in sorted(best) if near[place] >= least)


def _sort_figures(figures: Iterable[str]) -> list[str]:
    """Without single digits; the longest first, which are the rarest."""
    return sorted((figure for figure in figures if len(figure) >= FEWEST_DIGITS), key=len, reverse=True)


def _show(anchors: Iterable[str], written: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(written[anchor] for anchor in anchors)[:MOST_VALUES]
