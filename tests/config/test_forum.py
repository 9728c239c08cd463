"""What an organizer may write in forum.toml, and what they are told when it is wrong."""

from pathlib import Path

import pytest

from config.forum import ConfigError, load_settings

GOOD = """\
[server]
smtp = "127.0.0.1:8025"
smarthost = "smtp://127.0.0.1:2525"

[forum]
name = "sse"
domain = "forum.example.org"
time_zone = "Europe/Paris"
default_language = "en"
organizers = ["Organizer@example.org"]
title = { en = "Territories", fr = "Territoires" }

[[lists]]
language = "en"
address = "sse-en@forum.example.org"

[[lists]]
language = "fr"
address = "sse-fr@forum.example.org"
moderators = ["moderator@example.org"]

[[themes]]
number = 2
title = { en = "Development" }
[[themes.questions]]
number = 4
text = { en = "What next?", fr = "Et ensuite ?" }
[[themes.phases]]
number = 3
questions = [4]
opens = 2013-09-09
closes = 2013-09-21
reminders = ["3d"]
announce_at = "08:30"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "forum.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(write(folder, text))
    return caught.value.lines


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.languages == ("en", "fr")
    assert settings.moderators("en") == ("organizer@example.org",)
    assert settings.moderators("fr") == ("moderator@example.org",)
    assert settings.is_organizer("ORGANIZER@example.org")
    assert settings.database_url == f"sqlite:///{tmp_path}/forum.db"
    _, phase = settings.get_phase(2, 3)
    assert phase.dates(settings.forum).opening_due.isoformat() == "2013-09-09T06:30:00+00:00"


def test_a_missing_translation_falls_back_and_is_reported(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.text(settings.themes[0].title, "fr") == "Development"
    assert settings.find_warnings() == [
        "list en: no moderators; the organizers decide",
        "theme 2: title: not in fr; the default language stands in",
    ]


def test_every_mistake_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = (
        GOOD.replace('time_zone = "Europe/Paris"', 'time_zone = "Europe/Pariss"')
        .replace('smtp = "127.0.0.1:8025"', 'smpt = "127.0.0.1:8025"')
        .replace('language = "fr"\n', "")
        .replace("opens = 2013-09-09", 'opens = "2013-09-09"')
    )
    assert mistakes(tmp_path, text) == [
        "forum.toml:2: server.smpt: unknown key",
        'forum.toml:8: forum.time_zone: "Europe/Pariss" is not a time zone such as "Europe/Paris"',
        "forum.toml:17: lists[2].language: is missing",
        "forum.toml:30: themes[1].phases[1].opens: '2013-09-09' is not a date such as 2013-09-09, "
        "or a date-time, without quotes",
    ]


PHASE = """
[[themes]]
number = 3
title = { en = "Other" }
[[themes.questions]]
number = 1
text = { en = "Why?" }
[[themes.phases]]
number = 1
questions = [1]
opens = 2013-09-21
closes = 2013-09-30
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("closes = 2013-09-21", "closes = 2013-09-01", "phases[1].closes: phase 2.3 closes before it opens"),
        ("questions = [4]", "questions = [4, 5]", "phases[1].questions: theme 2 has no question 5"),
        ('default_language = "en"', 'default_language = "es"', 'forum.default_language: no list is in "es"'),
        ('language = "fr"\n', 'language = "en"\n', 'lists[2].language: "en" stands twice'),
        ('language = "fr"\n', 'language = "xx"\n', 'is not a language code such as "fr"'),
        ('name = "sse"', 'name = "SSE forum"', "is not a short name"),
        (
            'organizers = ["Organizer@example.org"]',
            'organizers = ["nobody"]',
            '"nobody" is not an e-mail address',
        ),
        ('"3d"', '"3 days"', '"3 days" is not a number of days such as "3d"'),
        ('"08:30"', '"25:00"', 'is not a time such as "09:00"'),
        ("closes = 2013-09-21", "closes = 2013-09-21" + "\n" + PHASE, "phase 3.1 overlaps phase 2.3"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, old: str, new: str, line: str) -> None:
    text = GOOD.replace('reminders = ["3d"]\nannounce_at = "08:30"\n', "") if PHASE in new else GOOD
    found = mistakes(tmp_path, text.replace(old, new))
    assert any(line in mistake for mistake in found), found


def test_what_is_no_toml_is_refused_in_one_line(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, "[server\n")) == 1
    with pytest.raises(ConfigError, match="there is no such file"):
        load_settings(tmp_path / "none.toml")
    (tmp_path / "forum.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings(tmp_path / "forum.toml")


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('"forum.example.org"', '"exa mple"', "is not a domain"),
        ("127.0.0.1:8025", "127.0.0.1:99999", "a port is at most 65535"),
        ("2013-09-09", "0001-01-01", "is not a date that a forum can have"),
        ("sse-en@forum", "sse@forum", "is where commands go"),
        ("sse-en@forum", "sse+en@forum", "holds the subaddress_delimiter"),
    ],
)
def test_what_would_fail_later_is_said_at_once(tmp_path: Path, old: str, new: str, mistake: str) -> None:
    assert any(mistake in line for line in mistakes(tmp_path, GOOD.replace(old, new)))
