"""Starts and asks a real rltraderd: what the scenario tests share."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(os.environ.get("RLTRADER_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BINARIES = Path(os.environ.get("RLTRADER_BIN_DIR", SOURCE / "build" / "dev" / "bin"))


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def clean_environment(changes: dict[str, str] | None = None) -> dict[str, str]:
    """Without settings of whoever runs the tests."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("RLTRADER_", "RL_", "API_", "TIMESCALE_"))}
    env["DISABLE_TEST_DATA_IN_DB"] = "false"  # the folder is a test's own
    env.update(changes or {})
    return env


def run_to_end(*command: object, environment: dict[str, str] | None = None, folder: Path | None = None, within: float = 30,
               **how) -> tuple[int, str, str]:
    """Exit code, output and error output of a program of this build that ends by itself."""
    done = subprocess.run([str(BINARIES / str(command[0])), *map(str, command[1:])], env=clean_environment(environment), cwd=folder,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=within, **how)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def wait_for(what, within: float = 40, why: str = ""):
    """Asks again and again until the answer is something."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain{': ' if why else ''}{why}")


class Daemon:
    """One demo in a data folder; kill() is SIGKILL, stop() is Ctrl-C."""

    started: list[Daemon] = []

    def __init__(self, data: Path, *flags: str, port: int | None = None, environment: dict[str, str] | None = None, store=None):
        self.data = data
        self.store = store or SqliteStore(data)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = open(self.printed(), "ab")
        self.process = subprocess.Popen(
            [str(BINARIES / "rltraderd"), "demo", f"--port={self.port}", f"--data-dir={data}", *flags],
            stdout=self.output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=clean_environment(self.store.environment | (environment or {})))
        Daemon.started.append(self)

    @classmethod
    def kill_all(cls) -> None:
        """What a test that has failed left behind."""
        for daemon in cls.started:
            if daemon.process.poll() is None:
                daemon.kill()

    def printed(self) -> Path:
        return self.data.parent / f"{self.data.name}.out"

    def text(self) -> str:
        return self.printed().read_text(errors="replace")

    def log(self) -> str:
        return (self.data / "rltraderd.log").read_text(errors="replace")

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, raw: bytes | None = None,
             timeout: float = 10) -> tuple[int, dict[str, str], object]:
        data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, head, text = answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            status, head, text = error.code, dict(error.headers), error.read()
        try:
            return status, head, json.loads(text) if text else None
        except ValueError:
            return status, head, text.decode(errors="replace")

    def get(self, path: str):
        return self.call("GET", path)

    def wait_ready(self, within: float = 60) -> float:
        began = time.monotonic()
        while time.monotonic() - began < within:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.text()[-3000:]}")
            try:
                if self.get("/health/ready")[0] == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready within {within} s: {self.get('/health/ready')}\n{self.text()[-3000:]}")

    def wait_listening(self, within: float = 60) -> None:
        began = time.monotonic()
        while time.monotonic() - began < within:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.text()[-3000:]}")
            try:
                self.get("/health/live")
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"nothing listens within {within} s:\n{self.text()[-3000:]}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.output.close()

    def stop(self, within: float = 15) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"not stopped within {within} s:\n{self.text()[-3000:]}") from None
        self.output.close()
        return code


def part(text: object) -> bytes:
    data = str(text).encode()
    return str(len(data)).encode() + b":" + data


def check_chain(rows: list[tuple]) -> int:
    """Walks the audit chain apart from all C++: sequence without gaps, each hash over the one before and the content."""
    before = ""
    for expected, (sequence, digest, previous, actor, action, kind, resource, metadata, created) in enumerate(rows, 1):
        assert sequence == expected, f"audit sequence {expected} is missing, found {sequence}"
        assert previous == before, f"audit event {sequence} does not follow the one before it"
        sum = hashlib.sha256(part(sequence) + part(previous) + part(actor) + part(action) + part(kind) + part(resource))
        details = json.loads(metadata) if isinstance(metadata, str) else metadata
        sum.update(part(len(details)))
        for name in sorted(details, key=lambda text: text.encode()):
            sum.update(part(name) + part(details[name]))
        sum.update(part(created))
        assert digest == sum.hexdigest(), f"audit event {sequence} is not what was written"
        before = digest
    return len(rows)


class SqliteStore:
    """The ops state of a daemon as a test reads it, beside the daemon. PostgresStore is the other kind."""
    environment: dict[str, str] = {}

    def __init__(self, data: Path):
        self.data = data

    def rows(self, sql: str) -> list[tuple]:
        return ops_rows(self.data, sql)

    @staticmethod
    def amount(column: str) -> str:
        """A column as an integer of 1/100,000,000."""
        return f'"{column}"'

    @staticmethod
    def moment(column: str) -> str:
        """A column as milliseconds since 1970."""
        return f'"{column}"'


def check_audit(where) -> int:
    """The length of the chain in a store, or in the folder of an ops.db; it must be whole."""
    store = SqliteStore(where.parent) if isinstance(where, Path) else where
    return check_chain(store.rows(
        'SELECT "sequence","hash","previous_hash","actor","action","resource_type","resource_id","metadata",'
        f'{store.moment("created_at")} FROM "ops_audit_events" ORDER BY "sequence"'))


def venue_rows(data: Path, table: str) -> list[dict]:
    rows = sqlite3.connect(f"file:{data / 'venue.db'}?mode=ro", uri=True).execute(
        'SELECT "content" FROM "books" WHERE "table"=?', (table,)).fetchall()
    return [json.loads(content) for (content,) in rows]


def ops_rows(data: Path, sql: str) -> list[tuple]:
    return sqlite3.connect(f"file:{data / 'ops.db'}?mode=ro", uri=True).execute(sql).fetchall()


def scaled(text: str) -> int:
    """A decimal text as the store keeps it: times 100,000,000."""
    sign = -1 if text.startswith("-") else 1
    whole, _, places = text.lstrip("+-").partition(".")
    return sign * (int(whole) * 100_000_000 + int((places + "00000000")[:8]))
