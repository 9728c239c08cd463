"""Measures everything and prints the table; under three minutes."""

import os
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.accept import measure_accepting
from tests.bench.demo import measure_demo
from tests.bench.journey import measure_journey
from tests.bench.linking import measure_linking
from tests.bench.measure import Row
from tests.bench.reading import measure_reading
from tests.bench.sending import measure_sending
from tests.bench.way import measure_whole_way

PARTS = (
    measure_accepting,
    measure_whole_way,
    measure_reading,
    measure_sending,
    measure_linking,
    measure_journey,
    measure_demo,
)


def main() -> None:
    """One part after the other, each in a folder of its own on the disk that temporary files are on."""
    began = time.perf_counter()
    busy = os.getloadavg()[0]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="manyvoices-bench-") as place, Progress(transient=True) as bar:
        task = bar.add_task("measuring", total=None)
        for part in PARTS:
            bar.update(task, description=part.__name__.replace("_", " "))
            folder = Path(place) / part.__name__
            folder.mkdir()
            rows.extend(part(folder, lambda: bar.advance(task)))
    Console(width=None if Console().is_terminal else 130).print(_table(rows))
    print(
        f"{os.cpu_count()} processors, load {busy:.1f} before it began (over a half, one connection suffers most);"
        f" medians of rounds that take turns; {time.perf_counter() - began:.0f} s"
    )


def _table(rows: list[Row]) -> Table:
    table = Table("measure", "here", "reference", "ratio", "goal", title="Manyvoices, how fast")
    for row in rows:
        table.add_row(row.what, row.here, row.reference, row.ratio, row.goal)
    return table


if __name__ == "__main__":
    main()
