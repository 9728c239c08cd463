"""Runs the fuzzer (atheris, libFuzzer) for some seconds; what crashes is written to a folder, and the exit code is 1.

python -m tests.fuzz --seconds 20 [--folder PATH]
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import make_seeds

SHARED = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[3] / "shared")) / "mail"
SLOW = 5
"""Seconds after which one mail counts as a crash."""
MEMORY = 1_024
"""Megabytes that the process may take."""
LONGEST = 20_000
"""Bytes of a mail that is tried."""


def main() -> int:
    """0 where nothing was found, 1 where something was, 2 where atheris is not installed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument(
        "--folder", type=Path, help="for the corpus and the crashes; a new temporary one by default"
    )
    options = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install -e '.[dev]'", file=sys.stderr)
        return 2
    folder = options.folder or Path(tempfile.mkdtemp(prefix="manyvoices-fuzz-"))
    corpus, crashes = folder / "corpus", folder / "crashes"
    for place in (corpus, crashes):
        place.mkdir(parents=True, exist_ok=True)
    _write_seeds(corpus)
    print(f"fuzzing for {options.seconds} s; what crashes goes to {crashes}", flush=True)
    with atheris.instrument_imports(include=["handlers"]):
        from tests.fuzz.target import check_reading
    flags = {
        "max_total_time": options.seconds, "timeout": SLOW, "rss_limit_mb": MEMORY, "max_len": LONGEST,
        "artifact_prefix": f"{crashes}/", "error_exitcode": 1, "timeout_exitcode": 1,
    }  # fmt: skip
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in flags.items()), str(corpus)], check_reading
    )
    atheris.Fuzz()
    return 0


def _write_seeds(corpus: Path) -> None:
    for number, mail in enumerate(make_seeds()):
        (corpus / f"seed-{number:03}").write_bytes(mail)
    for path in sorted(SHARED.glob("**/*.eml")) if SHARED.is_dir() else ():
        if path.stat().st_size <= LONGEST:
            (corpus / f"real-{path.stem}").write_bytes(path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
