"""What is shipped holds together: the image, the compose file and the wheel agree with the project's own files."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from config.forum import load_settings
from config.starter import SETTINGS_FILE, STARTER

ROOT = Path(__file__).parents[1]
PACKAGES = ("bridge", "handlers", "store", "config")


def read_project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions: a comment or a continued line is no instruction of its own."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def arguments(name: str) -> list[str]:
    """What stands behind each instruction of a name, in order."""
    return [argument for instruction, argument in read_instructions() if instruction == name]


def compose_items(key: str) -> list[str]:
    """The items of a list in docker-compose.yml: the only YAML that is read here is `- item` under `key:`."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    plain = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    found = re.search(rf"^( +){key}:\n((?:\1 +- .*\n)+)", plain, re.MULTILINE)
    assert found is not None, f"docker-compose.yml has no {key}"
    return [line.strip()[2:].strip('"') for line in found[2].splitlines()]


def smtp_port() -> str:
    smtp = load_settings(STARTER).server.smtp
    assert smtp is not None
    return smtp.rpartition(":")[2]


def test_everything_the_image_copies_is_there() -> None:
    sources = [
        source
        for argument in arguments("COPY")
        if not argument.startswith("--from=")
        for source in argument.split()[:-1]
    ]
    assert {source for source in sources if (ROOT / source).is_dir()} == set(PACKAGES)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_what_the_wheel_is_built_from_reaches_the_builder() -> None:
    """.dockerignore leaves everything out but what it names."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for argument in arguments("COPY")
        if not argument.startswith("--from=")
        for source in argument.split()[:-1]
    }
    assert "*" in ignored
    assert kept == copied
    project = read_project()
    needed = {project["project"]["readme"], *project["project"]["license-files"]}
    needed |= {project["tool"]["hatch"]["build"]["hooks"]["custom"]["path"], *PACKAGES}
    assert needed <= copied


def test_the_image_installs_what_is_locked_and_nothing_else() -> None:
    fetch, install = (argument for argument in arguments("RUN") if "pip" in argument)
    assert {"--require-hashes", "--only-binary", "requirements.lock"} <= set(fetch.split())
    assert "--no-index" in install.split()
    (extras,) = re.findall(r'"\.\[([\w,]+)\]"', install)
    assert set(extras.split(",")) == set(read_project()["project"]["optional-dependencies"]) - {"dev"}


def test_what_builds_the_wheel_is_locked_too() -> None:
    """Inside the image pip has no index: the build would fail without it."""
    locked = re.findall(
        r"^([\w.-]+==[\w.]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(read_project()["build-system"]["requires"]) <= set(locked)


def test_the_image_runs_the_program_on_the_volume_as_nobody_in_particular() -> None:
    (entry,), (command,) = arguments("ENTRYPOINT"), arguments("CMD")
    (program,) = json.loads(entry)
    module, _, function = read_project()["project"]["scripts"][program].partition(":")
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
    assert function.isidentifier()
    (volume,) = arguments("VOLUME")
    assert json.loads(command) == ["run", "--config", f"{volume}/{SETTINGS_FILE}"]
    (user,) = arguments("USER")
    (creation,) = (argument for argument in arguments("RUN") if argument.startswith("useradd"))
    assert re.search(rf" {user} +&& install .*--owner {user} .*{volume}$", creation)
    assert f"--home-dir {volume} " in creation
    names = [name for name, _ in read_instructions()]
    assert names.index("USER") > len(names) - 1 - names[::-1].index("COPY")


def test_the_image_has_a_python_that_the_project_supports() -> None:
    versions = {
        tuple(map(int, found))
        for found in re.findall(r"python:(\d+)\.(\d+)-slim", "\n".join(arguments("FROM")))
    }
    least = tuple(map(int, read_project()["project"]["requires-python"].removeprefix(">=").split(".")))
    assert len(versions) == 1
    assert versions.pop() >= least


def test_one_port_goes_through_the_image_the_compose_file_and_the_starter() -> None:
    port = smtp_port()
    assert arguments("EXPOSE") == [port]
    assert f"'127.0.0.1', {port}," in arguments("HEALTHCHECK")[0]
    assert compose_items("ports") == [f"127.0.0.1:{port}:{port}"]


def test_the_health_check_is_a_program_that_python_reads() -> None:
    _, _, command = arguments("HEALTHCHECK")[0].partition("CMD ")
    python, option, program = json.loads(command)
    assert (python, option) == ("python", "-c")
    compile(program, "HEALTHCHECK", "exec")


def test_the_compose_file_keeps_the_volume_under_a_name() -> None:
    (volume,) = arguments("VOLUME")
    (item,) = (item for item in compose_items("volumes") if item.endswith(f":{volume}"))
    name = item.partition(":")[0]
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert re.search(rf"^volumes:\n  {name}:$", text, re.MULTILINE)
    assert "\t" not in text
    assert load_settings(STARTER).server.secret_env in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel built from a copy without catalogues: the build itself has to compile them."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, source)
    for name in (*PACKAGES, "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_carries_exactly_the_four_rooms(wheel: list[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_carries_what_the_program_reads_beside_its_modules(wheel: list[str]) -> None:
    patterns = (
        "config/templates/**/*.txt",
        "config/examples/**/*.toml",
        "config/examples/**/*.eml",
        "config/examples/**/*.csv",
        "handlers/linking/*.json",
        "handlers/linking/*.npy",
        "store/migrations/versions/*.py",
        "store/migrations/script.py.mako",
    )
    wanted = {path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)}
    wanted |= {
        path.relative_to(ROOT).with_suffix(".mo").as_posix()
        for path in ROOT.glob("config/locales/*/LC_MESSAGES/*.po")
    }
    assert {"config/templates/opening.txt", "config/examples/starter/forum.toml"} <= wanted
    assert {"config/locales/fr/LC_MESSAGES/manyvoices.mo", "store/migrations/script.py.mako"} <= wanted
    assert sorted(wanted - set(wheel)) == []


def test_the_wheel_carries_every_module_and_nothing_of_a_running_forum(wheel: list[str]) -> None:
    modules = {
        path.relative_to(ROOT).as_posix() for name in PACKAGES for path in ROOT.glob(f"{name}/**/*.py")
    }
    assert sorted(modules - set(wheel)) == []
    assert [name for name in wheel if name.endswith((".pyc", ".db", ".secret"))] == []
