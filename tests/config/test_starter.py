"""What `manyvoices init` writes can be run as it is, and nothing is left of what could not be written."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.forum import load_settings
from config.loading import ConfigError
from config.secret import load_secret
from config.starter import STARTER, render_starter, write_starter

TODAY = date(2026, 3, 18)


def same_bytes(number: int) -> bytes:
    return b"\x5a" * number


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mistake(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        write_starter(folder, same_bytes, TODAY)
    (line,) = caught.value.lines
    assert "\n" not in line
    return line


def test_the_starter_loads_without_a_mistake_or_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "forum"
    written = write_starter(folder, same_bytes, TODAY)
    assert written == (folder / "forum.toml", folder / "forum.secret")
    settings = load_settings(folder / "forum.toml")
    assert settings.find_warnings() == []
    assert settings.languages == ("en", "es", "fr")
    assert all(item.hosted for item in settings.lists)
    assert settings.server.smtp == "127.0.0.1:8025"
    assert settings.server.smarthost == f"maildir://{folder}/outgoing"
    assert settings.database_url == f"sqlite:///{folder}/forum.db"
    assert len(load_secret(settings, {})) == 64


def test_the_phases_lie_ahead_and_begin_on_a_monday(tmp_path: Path) -> None:
    write_starter(tmp_path, same_bytes, TODAY)
    (theme,) = load_settings(tmp_path / "forum.toml").themes
    assert [question.number for question in theme.questions] == [1, 2]
    assert [(phase.opens, phase.closes) for phase in theme.phases] == [
        (date(2026, 3, 30), date(2026, 4, 11)),
        (date(2026, 4, 20), date(2026, 5, 2)),
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_on_any_day_the_first_phase_is_one_to_two_weeks_away(today: date) -> None:
    text = render_starter(Path("/srv/forum"), today)
    opens = [
        date.fromisoformat(line.split()[2])
        for line in text.splitlines()
        if line.startswith(("opens", "closes"))
    ]
    assert timedelta(days=7) < opens[0] - today <= timedelta(days=14)
    assert [day - opens[0] for day in opens] == [timedelta(days=days) for days in (0, 12, 21, 33)]
    assert {opens[0].weekday(), opens[2].weekday()} == {0}


def test_the_example_is_itself_a_valid_file() -> None:
    settings = load_settings(STARTER)
    assert settings.find_warnings() == []
    opens = settings.themes[0].phases[0].dates(settings.forum).opens_at
    assert opens == datetime(2013, 9, 8, 22, tzinfo=UTC)


def test_the_commented_lines_are_valid_too(tmp_path: Path) -> None:
    """Whoever takes a "# " away gets a file that loads."""
    lines = STARTER.read_text(encoding="utf-8").splitlines()
    keys = ("lmtp", "web", "base_url", "max_", "subaddress", "secret_env", "newcomer_posts", "announce_at")
    imap = ("[[server.imap]]", "url", "password_env")
    taken = [
        line[2:] if line.startswith(tuple(f"# {key}" for key in (*keys, *imap))) else line for line in lines
    ]
    assert sum(before != after for before, after in zip(lines, taken, strict=True)) == 13
    (tmp_path / "forum.toml").write_text("\n".join(taken), encoding="utf-8")
    plain, full = load_settings(STARTER), load_settings(tmp_path / "forum.toml")
    assert full.server.max_message_size == plain.server.max_message_size
    assert full.server.secret_env == plain.server.secret_env
    assert full.forum == plain.forum
    assert full.server.imap[0].password_env == "MANYVOICES_IMAP_PASSWORD"


def test_a_forum_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "forum.toml").write_text("mine", encoding="utf-8")
    assert mistake(tmp_path) == f"{tmp_path}/forum.toml: is there already; it was left as it is"
    assert (tmp_path / "forum.toml").read_text(encoding="utf-8") == "mine"
    assert names(tmp_path) == ["forum.toml"]


def test_a_secret_from_a_backup_is_kept(tmp_path: Path) -> None:
    (tmp_path / "forum.secret").write_text("a secret from a backup", encoding="utf-8")
    assert write_starter(tmp_path, same_bytes, TODAY) == (tmp_path / "forum.toml",)
    assert (tmp_path / "forum.secret").read_text(encoding="utf-8") == "a secret from a backup"


def test_a_file_in_the_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert mistake(tmp_path / "taken").endswith("cannot be written: Not a directory")
    assert mistake(tmp_path / "taken" / "below").endswith("cannot be made: Not a directory")
    assert names(tmp_path) == ["taken"]


def test_a_path_that_no_setting_could_name_is_refused(tmp_path: Path) -> None:
    for name in ("my forum", 'a"b', "50%", "a#b", "a\nb"):
        assert "choose a folder without spaces" in mistake(tmp_path / name)
    assert names(tmp_path) == []


def test_what_was_made_is_taken_back_when_the_randomness_fails(tmp_path: Path) -> None:
    def fail(number: int) -> bytes:
        raise RuntimeError(f"no {number} bytes")

    with pytest.raises(RuntimeError):
        write_starter(tmp_path / "new" / "forum", fail, TODAY)
    assert names(tmp_path) == []


FULL = """\
import resource, sys
from datetime import date
from pathlib import Path
from config.loading import ConfigError
from config.starter import write_starter

resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    write_starter(Path(sys.argv[1]), lambda number: bytes(number), date(2026, 3, 18))
except ConfigError as error:
    print(error)
"""


def test_a_disk_that_takes_the_secret_but_not_the_settings_is_left_empty(tmp_path: Path) -> None:
    """A limit of 200 bytes a file stands for the full disk."""
    command = [sys.executable, "-c", FULL, str(tmp_path / "new")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=STARTER.parents[3])
    assert done.stdout == f"{tmp_path}/new/forum.toml: cannot be written: File too large\n"
    assert names(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_belongs_to_somebody_else_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    script = FULL.replace(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))", "import os; os.setuid(65534)"
    )
    for name in ("", "new"):
        command = [sys.executable, "-c", script, str(tmp_path / name)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=STARTER.parents[3])
        assert done.stdout.endswith("Permission denied\n")
        assert done.stdout.count("\n") == 1
    assert names(tmp_path) == []
