"""The secret is found, or one line says why not; a new one is private and never written over another."""

from pathlib import Path
from typing import Any

import pytest

from config.forum import Settings
from config.loading import ConfigError
from config.secret import SECRET_BYTES, create_secret, load_secret

VARIABLE = "MANYVOICES_SECRET"


def make_settings(folder: Path, **server: Any) -> Settings:
    document: dict[str, Any] = {
        "server": {"smarthost": "smtp://127.0.0.1:2525", **server},
        "forum": {
            "name": "sse",
            "domain": "forum.example.org",
            "default_language": "en",
            "organizers": ["organizer@example.org"],
            "title": {"en": "Territories"},
        },
        "lists": [{"language": "en", "address": "sse-en@forum.example.org"}],
        "path": folder / "forum.toml",
    }
    return Settings.model_validate(document)


def counted_bytes(number: int) -> bytes:
    return bytes(range(number))


def mistake(settings: Settings, environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        load_secret(settings, environ)
    (line,) = caught.value.lines
    assert "\n" not in line
    return line


def test_a_new_secret_is_private_and_is_found_again(tmp_path: Path) -> None:
    path = create_secret(tmp_path, counted_bytes)
    assert path == tmp_path / "forum.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_secret(make_settings(tmp_path), {}) == counted_bytes(SECRET_BYTES).hex().encode()


def test_the_variable_stands_in_for_the_file(tmp_path: Path) -> None:
    create_secret(tmp_path, counted_bytes)
    assert load_secret(make_settings(tmp_path), {VARIABLE: "from the environment"}) == b"from the environment"


def test_the_variable_may_have_another_name(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, secret_env="OTHER")
    assert load_secret(settings, {"OTHER": "from the environment"}) == b"from the environment"


def test_the_file_s_text_in_the_variable_is_the_same_secret(tmp_path: Path) -> None:
    text = create_secret(tmp_path, counted_bytes).read_text(encoding="utf-8")
    settings = make_settings(tmp_path)
    assert load_secret(settings, {VARIABLE: text}) == load_secret(settings, {})


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    create_secret(tmp_path, counted_bytes)
    assert load_secret(make_settings(tmp_path), {VARIABLE: ""}) == counted_bytes(SECRET_BYTES).hex().encode()


def test_no_secret_at_all_is_one_line(tmp_path: Path) -> None:
    line = mistake(make_settings(tmp_path), {})
    assert line == f"{tmp_path}/forum.secret: there is no secret, and MANYVOICES_SECRET is not set"


def test_a_short_secret_is_refused_and_not_shown(tmp_path: Path) -> None:
    path = create_secret(tmp_path, lambda _: b"\x01\x02")
    settings = make_settings(tmp_path)
    assert mistake(settings, {}) == f"{path}: the secret is too short: 4 bytes, not 16 or more"
    line = mistake(settings, {VARIABLE: "hunter2"})
    assert line == "MANYVOICES_SECRET: the secret is too short: 7 bytes, not 16 or more"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = create_secret(tmp_path, counted_bytes)
    path.chmod(mode)
    assert mistake(make_settings(tmp_path), {}).startswith(f"{path}: others can read or change it")


def test_a_folder_in_the_place_of_the_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "forum.secret").mkdir()
    assert mistake(make_settings(tmp_path), {}).endswith("cannot be read: Is a directory")


def test_a_secret_is_never_written_over(tmp_path: Path) -> None:
    path = create_secret(tmp_path, counted_bytes)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"is there already; it was left as it is$"):
        create_secret(tmp_path, lambda number: b"\xff" * number)
    assert path.read_bytes() == before


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "forum.secret").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="is there already"):
        create_secret(tmp_path, counted_bytes)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"forum\.secret: cannot be written: No such file or directory$"):
        create_secret(tmp_path / "nowhere", counted_bytes)
