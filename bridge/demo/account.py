"""Whether the demo came out as the scenario says: a demo that is wrong says so and exits 1."""

from collections.abc import Sequence

from bridge.commands.forum import RefusedError
from bridge.demo.scenario import Posting, Scenario
from bridge.wiring import House
from handlers.context import Context
from store.spool import identify

LAST_OPENING = (2, 3)
"""Theme and phase whose opening the scenario works out by hand."""


def check_outcomes(house: House, scenario: Scenario, posted: Sequence[tuple[Posting, bytes]]) -> None:
    """RefusedError where a mail became something else, the counts differ, or something is unaccounted for."""
    with house.unit() as ctx:
        wrong = [*_wrong_outcomes(ctx, posted), *_wrong_counts(ctx, scenario)]
        if difference := ctx.uow.deliveries.account().difference:
            wrong.append(f"{difference} deliveries are unaccounted for")
    if wrong:
        raise RefusedError("\n".join(wrong))


def _wrong_outcomes(ctx: Context, posted: Sequence[tuple[Posting, bytes]]) -> list[str]:
    wrong = []
    seen: set[str] = set()
    for posting, raw in posted:
        identity = identify(raw)
        for recipient, expected in zip(posting.rcpt_tos, posting.expect, strict=True):
            key = identity.key(recipient)
            found = "duplicate" if key in seen else ctx.uow.deliveries.find_outcome(key)
            seen.add(key)
            if found != expected:
                wrong.append(f"{posting.file} to {recipient}: {found}, not {expected}")
    return wrong


def _wrong_counts(ctx: Context, scenario: Scenario) -> list[str]:
    phase = ctx.uow.phases.find(*LAST_OPENING)
    if phase is None:
        return ["there is no phase 3"]
    counts = ctx.uow.phases.get_snapshot(phase, "opening", dict)
    theme = counts.get("theme", {})
    lines = {tuple(members): number for members, number in theme.get("lines", ())}
    if lines == dict(scenario.partition) and counts.get("comments") == scenario.comments:
        return []
    return [f"the opening of phase 3 counts {lines} and {counts.get('comments')} comments"]
