#!/usr/bin/env python3
"""Kills a trading demo with SIGKILL at random moments and compares our store with the venue's own books after each start.

The venue's journal is durable apart from our store, so it is the witness. Checked: no order at the venue without a durable
intent (I2), one order a slot (I1), each of the venue's fills booked exactly once (I7), positions equal (I6), no order left
open (I22), the audit chain whole (I14), market time never back. Where the store is, the settings say; the test is the same.

Usage: kill_test.py [--store sqlite|postgres|timescale] [ROUNDS] [SEED], with RLTRADER_TEST_POSTGRES as ctest sets it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from daemon import Daemon, SqliteStore, check_audit, scaled, venue_rows
from postgres_store import PostgresStore
from servers import shared_server

OPEN = "state IN ('intent','sent','accepted','partial','unknown')"


def compare(daemon: Daemon, round: int) -> str:
    """The store against the venue's own books and journal; says how much was compared."""
    data, store = daemon.data, daemon.store
    ours = {row[0]: row for row in store.rows(f'SELECT "client_order_id","state",{store.amount("filled_quantity")},'
                                              f'{store.amount("intent_content_quantity")} FROM "trade_executions"')}
    theirs = venue_rows(data, "orders")
    names = [o["client_order_id"] for o in theirs]
    assert len(names) == len(set(names)), f"round {round}: the venue holds two orders of one name"
    missing = [n for n in names if n not in ours]
    assert not missing, f"round {round}: orders at the venue without an intent in our store: {missing}"
    for o in theirs:
        name = o["client_order_id"]
        assert ours[name][2] == scaled(o["filled_quantity"]), f"round {round}: {name} filled {o['filled_quantity']} at the venue, {ours[name][2]} here"
        assert ours[name][2] <= ours[name][3], f"round {round}: {name} is filled beyond its quantity"

    our_fills = store.rows(f'SELECT "pair","id",{store.amount("quantity")} FROM "fills"')
    their_fills = {(f["pair"], f["id"]): scaled(f["quantity"]) for f in (row["fill"] for row in venue_rows(data, "fills"))}
    booked = {(pair, name): amount for pair, name, amount in our_fills}
    assert len(booked) == len(our_fills), f"round {round}: a fill is booked twice"
    assert booked == their_fills, f"round {round}: fills differ: ours only {booked.keys() - their_fills.keys()}, the venue's only {their_fills.keys() - booked.keys()}"

    held = {(pair, side): amount for pair, side, amount in store.rows(f'SELECT "pair","position_side",{store.amount("held")} FROM "positions"') if amount}
    venue = {(p["pair"], p["position_side"]): scaled(p["held"]) for p in venue_rows(data, "positions") if scaled(p["held"])}
    assert held == venue, f"round {round}: positions differ: ours {held}, the venue's {venue}"
    events = check_audit(store)
    return f"{len(theirs)} orders, {len(their_fills)} fills, {len(held)} positions, {events} audit events"


def quiet(daemon: Daemon, within: float = 30) -> None:
    """Waits until no order of ours is open: halts, so that nothing new begins."""
    status, _, answer = daemon.call("POST", "/ops/trading/halt", {"reason": "the books are compared"})
    assert status == 200, answer
    end = time.monotonic() + within
    while time.monotonic() < end:
        open_orders = daemon.store.rows(f"SELECT client_order_id,state,status_reason FROM trade_executions WHERE {OPEN}")
        if not open_orders:
            return
        time.sleep(0.1)
    raise AssertionError(f"{len(open_orders)} orders are still open: {open_orders}")


def wait_for_order(daemon: Daemon, within: float) -> None:
    """Until an order more than now is in our store: then its request is on its way."""
    def count() -> int:
        try:
            return daemon.store.rows("SELECT count(*) FROM trade_executions")[0][0]
        except Exception:  # the store is being made
            return 0
    before = count()
    end = time.monotonic() + within
    while time.monotonic() < end and count() == before:
        time.sleep(0.001)


def store_of(kind: str, data: Path):
    """Ops state and market data both, in a schema of their own."""
    if kind == "sqlite":
        return SqliteStore(data)
    server = shared_server(kind)
    return PostgresStore(server.url, "kill_test").emptied()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--store", choices=("sqlite", "postgres", "timescale"), default="sqlite")
    arguments.add_argument("rounds", nargs="?", type=int, default=20)
    arguments.add_argument("seed", nargs="?", type=int, default=1)
    given = arguments.parse_args()
    rounds, chance = given.rounds, random.Random(given.seed)
    print(f"{rounds} kills on {given.store}, seed {given.seed}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        store = store_of(given.store, data)
        flags = ("--time-scale=600", "--demo-history-days=5")
        reached = 0
        for round in range(1, rounds + 1):
            daemon = Daemon(data, *flags, store=store)
            daemon.wait_listening()
            # Every other kill falls while an order is under way, the others anywhere.
            if round % 2:
                wait_for_order(daemon, 4.0)
                time.sleep(chance.uniform(0.0, 0.01))
            else:
                time.sleep(chance.uniform(0.05, 3.0))
            daemon.kill()

            daemon = Daemon(data, *flags, store=store)
            daemon.wait_ready(30)
            quiet(daemon)
            what = compare(daemon, round)
            bars = store.rows(f"SELECT max({store.moment('decided_at')}) FROM trade_decisions")[0][0] or 0
            assert bars >= reached, f"round {round}: market time went back"
            reached = bars
            status, _, answer = daemon.call("POST", "/ops/trading/resume", {"reason": "the books agree"})
            assert status == 200, answer
            time.sleep(chance.uniform(0.0, 0.5))
            daemon.kill()
            print(f"kill {round}: {what}", flush=True)
        daemon = Daemon(data, *flags, store=store)
        daemon.wait_ready(30)
        quiet(daemon)
        print("at the end: " + compare(daemon, rounds))
        assert daemon.stop() == 0
        orders = len(venue_rows(data, "orders"))
        assert orders > 0, "nothing was traded: the test shows nothing"
    print(f"{rounds} passed, 0 failed")


if __name__ == "__main__":
    try:
        main()
    finally:
        Daemon.kill_all()
