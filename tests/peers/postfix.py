"""A real Postfix on a loopback port, in a folder of its own, without systemd; its log is `mail.log` there.

Its last main.cf lines are those of a test, which reads them out of docs/admin.md.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.peers import find_port, miss_peer, need_peer
from tests.peers.loopback import PATIENCE, open_folder, wait_for, wait_for_greeting

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/mail.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
myhostname = {hostname}
# Nothing is asked of the network, and what has to wait does not wait long (see also the 1 s of qmgr in master.cf: so
# soon, a delivery agent may still hold the mail, which then lies in incoming until qmgr wakes up).
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix")


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    folder: Path
    port: int

    @property
    def log(self) -> str:
        """What it has written so far."""
        path = self.folder / "mail.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def queue(self) -> list[str]:
        """What waits in it, a JSON object a message."""
        told = subprocess.run(
            ["postqueue", "-c", self.folder / "etc", "-j"], capture_output=True, text=True, check=True
        )
        return told.stdout.splitlines()

    def wait_until_empty(self) -> None:
        """Until everything has been delivered; AssertionError with the log where it is not."""
        try:
            wait_for(lambda: not self.queue(), "an empty queue")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log[-4000:]}") from None


@contextlib.contextmanager
def running_postfix(
    main_cf: str,
    *,
    maps: Mapping[str, str] | None = None,
    master_cf: str = "",
    files: Mapping[str, bytes] | None = None,
    port: int = 0,
) -> Iterator[Postfix]:
    """Postfix with these lines; `maps` are tables that postmap is run on, `files` lie beside them.

    Where the lines say `/etc/postfix`, they mean the folder with its configuration.
    """
    need_peer("postfix", "postfix")
    if os.geteuid() != 0:
        miss_peer("Postfix, which runs as root only,", "and run the tests as root")
    with open_folder("postfix") as folder:
        port = port or find_port()
        _lay_out(folder, port, main_cf, master_cf)
        etc = folder / "etc"
        for name, content in (files or {}).items():
            (etc / name).write_bytes(content)
        for name, lines in (maps or {}).items():
            (etc / name).write_text(lines, encoding="utf-8")
            subprocess.run(["postmap", "-c", etc, etc / name], check=True)
        with (folder / "start.log").open("wb") as out:
            child = subprocess.Popen(
                ["postfix", "-c", etc, "start-fg"], stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        try:
            wait_for_greeting(port, child, "Postfix")
            yield Postfix(folder, port)
        finally:
            _stop(etc, child)


def _lay_out(folder: Path, port: int, main_cf: str, master_cf: str) -> None:
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", pwd.getpwnam("postfix").pw_uid)
    daemons = next(place for place in _DAEMONS if Path(place, "master").exists())
    own = _MAIN.format(folder=folder, daemons=daemons, hostname="mail.example.org")
    said = main_cf.replace("/etc/postfix", str(folder / "etc"))
    (folder / "etc" / "main.cf").write_text(_merge(own, said), encoding="utf-8")
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=port) + master_cf, encoding="utf-8")


def _merge(*texts: str) -> str:
    """Lines `key = value`, the last of each key: Postfix would warn of two."""
    lines: dict[str, str] = {}
    for line in "\n".join(texts).splitlines():
        if line.strip() and not line.startswith("#"):
            key, separator, value = line.partition("=")
            assert separator, line
            lines[key.strip()] = value.strip()
    return "".join(f"{key} = {value}\n" for key, value in lines.items())


def _stop(etc: Path, child: "subprocess.Popen[bytes]") -> None:
    """`postfix stop` waits until every process of it has ended."""
    if child.poll() is None:
        subprocess.run(["postfix", "-c", etc, "stop"], capture_output=True, check=False)
        child.wait(PATIENCE)
