"""How a line is shown, from left to right on the screen: the Unicode Bidirectional Algorithm (UAX #9), for tests.

For one line with embeddings, isolates and brackets. `old`: a program from before 2013, which knows no isolates and treats
brackets as other punctuation.
"""

import unicodedata
from collections.abc import Sequence

MIRRORED = str.maketrans("()[]<>{}«»", ")(][><}{»«")
_ISOLATES = {"\u2066": "L", "\u2067": "R", "\u2068": "first"}
_EMBEDDINGS = {"\u202a": "L", "\u202b": "R"}
_END_ISOLATE, _END_EMBEDDING = "\u2069", "\u202c"
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_UNSEEN = {*_ISOLATES, *_EMBEDDINGS, _END_ISOLATE, _END_EMBEDDING, "\u200e", "\u200f"}


def find_base(line: str) -> str:
    """The direction of a line by its first strong letter (P2, P3); "L" where none is."""
    depth = 0
    for char in line:
        if char in _ISOLATES:
            depth += 1
        elif char == _END_ISOLATE:
            depth = max(0, depth - 1)
        elif not depth and (cls := unicodedata.bidirectional(char)) in ("L", "R", "AL"):
            return "L" if cls == "L" else "R"
    return "L"


def show(line: str, base: str | None = None, *, old: bool = False) -> str:
    """The characters in the order of the screen, from left to right, brackets as they look there."""
    base = base or find_base(line)
    levels, classes = _embed(line, int(base == "R"), old=old)
    for run in _list_runs(line, levels, classes, old=old):
        _resolve(line, run, levels, classes, int(base == "R"), old=old)
    kept = [(levels[place], line[place]) for place in range(len(line)) if line[place] not in _UNSEEN]
    while kept and kept[-1][1] == " ":
        kept.pop()
    highest = max((level for level, _ in kept), default=0)
    for level in range(highest, 0, -1):  # L2
        start = None
        for place in range(len(kept) + 1):
            inside = place < len(kept) and kept[place][0] >= level
            if inside and start is None:
                start = place
            elif not inside and start is not None:
                kept[start:place] = kept[start:place][::-1]
                start = None
    return "".join(char.translate(MIRRORED) if level % 2 else char for level, char in kept).strip()


def _embed(line: str, base: int, *, old: bool) -> tuple[list[int], list[str]]:
    """X1 to X8: levels and classes; "BN" is what is taken out of the runs."""
    levels, classes = [], []
    stack = [(base, "start")]
    for place, char in enumerate(line):
        cls = unicodedata.bidirectional(char)
        level = stack[-1][0]
        if char in _EMBEDDINGS:
            stack.append((_next_level(level, _EMBEDDINGS[char]), "embedding"))
            cls = "BN"
        elif char == _END_EMBEDDING:
            if stack[-1][1] == "embedding":
                stack.pop()
            cls = "BN"
        elif char in _ISOLATES and not old:
            way = _ISOLATES[char]
            if way == "first":
                way = find_base(line[place + 1 :].split(_END_ISOLATE)[0])
            stack.append((_next_level(level, way), "isolate"))
            cls = "ON"
        elif char == _END_ISOLATE and not old:
            if any(kind == "isolate" for _, kind in stack):
                while stack.pop()[1] != "isolate":
                    pass
            level = stack[-1][0]
            cls = "ON"
        elif char in _ISOLATES or char == _END_ISOLATE:
            cls = "BN"
        levels.append(level)
        classes.append(cls)
    return levels, classes


def _next_level(level: int, way: str) -> int:
    return level + 1 + (level + 1) % 2 if way == "L" else level + 1 + level % 2


def _list_runs(line: str, levels: Sequence[int], classes: Sequence[str], *, old: bool) -> list[list[int]]:
    """X10, BD13: isolating run sequences; what is inside an isolate is a sequence of its own."""
    runs: list[list[int]] = []
    open_runs: list[list[int]] = []
    current: list[int] = []
    for place, char in enumerate(line):
        if classes[place] == "BN":
            continue
        if char == _END_ISOLATE and not old and open_runs:
            runs.append(current)
            current = open_runs.pop()
        elif (
            current
            and levels[current[-1]] != levels[place]
            and not (line[current[-1]] in _ISOLATES and not old)
        ):
            runs.append(current)
            current = []
        current.append(place)
        if char in _ISOLATES and not old:
            open_runs.append(current)
            current = []
    return [run for run in [*runs, current, *open_runs] if run]


def _resolve(
    line: str, run: list[int], levels: list[int], classes: list[str], base: int, *, old: bool
) -> None:
    """W1 to I2 for one sequence."""
    level = levels[run[0]]
    own = "R" if level % 2 else "L"

    def edge(neighbour: int) -> str:
        others = levels[neighbour] if 0 <= neighbour < len(line) else base
        return "R" if max(level, others) % 2 else "L"

    before, after = edge(run[0] - 1), edge(run[-1] + 1)
    kinds = [classes[place] for place in run]
    _weak(kinds, before)
    if not old:
        _brackets([line[place] for place in run], kinds, own, before)
    _neutral(kinds, own, before, after)
    for place, kind in zip(run, kinds, strict=True):
        if level % 2:
            levels[place] = level + int(kind in ("L", "EN", "AN"))
        else:
            levels[place] = level + {"R": 1, "EN": 2, "AN": 2}.get(kind, 0)


def _weak(kinds: list[str], before: str) -> None:
    last = before
    strong = before
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kind = last  # W1
        if kind == "EN" and strong == "AL":
            kind = "AN"  # W2
        if kind in ("L", "R", "AL"):
            strong = kind
        last = kinds[place] = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4
        around = {kinds[place - 1], kinds[place + 1]}
        if (kinds[place] in ("ES", "CS") and around == {"EN"}) or (kinds[place] == "CS" and around == {"AN"}):
            kinds[place] = around.pop()
    for step in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):  # W5
        near = ""
        for place in step:
            if kinds[place] == "ET" and near == "EN":
                kinds[place] = "EN"
            near = kinds[place]
    strong = before
    for place, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):
            kinds[place] = "ON"  # W6
        if kind in ("L", "R"):
            strong = kind
        if kind == "EN" and strong == "L":
            kinds[place] = "L"  # W7


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "EN", "AN") else kind if kind == "L" else ""


def _brackets(chars: list[str], kinds: list[str], own: str, before: str) -> None:
    """N0."""
    opened: list[int] = []
    pairs = []
    for place, char in enumerate(chars):
        if char in _PAIRS:
            opened.append(place)
        while char in _PAIRS.values() and opened:
            start = opened.pop()
            if _PAIRS[chars[start]] == char:
                pairs.append((start, place))
                break
    for start, end in sorted(pairs):
        inside = {_strong(kind) for kind in kinds[start + 1 : end]} - {""}
        if own in inside:
            kinds[start] = kinds[end] = own
        elif inside:
            earlier = next((found for kind in reversed(kinds[:start]) if (found := _strong(kind))), before)
            kinds[start] = kinds[end] = earlier if earlier != own else own


def _neutral(kinds: list[str], own: str, before: str, after: str) -> None:
    """N1 and N2."""
    place = 0
    while place < len(kinds):
        if _strong(kinds[place]):
            place += 1
            continue
        end = place
        while end < len(kinds) and not _strong(kinds[end]):
            end += 1
        left = _strong(kinds[place - 1]) if place else before
        right = _strong(kinds[end]) if end < len(kinds) else after
        kinds[place:end] = [left if left == right else own] * (end - place)
        place = end
