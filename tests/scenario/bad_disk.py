"""A full disk: a tiny file system under the data folder. Needs the right to mount."""

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path

from bad_starts import QUICK, expect, start
from daemon import Daemon, check_audit, ops_rows, venue_rows, wait_for
from kill_test import compare, quiet

FULL = "database or disk is full; make room on the disk"


@contextlib.contextmanager
def small_disk(where: Path, size: str):
    """Yields whether there is one."""
    where.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)], capture_output=True)
    if done.returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def fill(disk: Path) -> None:
    """Takes what is left, to the last page."""
    with open(disk / "ballast", "ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 4096)


def tiny_disk(folder: Path) -> str:
    """Too small to begin on: refused with the reason; with more room the same folder works."""
    sizes = ("4k", "32k", "200k", "400k")
    for size in sizes:
        with small_disk(folder / size, size) as there:
            if not there:
                return "NOT tried: no right to mount"
            expect(start(data=folder / size / "demo"), 1, str(folder / size / "demo"), "make room on the disk")
            if size != "200k":
                continue
            subprocess.run(["mount", "-o", "remount,size=64m", str(folder / size)], check=True)
            d = Daemon(folder / size / "demo", *QUICK)
            d.wait_ready()
            assert d.stop() == 0
    return f"refused on {', '.join(sizes)}"


def orders(data: Path) -> int:
    return ops_rows(data, "SELECT count(*) FROM trade_executions")[0][0]


def full_disk(folder: Path) -> str:
    with small_disk(folder / "demo", "48m") as there:
        if not there:
            return "NOT tried: no right to mount"
        return while_it_trades(folder / "demo")


def while_it_trades(data: Path) -> str:
    flags = ("--demo-history-days=1", "--time-scale=300")
    d = Daemon(data, *flags)
    try:
        d.wait_ready()
        wait_for(lambda: orders(data) >= 2, why="nothing is traded")
        fill(data)

        def not_ready():
            fill(data)  # a checkpoint of SQLite's may have made a little room
            status, _, said = d.get("/health/ready")
            return said["reasons"] if status == 503 else None
        reasons = wait_for(not_ready, 20, "the full disk is not said on /health/ready")
        assert any(r["check"] == "store" and FULL in r["problem"] and str(data / "ops.db") in r["problem"] for r in reasons), reasons
        held, at_venue = orders(data), len(venue_rows(data, "orders"))
        # The log has no room either, sooner or later; then its lines go to the error output.
        wait_for(lambda: "not_kept" in d.log() + d.text(), 20, "nobody says that something was not kept")

        status, _, halted = d.call("POST", "/ops/trading/halt", {"reason": "the disk is full"})
        assert status == 200 and halted["state"]["status"] == "halted" and halted["durable"] is False, halted
        status, _, refused = d.call("POST", "/ops/trading/resume", {"reason": "too early"})
        assert status == 503 and refused["code"] == "store_failed", refused
        assert (data / "HALTED").exists(), "the halt would not outlive the process"
        time.sleep(1.5)
        assert orders(data) == held and len(venue_rows(data, "orders")) == at_venue, "an order without a durable intent"
        assert d.process.poll() is None and d.get("/health/live")[0] == 200

        # A kill while the disk is full: the halt holds, and market time does not go back, though nothing could be made anew.
        reached = ops_rows(data, "SELECT max(decided_at) FROM trade_decisions")[0][0]
        d.kill()
        (data / "ballast").unlink()
        d = Daemon(data, *flags)
        d.wait_listening()
        wait_for(lambda: any(r["check"] == "breaker" for r in d.get("/health/ready")[2]["reasons"]), 10, "the halt is forgotten")
        assert d.call("POST", "/ops/trading/resume", {"reason": "there is room"})[0] == 200
        wait_for(lambda: ops_rows(data, f"SELECT count(*) FROM trade_decisions WHERE decided_at>{reached}")[0][0] >= 8, why="nothing is decided anew")

        # Once more, without a kill: it goes on by itself as soon as there is room.
        fill(data)
        wait_for(not_ready, 20, "the full disk is not said on /health/ready")
        before = ops_rows(data, "SELECT max(decided_at) FROM trade_decisions")[0][0]
        status, _, halted = d.call("POST", "/ops/trading/halt", {"reason": "while the disk is full", "pairs": ["BTC-USDT"]})
        assert status == 200 and halted["durable"] is False, halted
        time.sleep(1.0)
        (data / "ballast").unlink()
        d.wait_ready(20)
        wait_for(lambda: ops_rows(data, f"SELECT count(*) FROM trade_decisions WHERE decided_at>{before}")[0][0] >= 8, why="nothing is decided anew")
        # What was said meanwhile is kept now: the alert, and the halt of a pair, which must not need a second word.
        wait_for(lambda: any(a["category"] == "breaker_halted" and a["metadata"].get("pair") == "BTC-USDT" for a in d.get("/ops/alerts")[2]), 10,
                 "an alert of the full disk is not kept when there is room")
        wait_for(lambda: ops_rows(data, "SELECT 1 FROM account_risk_state WHERE scope='BTC-USDT' AND level='halted'"), 10, "a halt of the full disk is not kept")
        assert d.call("POST", "/ops/trading/resume", {"reason": "there is room", "pairs": ["BTC-USDT"]})[0] == 200
        quiet(d)
        what = compare(d, 1)
        assert d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.kill()
    check_audit(data / "ops.db")
    return f"two full disks and a kill, then {what}"
