"""A real Dovecot: IMAP, and delivery by LMTP, for any user name, with one password for all.

    with Dovecot.running(lmtp=True) as dovecot:
        dovecot.deliver(raw, "bridge@forum.example.org")
        client = dovecot.connect("bridge@forum.example.org")

It runs as whoever runs the tests; where that is root, mail belongs to nobody, because Dovecot serves no mail of root's.
"""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.peers import find_port, miss_peer, need_peer

PASSWORD = "sésame"
PATIENCE = 20.0
"""Seconds that it may take to start or to stop."""

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap{lmtp_protocol}
listen = 127.0.0.1, ::1
auth_mechanisms = plain login
disable_plaintext_auth = no
{tls}
{capability}
mail_home = {folder}/mail/%Lu
mail_location = maildir:~/Maildir
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
first_valid_uid = 1
maildir_stat_dirs = no
mail_fsync = never
mail_max_userip_connections = 100
auth_failure_delay = 0
submission_host = 127.0.0.1:9
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%Lu allow_all_users=yes
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
"""


class Dovecot:
    """A server in a folder of its own; `stop` or `kill` it, `start` it again on the same ports with the same mail."""

    def __init__(
        self,
        folder: Path,
        *,
        lmtp: bool = False,
        capability: str | None = None,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._program = need_peer("dovecot", "dovecot-imapd")
        if lmtp and not Path("/usr/lib/dovecot/lmtp").exists():
            miss_peer("the LMTP server of dovecot", "dovecot-lmtpd")
        self._folder = folder
        self._lmtp = lmtp
        self._capability = capability
        self._certificate = certificate
        self._child: subprocess.Popen[bytes] | None = None
        self._choose_ports()

    @classmethod
    @contextlib.contextmanager
    def running(cls, **settings: Any) -> Iterator["Dovecot"]:
        """Started, and ended at once at the end. The folder is short and open, as its sockets and its users need it."""
        folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        folder.chmod(0o755)
        try:
            dovecot = cls(folder, **settings)
            dovecot.start()
            try:
                yield dovecot
            finally:
                dovecot.kill()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return when it greets. A port that somebody else took first is left to them."""
        while not self._start():
            self._choose_ports()

    def _choose_ports(self) -> None:
        self.imap_port, self.imaps_port, self.lmtp_port = find_port(), find_port(), find_port()

    def _start(self) -> bool:
        """Whether it greets; False for a port in use."""
        config = self._write_config()
        (self._folder / "log").unlink(missing_ok=True)
        with (self._folder / "stderr").open("wb") as stderr:
            self._child = subprocess.Popen(
                [self._program, "-F", "-c", config],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                # A group of its own, so that all of it can be killed.
                start_new_session=True,
            )
        ports = [self.imap_port, *([self.lmtp_port] if self._lmtp else [])]
        deadline = time.monotonic() + PATIENCE
        while not all(map(_greets, ports)) or self._child.poll() is not None:
            if self._child.poll() is not None and "Address already in use" in self.log():
                self.kill()
                return False
            assert self._child.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        return True

    def stop(self) -> None:
        """End it as the system would."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(PATIENCE)
        self.kill()

    def kill(self) -> None:
        """End it and all its processes at once."""
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            self._child = None
            (self._folder / "run" / "master.pid").unlink(missing_ok=True)

    def freeze(self) -> None:
        """It says nothing any more, and does not hang up either."""
        assert self._child
        os.killpg(self._child.pid, signal.SIGSTOP)

    def log(self) -> str:
        """What it has written."""
        paths = [path for path in (self._folder / "stderr", self._folder / "log") if path.exists()]
        return "\n".join(path.read_text(errors="replace") for path in paths)

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """Where the mail of a user's folder lies; it is there once somebody logged in or delivered."""
        root = self._folder / "mail" / user.lower() / "Maildir"
        return root if folder == "INBOX" else root / f".{folder}"

    def fill(self, user: str, mails: Sequence[tuple[bytes, float]], folder: str = "INBOX") -> None:
        """Put mails into a folder as an old server would have left them: (content, seconds since 1970)."""
        root = self.maildir(user, folder)
        folders = [root / name for name in ("tmp", "cur", "new")]
        for path in folders:
            path.mkdir(parents=True, exist_ok=True)
        for number, (content, at) in enumerate(mails):
            # The name gives the order, the file's time the date.
            path = root / "new" / f"{1_000_000_000 + number}.M{number}P{int(at)}.old"
            path.write_bytes(content)
            os.utime(path, (at, at))
            self._give(path)
        self._give(*folders, root, root.parent, root.parent.parent)

    def deliver(self, raw: bytes, *users: str, sender: str = "ana@example.org") -> None:
        """Deliver a mail by LMTP, as an MTA does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as client:
            client.sendmail(sender, users, raw, mail_options=["BODY=8BITMIME"])

    def append(self, raw: bytes, user: str, folder: str = "INBOX") -> None:
        """Put a mail into a folder by IMAP."""
        with self.connect(user) as client:
            client.append(folder, raw)

    def connect(self, user: str) -> IMAPClient:
        """Logged in as a user."""
        client = IMAPClient("127.0.0.1", self.imap_port, ssl=False, timeout=PATIENCE)
        client.plain_login(user, PASSWORD)
        return client

    def read(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The mails in a folder, oldest first; none where it is not there."""
        with self.connect(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def _write_config(self) -> Path:
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(os.getegid()).gr_name
        nobody = pwd.getpwnam("nobody")
        tls = "ssl = no"
        if self._certificate:
            certificate, key = self._certificate
            tls = f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}"
        (self._folder / "mail").mkdir(exist_ok=True)
        self._give(self._folder / "mail")
        config = self._folder / "dovecot.conf"
        text = _CONFIG.format(
            folder=self._folder,
            lmtp_protocol=" lmtp" if self._lmtp else "",
            tls=tls,
            capability=f"imap_capability = {self._capability}" if self._capability else "",
            login_user="dovenull" if root else me,
            internal_user="dovecot" if root else me,
            internal_group="dovecot" if root else group,
            mail_user="nobody" if root else me,
            mail_group=grp.getgrgid(nobody.pw_gid).gr_name if root else group,
            password=PASSWORD,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port if self._certificate else 0,
            lmtp_port=self.lmtp_port if self._lmtp else 0,
        )
        config.write_text(text, encoding="utf-8")
        return config

    def _give(self, *paths: Path) -> None:
        """Where we are root, what is made here is nobody's."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in paths:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return bool(connection.recv(10))
    except OSError:
        return False
