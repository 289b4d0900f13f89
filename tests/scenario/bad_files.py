"""Damaged files of a data folder: each is refused by name, nothing of it is touched, and the whole folder goes on afterwards."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bad_starts import QUICK, expect, start
from daemon import Daemon, check_audit, ops_rows, venue_rows, wait_for

APART = ("rltraderd.lock", "rltraderd.log")  # written by every start


def contents(folder: Path) -> dict[str, str]:
    """A hash of each file; a log in which nothing waits, and what SQLite's processes share in memory, are as good as none."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()
            if file.name not in APART and not file.name.endswith("-shm") and not (file.name.endswith("-wal") and file.stat().st_size == 0)}


def traded(folder: Path) -> Daemon:
    """A demo that has decided and traded."""
    d = Daemon(folder, "--policy=buy_and_hold", *QUICK)
    d.wait_ready()
    wait_for(lambda: len(d.get("/ops/positions")[2]["data"]) >= 3, why="no positions")
    return d


def overwrite(file: Path, where: float, what: bytes) -> None:
    with open(file, "r+b") as out:
        out.seek(int(file.stat().st_size * where))
        out.write(what)


def sql(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def foreign(file: Path) -> None:
    file.unlink()
    sql(file, "CREATE TABLE notes(text)")


HARMS = {
    "garbage": (lambda f: overwrite(f, 0, os.urandom(512)), ("file is not a database; restore a backup",)),
    "cut": (lambda f: os.truncate(f, f.stat().st_size // 2), ("malformed; restore a backup of the data folder",)),
    "newer": (lambda f: sql(f, "PRAGMA user_version=99"), ("is newer than this binary: its schema is 99, known is up to ", "run the binary that wrote it")),
    "foreign": (foreign, ("is not a file of this kind: its application id is 0",)),
    "empty": (lambda f: os.truncate(f, 0), ("is empty, but the folder has been used before", "restore a backup")),
}
MORE_HARMS = {
    "ops.db": {
        "missing": (lambda f: f.unlink(), ("is missing, but the folder has been used before", "restore a backup")),
        "holes": (lambda f: overwrite(f, 0.5, os.urandom(8192)), ("restore a backup of the data folder",)),
        "altered": (lambda f: sql(f, "CREATE TRIGGER mine AFTER INSERT ON fills BEGIN SELECT 1; END"),
                    ("was changed by something else",)),
    },
    "venue.db": {
        "missing": (lambda f: f.unlink(), ("is missing, but the folder has been used before",)),
        "holes": (lambda f: overwrite(f, 0.5, os.urandom(8192)), ("restore a backup of the data folder",)),
        "content": (lambda f: sql(f, "UPDATE books SET content='{' WHERE \"table\"='account'"), ("the venue's journal, account",)),
    },
    "market.json": {
        "garbage": (lambda f: f.write_text('{"seed"'), ("does not say where the market stands",)),
        "empty": (lambda f: os.truncate(f, 0), ("does not say where the market stands",)),
        "missing": (lambda f: f.unlink(), ("is missing, but the folder has been used before",)),
        "seed": (lambda f: f.write_text(f.read_text().replace('"seed":1', '"seed":2')), ("market has seed 2, asked for is 1",)),
    },
}


def damaged_files(folder: Path) -> str:
    folder.mkdir()
    data, spare = folder / "demo", folder / "spare"
    d = traded(data)
    assert d.stop() == 0
    shutil.copytree(data, spare)
    past = record(data)
    harmed = 0
    for name in ("ops.db", "market.db", "venue.db", "market.json"):
        for harm, (do, says) in {**(HARMS if name.endswith(".db") else {}), **MORE_HARMS.get(name, {})}.items():
            do(data / name)
            before = contents(data)
            said = start("--policy=buy_and_hold", data=data)
            expect(said, 1, *says, *([] if harm == "seed" else [str(data / name)]))
            after = contents(data)
            assert after == before, f"{name} {harm}: a refused start changed {[n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]}"
            shutil.copyfile(spare / name, data / name)
            harmed += 1
    assert contents(data) == contents(spare)
    goes_on(data, past)
    # The candles alone may be taken away: they can be had again.
    (data / "market.db").unlink()
    goes_on(data, past)
    return f"{harmed} damages refused by name, then {past.orders} orders went on"


@dataclass
class Record:
    decisions: int
    reached: int  # the newest decision's moment
    orders: int  # an intent that was not sent before the stop is one of ours and none of theirs
    theirs: int


def record(data: Path) -> Record:
    decisions, reached = ops_rows(data, "SELECT count(*), max(decided_at) FROM trade_decisions")[0]
    orders = ops_rows(data, "SELECT count(*) FROM trade_executions")[0][0]
    return Record(decisions, reached, orders, len(venue_rows(data, "orders")))


def goes_on(data: Path, past: Record) -> None:
    """A good start has all that was recorded, and adds to it."""
    d = Daemon(data, "--policy=buy_and_hold", *QUICK)
    d.wait_ready()
    wait_for(lambda: record(data).decisions > past.decisions, why="nothing was decided")
    assert d.stop() == 0
    now = record(data)
    assert now.orders >= past.orders and now.theirs >= past.theirs, f"{past}, then {now}"
    late = ops_rows(data, f"SELECT count(*) FROM trade_decisions WHERE decided_at>{past.reached}")[0][0]
    assert late == now.decisions - past.decisions, "market time went back"
    check_audit(data / "ops.db")


def damaged_log(folder: Path) -> str:
    """After a kill much of the record is in the log beside the file: a start that refuses the file leaves both as they are."""
    folder.mkdir()
    d = traded(folder / "demo")
    ops = d.data / "ops.db"
    wait_for(lambda: ops.stat().st_size > 400_000, why="SQLite has not moved its log into the file")
    past = record(d.data)
    wait_for(lambda: record(d.data).decisions > past.decisions + 16)
    d.kill()
    past = record(d.data)
    shutil.copytree(d.data, folder / "spare")
    assert (d.data / "ops.db-wal").stat().st_size > 100_000, "nothing waits in the log: the test shows nothing"
    os.truncate(ops, ops.stat().st_size // 8192 * 4096)
    before = contents(d.data)
    expect(start(data=d.data), 1, str(ops), "restore a backup")
    assert contents(d.data) == before, "a refused file was written to"
    shutil.rmtree(d.data)
    shutil.copytree(folder / "spare", d.data)
    goes_on(d.data, past)
    # A first start that was killed before it had made its files is no folder that was used before.
    (folder / "begun").mkdir()
    (folder / "begun" / "ops.db").touch()
    d = Daemon(folder / "begun", *QUICK)
    d.wait_ready()
    assert d.stop() == 0
    return "a file that is cut beside its log, a start that was cut short"
