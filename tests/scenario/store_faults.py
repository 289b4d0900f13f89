"""What tests of a daemon on a failing PostgreSQL share: a desk that trades fast, witnesses of what was acknowledged, and the books at the end."""

from __future__ import annotations

import itertools
import json
import threading
import time
from pathlib import Path

from daemon import Daemon, venue_rows, wait_for
from kill_test import compare, quiet
from postgres_store import PostgresStore

FLAGS = ("--demo-history-days=1", "--time-scale=600")


def begin(folder: Path, store: PostgresStore) -> Daemon:
    folder.mkdir(parents=True, exist_ok=True)
    d = Daemon(folder / "demo", *FLAGS, store=store)
    d.wait_ready()
    wait_for(lambda: fills(d) >= 2, why="nothing is traded")
    return d


def fills(d: Daemon) -> int:
    return d.store.rows("SELECT count(*) FROM fills")[0][0]


def at_venue(d: Daemon) -> int:
    return len(venue_rows(d.data, "orders"))


def reached(d: Daemon) -> int:
    return d.store.rows(f"SELECT max({d.store.moment('decided_at')}) FROM trade_decisions")[0][0] or 0


def said_of_store(d: Daemon, check: str = "store") -> str | None:
    """What /health/ready says is wrong with the store; nothing while all is well."""
    try:
        status, _, said = d.get("/health/ready")
    except OSError:
        return None
    if status != 503:
        return None
    return next((r["problem"] for r in said["reasons"] if r["check"] == check), None)


def alert(d: Daemon, category: str) -> bool:
    """Whether it is in the list; a list that cannot be read has nothing in it."""
    status, _, rows = d.get("/ops/alerts")
    return status == 200 and any(a["category"] == category for a in rows)


class Notes:
    """An operator who halts a pair and resumes it all the time; each answer of "done, and durable" must be in the audit chain for ever."""

    def __init__(self, d: Daemon, pair: str = "XRP-USDT"):
        self.daemon = d
        self.pair = pair
        self.acknowledged: list[str] = []
        self.refused = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for n in itertools.count():
            if self._ends.wait(0.05):
                return
            reason = f"note {n} of {id(self)}"
            verb = ("halt", "resume")[n % 2]
            try:
                status, _, said = self.daemon.call("POST", f"/ops/trading/{verb}", {"reason": reason, "pairs": [self.pair]})
            except OSError:
                continue
            if status == 200 and said.get("durable", True):
                self.acknowledged.append(reason)
            else:
                self.refused += 1

    def end(self) -> None:
        self._ends.set()
        self._thread.join(15)

    def all_kept(self) -> str:
        """After end() and with the server back."""
        kept = json.dumps(self.daemon.store.rows("SELECT metadata FROM ops_audit_events"))
        lost = [reason for reason in self.acknowledged if f"{reason} (" not in kept]
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} acknowledged changes are not in the audit chain: {lost[:5]}"
        assert self.acknowledged, "no change was acknowledged: the test shows nothing"
        return f"{len(self.acknowledged)} changes kept, {self.refused} refused"


class Kept:
    """Rows that were there before a fault; each must be there after it, a fill once and unchanged."""

    def __init__(self, d: Daemon):
        self.daemon = d
        self.before = self._read()

    def _read(self) -> dict[str, set]:
        ask = self.daemon.store.rows
        return {"orders": set(ask("SELECT client_order_id, fingerprint FROM trade_executions")),
                "fills": set(ask('SELECT pair, id, client_order_id, price::text AS price, quantity::text AS quantity FROM fills')),
                "audit": set(ask("SELECT sequence, hash FROM ops_audit_events")),
                "decisions": set(ask("SELECT id FROM trade_decisions"))}

    def check(self) -> None:
        now = self._read()
        for what, rows in self.before.items():
            assert rows, f"no {what} before the fault: the test shows nothing"
            lost = rows - now[what]
            assert not lost, f"{len(lost)} {what} of before the fault are gone: {list(lost)[:3]}"


def goes_on(d: Daemon, within: float = 30) -> None:
    """Ready by itself, and deciding anew."""
    d.wait_ready(within)
    before = reached(d)
    wait_for(lambda: reached(d) > before + 3 * 60_000, 20, "nothing is decided anew")


def books_agree(d: Daemon, kept: Kept, notes: Notes | None = None) -> str:
    """Halts, compares everything and stops the daemon."""
    noted = ""
    if notes:
        notes.end()
        noted = ", " + notes.all_kept()
    quiet(d)
    kept.check()
    what = compare(d, 1)
    assert d.stop() == 0, d.text()[-2000:]
    d.store.close()
    return what + noted


def fails_closed(d: Daemon, seconds: float) -> None:
    """While the store is known to be lost no order leaves."""
    before = at_venue(d)
    time.sleep(seconds)
    assert at_venue(d) == before, f"{at_venue(d) - before} orders reached the venue while the store was lost"
    assert d.process.poll() is None and d.get("/health/live")[0] == 200
