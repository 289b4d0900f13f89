#!/usr/bin/env python3
"""Tries the commands that open a store themselves, over the real binaries: SQLite files and a PostgreSQL, with and without a daemon.

Usage: store_commands_test.py, with RLTRADER_TEST_POSTGRES as ctest sets it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import traceback
from pathlib import Path

from daemon import Daemon, check_audit, ops_rows, run_to_end, wait_for
from servers import Server, shared_server

DONE, ERROR, USAGE, REFUSED = 0, 1, 2, 6
FLAGS = ("--demo-history-days=2", "--time-scale=600")


class Store:
    """A place where the commands work: a folder, and a schema of a server where one is given."""

    def __init__(self, folder: Path, server: Server | None = None, schema: str = ""):
        self.folder = folder
        self.environment = {} if server is None else {
            "TIMESCALE_URL": server.url, "TIMESCALE_SCHEMA": schema, "TIMESCALE_RL_OPS_ENABLED": "true",
            "TIMESCALE_MARKET_DATA_ENABLED": "true"}

    def run(self, *words: object, expect: int = DONE, says: str = "", environment: dict[str, str] | None = None) -> str:
        code, out, err = run_to_end("rltraderctl", *words, f"--data-dir={self.folder}", within=120,
                                    environment={**self.environment, **(environment or {})})
        assert code == expect, f"{' '.join(map(str, words))}: ended with {code}, expected {expect}:\n{out}\n{err}"
        assert says in out + err, f"{' '.join(map(str, words))}: does not say {says!r}:\n{out}\n{err}"
        return out

    def export(self, to: Path, *options: str) -> dict[str, bytes]:
        """The files of an export by table, each held against the manifest."""
        self.run("export", f"--path={to}", *options)
        manifest = json.loads((to / "manifest.json").read_text())
        files = {}
        for entry in manifest["tables"]:
            content = (to / entry["file"]).read_bytes()
            assert len(content) == entry["bytes"] and content.count(b"\n") == entry["rows"], entry
            assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry
            files[entry["table"]] = content
        assert set(os.listdir(to)) == {f"{name}.jsonl" for name in files} | {"manifest.json"}
        return files


def rows_of(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.splitlines()]


def check_deploy(home: Path) -> Store:
    store = Store(home / "desk")
    store.run("deploy", "--dry-run", says='CREATE TABLE "trade_decisions"')
    assert not store.folder.exists(), "a dry run must change nothing"
    store.run("export", f"--path={home / 'none'}", expect=ERROR, says="rltraderctl deploy")
    store.run("deploy", says="first tables")
    store.run("deploy", "--dry-run", says="nothing to do")
    return store


def check_while_running(store: Store, home: Path, holder: str) -> None:
    """A daemon runs on the store: reading is welcome, changing is refused by the daemon's name."""
    files = store.export(home / f"running-{holder}")
    orders = {row["client_order_id"] for row in rows_of(files["trade_executions"])}
    assert orders, "the demo must have traded"
    for name in ("fills", "trade_state_events"):
        for row in rows_of(files[name]):
            assert row["client_order_id"] in orders, f"{name} is of a later moment than the orders"
    numbers = [row["sequence"] for row in rows_of(files["ops_audit_events"])]
    assert numbers == list(range(1, len(numbers) + 1))
    ideas = home / "ideas.jsonl"
    ideas.write_text("")
    store.run("import", ideas, "--table=ideas", expect=REFUSED, says=holder)
    store.run("purge", "--source=sim", expect=REFUSED, says=holder)
    store.run("deploy", expect=REFUSED, says=holder)
    store.run("purge", "--source=sim", "--dry-run", says="trade_executions")


def run_demo(store: Store, orders: int) -> Daemon:
    daemon = Daemon(store.folder, *FLAGS, environment=store.environment)
    daemon.wait_ready()
    wait_for(lambda: daemon.get("/ops/orders")[2].get("total", 0) >= orders, within=60, why="orders of the demo")
    return daemon


def same(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], f"{name} differs: {one[name][:300]!r} and {other[name][:300]!r}"


def check_copies(store: Store, server: Server, home: Path, schema: str) -> None:
    first = store.export(home / "first")
    to = f"--to={server.url}"
    out = store.run("copy", to, f"--schema={schema}", says="the audit chain there is whole")
    assert server.url not in out
    store.run("copy", to, f"--schema={schema}", expect=REFUSED, says="is not empty")
    there = Store(home / "elsewhere", server, schema)
    same(first, there.export(home / "second"))
    there.run("copy", f"--to={home / 'back'}")
    back = Store(home / "back")
    same(first, back.export(home / "third"))
    assert check_audit(home / "back" / "ops.db") == len(rows_of(first["ops_audit_events"]))
    there.run("copy", f"--to={home / 'back'}", expect=REFUSED, says="is not empty")
    there.run("copy", "--to=mysql://there", expect=USAGE)
    store.run("copy", "--to=postgresql://nobody:sesame@127.0.0.1:1/none", expect=ERROR, says="127.0.0.1:1")


def check_desk_goes_on(store: Store, server: Server, home: Path, schema: str) -> None:
    """The desk's own folder with its store on the server."""
    moved = Store(store.folder, server, schema)
    daemon = run_demo(moved, 1)
    check_while_running(moved, home, "rltraderd demo")
    assert daemon.stop() == 0
    moved.run("deploy", says="ops: first tables")
    empty = home / "empty.jsonl"
    empty.write_text("")
    moved.run("import", empty, "--table=ideas", says="0 rows")
    assert server.sql(f"select action from {schema}.ops_audit_events order by sequence desc limit 1") == "store.imported"


def idea(number: int, **changes: object) -> str:
    row = {"id": f"i-{number}", "source_id": "s", "external_id": f"x-{number}", "url": "https://example.test/1", "title": "one",
           "author_handle": "a", "content": "it's \"so\" \u00e9 \U0001f600", "content_hash": "0" * 64, "dedup_status": "canonical",
           "duplicate_of_id": "", "status": "active", "sentiment_score": None, "sentiment_label": "",
           "published_at": "2024-01-01T00:00:00.000Z", "ingested_at": "2024-01-01T00:00:00.000Z",
           "updated_at": "2024-01-01T00:00:00.000Z", "source": "tradingview"}
    row.update(changes)
    return json.dumps({k: v for k, v in row.items() if v is not None}) + "\n"


def check_imports(store: Store, home: Path) -> None:
    """Rows in, all or none; what is refused changes nothing."""
    file = home / "rows.jsonl"

    def ideas() -> list[dict]:
        shutil.rmtree(home / "look", ignore_errors=True)
        return rows_of(store.export(home / "look", "--table=ideas")["ideas"])

    def attempt(text: str, *options: str, table: str = "ideas", **expected) -> None:
        file.write_text(text)
        store.run("import", file, f"--table={table}", *options, **expected)

    attempt(idea(1) + idea(2), says="2 rows")
    assert [row["id"] for row in ideas()] == ["i-1", "i-2"]
    attempt(idea(1, title="newer"))
    assert [row["title"] for row in ideas()] == ["newer", "one"], "the file's row for its key, in its place"
    attempt(idea(3) + '{"id": 4}\n', expect=ERROR, says="line 2")
    attempt(idea(3) + idea(4, external_id="x-2"), expect=REFUSED, says="line 2")
    attempt(idea(3, source="fixture:a"), expect=REFUSED, says="DISABLE_TEST_DATA_IN_DB",
            environment={"DISABLE_TEST_DATA_IN_DB": "true"})
    attempt(idea(3, title="a\u0000b"), expect=ERROR, says="line 1")
    attempt("\x7fELF", expect=ERROR, says="line 1")
    assert [row["id"] for row in ideas()] == ["i-1", "i-2"], "what is refused must leave nothing"
    attempt(idea(5) + idea(5), "--replace", expect=REFUSED, says="line 2")
    attempt(idea(5), "--replace", says="instead of 2")
    attempt("", "--replace", says="instead of 1")
    assert ideas() == []
    attempt("", table="nothing_such", expect=ERROR, says="trade_decisions, trade_executions")
    attempt("", table="ideas'; drop table ideas --", expect=ERROR, says="is no table")
    for table in ("ops_audit_events", "trade_state_events"):
        attempt("", "--replace", table=table, expect=REFUSED, says="never imported")
    store.run("import", home, "--table=ideas", expect=REFUSED, says="must be a file")
    store.run("import", file, expect=USAGE, says="--table")
    store.run("import", file, "--table=ideas", "--append", "--replace", expect=USAGE)
    shutil.rmtree(home / "held", ignore_errors=True)
    fills = store.export(home / "held", "--table=fills")["fills"].decode()
    attempt(fills, table="fills", expect=REFUSED, says="line 1")
    fresh = fills.splitlines()[0].replace('"id":"', '"id":"again-') + "\n"
    attempt(fresh, table="fills", says="1 rows")
    assert ops_rows(store.folder, "select _source from fills where id like 'again-%'") == [("sim",)], "a row keeps its source"
    before = check_audit(store.folder / "ops.db")
    assert ops_rows(store.folder, "select count(*) from ops_audit_events where action='store.imported'")[0][0] == 5
    with sqlite3.connect(store.folder / "ops.db") as ops:
        ops.execute("insert into desk_facts (name, value) values ('armed:BTC-USDT', 'x')")
    attempt("", expect=REFUSED, says="armed")
    with sqlite3.connect(store.folder / "ops.db") as ops:
        ops.execute("delete from desk_facts where name like 'armed%'")
        ops.execute("update agent_runs set mode='live', status='paused' where _row=1")
    attempt("", expect=REFUSED, says="trades live")
    with sqlite3.connect(store.folder / "ops.db") as ops:
        ops.execute("update agent_runs set mode='paper' where _row=1")
    assert check_audit(store.folder / "ops.db") == before


def check_exports(store: Store, home: Path) -> None:
    store.run("export", expect=USAGE, says="--path")
    store.run("export", f"--path={home / 'bad'}", "--table=fills,none", expect=ERROR, says="is no table")
    store.run("export", f"--path={home / 'bad'}", "--format=parquet", expect=USAGE)
    store.export(home / "twice", "--table=fills")
    store.run("export", f"--path={home / 'twice'}", expect=REFUSED, says="is not empty")
    store.export(home / "twice", "--overwrite", "--table=trades")
    (home / "twice" / "mine.txt").write_text("keep me")
    store.run("export", f"--path={home / 'twice'}", "--overwrite", expect=REFUSED, says="mine.txt")


def check_purge(store: Store) -> None:
    store.run("purge", "--source=bingx", expect=USAGE, says="sim, replay, fixture or mock")
    before = ops_rows(store.folder, "select count(*) from trade_state_events")
    counts = json.loads(store.run("purge", "--source=sim", "--dry-run", "--json"))["rows"]
    assert json.loads(store.run("purge", "--source=sim", "--json"))["rows"] == counts
    assert ops_rows(store.folder, "select count(*) from fills") == [(0,)]
    assert ops_rows(store.folder, "select count(*) from trade_state_events") == before
    note = ops_rows(store.folder, "select action, metadata from ops_audit_events order by sequence desc limit 1")[0]
    assert note[0] == "store.purged" and json.loads(note[1])["fills"] == str(counts["fills"])
    check_audit(store.folder / "ops.db")


def main() -> int:
    server = shared_server("postgres")
    schema = f"store_commands_{os.getpid()}"
    home = Path(tempfile.mkdtemp(prefix="store_commands."))
    try:
        store = check_deploy(home)
        daemon = run_demo(store, 2)
        check_while_running(store, home, "process")
        assert daemon.stop() == 0
        check_copies(store, server, home, schema)
        check_desk_goes_on(store, server, home, schema)
        copied = Store(home / "back")
        check_exports(copied, home)
        check_imports(copied, home)
        check_purge(copied)
    except Exception:
        traceback.print_exc()
        print("kept:", home)
        return 1
    finally:
        Daemon.kill_all()
        server.sql(f"drop schema if exists {schema} cascade")
    shutil.rmtree(home)
    print("store commands: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
