#!/usr/bin/env python3
"""Backs up desks that run, on SQLite files and on a PostgreSQL, restores them elsewhere, compares, and goes on trading there.

Usage: store_backup_test.py, with RLTRADER_TEST_POSTGRES as ctest sets it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from urllib.parse import urlsplit

from daemon import Daemon, check_audit, ops_rows, venue_rows
from servers import Server, shared_server, sql, with_database
from store_commands_test import ERROR, REFUSED, USAGE, Store, rows_of, run_demo, same

MOMENTS = 5
# What is raised when the store and the venue's books do not belong together.
TORN = {"foreign_fill", "fill_refused", "order_contradiction", "order_unknown", "ledger_conflict", "slot_conflict", "second_daemon",
        "position_mismatch", "pair_quarantined"}


def copied_for_reading(backup: Path, to: Path) -> Store:
    """A reader leaves its traces beside a database, so that none reads in the backup itself."""
    shutil.copytree(backup, to)
    return Store(to)


def check_one_moment(backup: Path, home: Path) -> None:
    """Whatever the venue has, the store has asked for; whatever the store has as filled, the venue has filled."""
    look = copied_for_reading(backup, home / f"look-{backup.name}").folder
    ours = {order for (order,) in ops_rows(look, "select client_order_id from trade_executions")}
    theirs = {row["client_order_id"] for row in venue_rows(look, "orders")}
    assert theirs, "the venue must have orders"
    assert theirs <= ours, f"the venue's books are newer than the store: {theirs - ours}"
    fills = {fill for (fill,) in ops_rows(look, "select id from fills")}
    booked = {row["fill"]["id"] for row in venue_rows(look, "fills")}
    assert fills <= booked, f"the store is newer than the venue's books: {fills - booked}"
    check_audit(look / "ops.db")


def check_manifest(backup: Path, *names: str) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    listed = {entry["file"] for entry in manifest["files"]}
    assert listed >= set(names), f"{names} must be in {listed}"
    assert listed | {"manifest.json"} == {str(p.relative_to(backup)) for p in backup.rglob("*") if p.is_file()}


def check_files(home: Path) -> None:
    desk = Store(home / "desk")
    daemon = run_demo(desk, 3)
    artifact = desk.folder / "artifacts" / "ab" / "model.bin"
    artifact.parent.mkdir(parents=True, exist_ok=True)
    artifact.write_bytes(os.urandom(300_000))
    for n in range(MOMENTS):
        desk.run("backup", f"--path={home / f'moment-{n}'}", says="as of")
        check_one_moment(home / f"moment-{n}", home)
    backup = home / "moment-0"
    check_manifest(backup, "ops.db", "market.db", "venue.db", "market.json", "artifacts/ab/model.bin")
    desk.run("backup", f"--path={backup}", expect=REFUSED, says="is not empty")
    desk.run("backup", expect=USAGE, says="--path")
    desk.run("restore", f"--path={backup}", expect=REFUSED, says="process")
    assert daemon.stop() == 0
    desk.run("restore", f"--path={backup}", expect=REFUSED, says="ops.db is there already")
    Store(home / "nowhere").run("backup", f"--path={home / 'none'}", expect=ERROR, says="ops.db is not there")

    restored = Store(home / "restored")
    out = restored.run("restore", f"--path={backup}", says="the audit chain there is whole")
    first = copied_for_reading(backup, home / "as-it-was").export(home / "first")
    same(first, restored.export(home / "second"))
    assert f"{len(rows_of(first['ops_audit_events']))} links" in out.replace(",", ""), out
    assert (restored.folder / "artifacts" / "ab" / "model.bin").read_bytes() == artifact.read_bytes()
    assert sorted(venue_rows(restored.folder, "orders"), key=str) == sorted(venue_rows(home / "as-it-was", "orders"), key=str)
    check_goes_on(restored, len(rows_of(first["trade_executions"])))
    check_damage(backup, home)


def check_goes_on(store: Store, orders: int) -> None:
    daemon = run_demo(store, orders + 1)
    alerts = daemon.get("/ops/alerts")[2]
    torn = [a for a in alerts if a["category"] in TORN]
    assert not torn, f"store and venue were not of one moment: {torn}"
    assert daemon.stop() == 0


def check_damage(backup: Path, home: Path) -> None:
    for name in ("ops.db", "venue.db", "artifacts/ab/model.bin"):
        bad = home / "damaged"
        shutil.copytree(backup, bad)
        content = bytearray((bad / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bad / name).write_bytes(content)
        target = Store(home / "untouched")
        target.run("restore", f"--path={bad}", expect=ERROR, says=f"{name} is damaged")
        assert {p.name for p in target.folder.iterdir()} <= {"rltraderd.lock"}, "nothing of a damaged backup may be used"
        shutil.rmtree(bad)
    shutil.copytree(backup, bad)
    (bad / "venue.db").unlink()
    target.run("restore", f"--path={bad}", expect=ERROR, says="venue.db is not there")
    text = (bad / "manifest.json").read_text()
    (bad / "manifest.json").write_text(text.replace("artifacts/ab/model.bin", "artifacts/../escape"))
    target.run("restore", f"--path={bad}", expect=ERROR, says="must be a file of a backup")
    (bad / "manifest.json").unlink()
    target.run("restore", f"--path={bad}", expect=ERROR, says="no backup")


def watched_tools(home: Path) -> tuple[Path, Path]:
    """A folder for PATH whose pg_dump and pg_restore write down their arguments before they do their work."""
    folder, seen = home / "tools", home / "arguments"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        tool = folder / name
        tool.write_text(f'#!/bin/sh\ntr "\\0" " " </proc/$$/cmdline >>{seen}\nexec {shutil.which(name)} "$@"\n')
        tool.chmod(0o755)
    return folder, seen


def check_server(server: Server, home: Path, schema: str, database: str) -> None:
    password = urlsplit(server.url).password
    tools, seen = watched_tools(home)
    path = {"PATH": f"{tools}:{os.environ['PATH']}"}
    desk = Store(home / "served", server, schema)
    daemon = run_demo(desk, 2)
    desk.run("backup", f"--path={home / 'served-running'}", environment=path, says="as of")
    assert daemon.stop() == 0
    first = desk.export(home / "served-first")
    backup = home / "served-backup"
    said = desk.run("backup", f"--path={backup}", environment=path, says="as of")
    check_manifest(backup, "postgres.dump", "venue.db", "market.json")
    assert (backup / "postgres.dump").stat().st_mode & 0o077 == 0, "only its owner may read the dump"
    check_refused_tools(desk, home)
    Store(home / "elsewhere", server, schema).run("restore", f"--path={backup}", expect=REFUSED, says="is not empty")
    Store(home / "in-files").run("restore", f"--path={backup}", expect=REFUSED, says="TIMESCALE_RL_OPS_ENABLED")

    sql(server.admin_url, f"create database {database} owner {urlsplit(server.url).username}")
    for n, taken in enumerate((backup, home / "served-running")):
        target = Store(home / f"served-{n}", server, schema)
        target.environment["TIMESCALE_URL"] = with_database(server.url, database)
        if n == 1:  # a schema that is there and empty is as good as none
            sql(target.environment["TIMESCALE_URL"], f"drop schema {schema} cascade; create schema {schema}")
        said += target.run("restore", f"--path={taken}", environment=path, says="the audit chain there is whole")
        restored = target.export(home / f"served-export-{n}")
        if taken == backup:
            same(first, restored)
        check_goes_on(target, len(rows_of(restored["trade_executions"])))
        target.run("restore", f"--path={taken}", expect=REFUSED, says="is there already")
    arguments = seen.read_text()
    assert "pg_dump" in arguments and "pg_restore" in arguments and "dbname=" in arguments
    assert password not in arguments, "a password was among the arguments"
    assert password not in said, "a password was printed"


def check_refused_tools(desk: Store, home: Path) -> None:
    """What pg_dump says is told, with what to do."""
    folder = home / "other-tools"
    folder.mkdir()
    tool = folder / "pg_dump"
    tool.write_text("#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n")
    tool.chmod(0o755)
    desk.run("backup", f"--path={home / 'mismatch'}", expect=ERROR, says="postgresql-client",
             environment={"PATH": f"{folder}:{os.environ['PATH']}"})
    assert not (home / "mismatch" / "manifest.json").exists()
    desk.run("backup", f"--path={home / 'without'}", expect=ERROR, says="pg_dump is not installed", environment={"PATH": str(home)})
    desk.run("restore", f"--path={home / 'mismatch'}", expect=ERROR, says="not finished")


def main() -> int:
    server = shared_server("postgres")
    schema, database = f"store_backup_{os.getpid()}", f"store_backup_{os.getpid()}"
    home = Path(tempfile.mkdtemp(prefix="store_backup."))
    try:
        check_files(home)
        check_server(server, home, schema, database)
    except Exception:
        traceback.print_exc()
        print("kept:", home)
        return 1
    finally:
        Daemon.kill_all()
        server.sql(f"drop schema if exists {schema} cascade")
        sql(server.admin_url, f"drop database if exists {database} with (force)")
    shutil.rmtree(home)
    print("store backup: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
