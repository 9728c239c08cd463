"""The forum's secret, which signs return paths: from the environment, else from `forum.secret` (mode 0600).

The file lies beside `forum.toml` and belongs in every backup: without it the return paths of mail that is
already out are worth nothing.
"""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from config.forum import Settings
from config.loading import ConfigError

SECRET_FILE = "forum.secret"
SECRET_BYTES = 32
"""Random bytes of a new secret; it is written as twice as many hexadecimal digits."""
SHORTEST = 16
"""Bytes below which a secret is refused."""


def load_secret(settings: Settings, environ: Mapping[str, str]) -> bytes:
    """The secret; ConfigError, in one line, where there is none, or where it is too short or open to others.

    A variable that is set but empty counts as unset, as compose files leave it.
    """
    name = settings.server.secret_env
    if value := environ.get(name, "").strip():
        return _long_enough(value.encode("utf-8", "surrogateescape"), name)
    path = settings.path.parent / SECRET_FILE
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except FileNotFoundError:
        raise ConfigError([f"{path}: there is no secret, and {name} is not set"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    if mode & 0o077:
        raise ConfigError([f"{path}: others can read or change it (chmod 600 {path})"])
    return _long_enough(content.strip(), str(path))


def create_secret(folder: Path, random_bytes: Callable[[int], bytes]) -> Path:
    """Write a new secret into a folder; ConfigError where one is there already or it cannot be written."""
    path = folder / SECRET_FILE
    write_new_file(path, random_bytes(SECRET_BYTES).hex() + "\n", 0o600)
    return path


def write_new_file(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet, whole or not at all; ConfigError, in one line, for anything else."""
    try:
        # O_EXCL: of two that write at once one is refused, and a link somebody laid there is not followed.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise ConfigError([f"{path}: is there already; it was left as it is"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be written: {error.strerror}"]) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink()
        raise ConfigError([f"{path}: cannot be written: {error.strerror}"]) from None


def _long_enough(secret: bytes, name: str) -> bytes:
    if len(secret) < SHORTEST:
        raise ConfigError([f"{name}: the secret is too short: {len(secret)} bytes, not {SHORTEST} or more"])
    return secret
