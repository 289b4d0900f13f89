"""Database servers for scenario tests: start, kill, restart and ask a PostgreSQL or TimescaleDB, and a PgBouncer before one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from daemon import SOURCE, free_port, wait_for

SKIPPED = 77  # the exit code by which ctest knows that a test was skipped


class Server:
    """A server in a folder, of the kind `postgres` or `timescale`: scripts/<kind>-test-server.sh by its verbs."""

    def __init__(self, kind: str, folder: Path):
        self.kind = kind
        self.folder = folder

    def _verb(self, verb: str, within: float = 900) -> str:
        done = subprocess.run([SOURCE / "scripts" / f"{self.kind}-test-server.sh", verb, self.folder], text=True, timeout=within,
                              stdin=subprocess.DEVNULL, capture_output=True)
        assert done.returncode == 0, f"{self.kind} {verb} in {self.folder}: {done.stderr}"
        return done.stdout.strip()

    def start(self) -> Server:
        self._verb("start")
        return self

    def stop(self) -> None:
        """Ends the server and takes its data away."""
        self._verb("stop")

    def kill(self) -> None:
        """SIGKILL to the postmaster."""
        self._verb("kill")

    def restart(self) -> None:
        """The same data on the same port, after kill() too."""
        self._verb("restart")

    @property
    def url(self) -> str:
        """An ordinary role, owner of its database."""
        return (self.folder / "url").read_text().strip()

    @property
    def admin_url(self) -> str:
        return (self.folder / "admin_url").read_text().strip()

    @property
    def port(self) -> int:
        return urlsplit(self.url).port

    def sql(self, statement: str) -> str:
        return sql(self.url, statement)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()


def shared_server(kind: str) -> Server:
    """The one that ctest started for the tests with SERVERS <kind>. Where it is left out this test is skipped."""
    folder = Path(os.environ[f"RLTRADER_TEST_{kind.upper()}"])
    left_out = folder / "left_out"
    if left_out.exists():
        print(left_out.read_text().strip())
        sys.exit(SKIPPED)
    return Server(kind, folder)


def with_port(url: str, port: int) -> str:
    """The URL by another port of loopback: a proxy's or a pooler's."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()


def with_database(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


class SqlError(AssertionError):
    """What psql said when a statement failed or the connection broke."""


def sql(url: str, statement: str, within: float = 30) -> str:
    """What psql prints: a line a row, columns divided by |. SqlError also when there is no answer in time."""
    parts = urlsplit(url)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PGPASSWORD": parts.password or "", "PGCONNECT_TIMEOUT": "10"}
    command = ["psql", "--no-psqlrc", "--quiet", "-At", "--set=ON_ERROR_STOP=1", "-h", parts.hostname, "-p", str(parts.port),
               "-U", parts.username, "-d", parts.path.lstrip("/"), "-c", statement]
    try:
        done = subprocess.run(command, env=environment, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=within)
    except subprocess.TimeoutExpired:
        raise SqlError(f"no answer within {within} s: {statement}") from None
    if done.returncode != 0:
        raise SqlError(done.stderr.strip())
    return done.stdout.strip()


class Pooler:
    """A PgBouncer in transaction mode, as hosted PostgreSQL puts before its servers."""

    def __init__(self, folder: Path, url: str):
        folder.mkdir(parents=True, exist_ok=True)
        parts = urlsplit(url)
        self.port = free_port()
        self.url = with_port(url, self.port)
        self.log = folder / "pgbouncer.log"
        (folder / "users.txt").write_text(f'"{parts.username}" "{parts.password}"\n')
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={parts.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {folder}/users.txt\n"
            f"pool_mode = transaction\nmax_client_conn = 50\ndefault_pool_size = 5\n")
        command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", str(folder / "pgbouncer.ini")]
        if os.geteuid() == 0:  # it refuses to run as root
            for path in (folder, folder / "users.txt", folder / "pgbouncer.ini"):
                shutil.chown(path, "postgres", "postgres")
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")
        try:
            wait_for(self._answers, within=15, why="PgBouncer does not listen")
        except AssertionError:
            self.stop()
            raise AssertionError(f"PgBouncer did not start:\n{self.log.read_text()}") from None

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"PgBouncer ended with {self.process.returncode}"
        return "process up" in self.log.read_text()

    def stop(self) -> None:
        """At once, whatever its clients are doing."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def __enter__(self) -> Pooler:
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def pgbouncer_in(folder: Path, url: str) -> Pooler:
    """Starts one before the server of the URL; the user postgres must reach the folder if root calls."""
    return Pooler(folder, url)


def wait_until_it_answers(url: str, within: float = 30) -> float:
    """Seconds until a connection was possible."""
    began = time.monotonic()

    def answers() -> bool:
        try:
            return sql(url, "select 1", within=5) == "1"
        except SqlError:
            return False

    wait_for(answers, within=within, why=f"port {urlsplit(url).port} does not answer")
    return time.monotonic() - began
