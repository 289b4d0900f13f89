#!/usr/bin/env python3
"""Tries the servers, the pooler and the proxy that tests of stores build on: what they promise must hold before a store is judged by it.

Usage: servers_test.py [PART...], with RLTRADER_TEST_POSTGRES and RLTRADER_TEST_TIMESCALE as ctest sets them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

from cuttable_proxy import cuttable_proxy
from servers import SKIPPED, Server, SqlError, pgbouncer_in, shared_server, sql, with_database, with_port


def refused(url: str, statement: str, within: float = 30) -> str:
    try:
        answer = sql(url, statement, within)
    except SqlError as error:
        return str(error)
    raise AssertionError(f"must not be answered: {statement}: {answer}")


def in_background(url: str, statement: str) -> tuple[threading.Thread, list[str]]:
    """Runs a statement beside the test; the list gets its answer or its error."""
    said: list[str] = []

    def run() -> None:
        try:
            said.append(sql(url, statement))
        except SqlError as error:
            said.append(f"error: {error}")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, said


def a_killed_server_keeps_what_was_committed(root: Path) -> str:
    with Server("postgres", root / "postgres") as server:
        url = server.url
        assert sql(url, "show fsync") == "on" and sql(url, "select current_user") == "rltrader"
        assert "permission denied" in refused(url, "create role intruder")
        assert "password authentication failed" in refused(url.replace(":" + url.split(":")[2].split("@")[0], ":wrong"), "select 1")
        sql(url, "create table kept (n int); insert into kept values (7)")
        open_one, said = in_background(url, "begin; insert into kept values (8); select pg_sleep(60); commit")
        until = time.monotonic() + 20
        while sql(server.admin_url, "select count(*) from pg_stat_activity where query like 'begin; insert%'") != "1":
            assert time.monotonic() < until, "the open transaction never began"
        began = time.monotonic()
        server.kill()
        open_one.join(20)
        assert said and said[0].startswith("error"), f"a transaction outlived the kill: {said}"
        refused(url, "select 1")
        server.restart()
        took = time.monotonic() - began
        assert server.url == url, "the server came back elsewhere"
        assert sql(url, "select n from kept") == "7", "what was committed is gone, or what was not is there"
        server.restart()
        assert sql(url, "select n from kept") == "7"
        assert server.start().url == url, "a start beside a running server made another one"
        server.kill()
    refused(url, "select 1")
    assert not (root / "postgres" / "cluster").exists() and not (root / "postgres" / "url").exists()
    return f"back {took:.1f} s after SIGKILL"


def a_cut_and_frozen_proxy(root: Path) -> str:
    url = shared_server("postgres").url
    with cuttable_proxy(int(url.rsplit(":", 1)[1].split("/")[0])) as proxy:
        by_proxy = with_port(url, proxy.port)
        assert sql(by_proxy, "select repeat('x', 300000)") == "x" * 300000, "a long answer must go through"
        sleeping, said = in_background(by_proxy, "select pg_sleep(20)")
        wait_for_connections(proxy, 1)
        proxy.cut()
        sleeping.join(10)
        assert said and said[0].startswith("error"), f"a cut connection was answered: {said}"
        assert "refused" in refused(by_proxy, "select 1")
        proxy.restore()
        assert sql(by_proxy, "select 1") == "1"

        waiting, said = in_background(by_proxy, "select pg_sleep(1), 'late'")
        wait_for_connections(proxy, 1)
        proxy.freeze()
        assert "no answer" in refused(by_proxy, "select 1", within=3), "a new connection through a frozen proxy must hang"
        assert waiting.is_alive() and not said, f"a frozen connection must neither end nor be answered: {said}"
        proxy.restore()
        waiting.join(15)
        assert said == ["|late"], f"what a freeze held back must arrive: {said}"
        assert sql(by_proxy, "select 1") == "1"
    return "cut, frozen and restored"


def wait_for_connections(proxy, count: int) -> None:
    until = time.monotonic() + 20
    while proxy.connections() < count:
        assert time.monotonic() < until, "no connection came"
        time.sleep(0.02)
    time.sleep(0.3)  # so that the statement is under way, not the password


def the_answer_to_a_commit_gets_lost(root: Path) -> str:
    server = shared_server("postgres")
    server.sql("drop table if exists lost; create table lost (n int)")
    with cuttable_proxy(server.port) as proxy:
        by_proxy = with_port(server.url, proxy.port)
        proxy.drop_after(b"COMMIT", reply=b"COMMIT\0")
        # Each -c is a request of its own, so COMMIT travels alone, as a program sends it.
        done = subprocess.run(["psql", "--no-psqlrc", "-q", by_proxy, "-c", "BEGIN", "-c", "INSERT INTO lost VALUES (1)", "-c", "COMMIT"],
                              text=True, capture_output=True, timeout=30)
        assert done.returncode != 0 and "server closed" in done.stderr or "reset" in done.stderr, f"the client was answered: {done}"
        assert proxy.dropped.wait(10)
        assert server.sql("select n from lost") == "1", "the server must have committed"
        sql(by_proxy, "BEGIN; INSERT INTO lost VALUES (2); COMMIT")  # once only
        assert server.sql("select count(*) from lost") == "2"
        proxy.lose(b"COMMIT")
        subprocess.run(["psql", "--no-psqlrc", "-q", by_proxy, "-c", "BEGIN", "-c", "INSERT INTO lost VALUES (3)", "-c", "COMMIT"],
                       capture_output=True, timeout=30)
        assert proxy.dropped.wait(10)
        assert server.sql("select count(*) from lost where n=3") == "0", "the server must not have heard of it"
    server.sql("drop table lost")
    return "committed, unanswered"


def a_pooler_answers(root: Path) -> str:
    server = shared_server("postgres")
    with pgbouncer_in(root / "pgbouncer", server.url) as pooler:
        assert sql(pooler.url, "select current_user") == "rltrader"
        # Two transactions of one client may meet two servers; fifty clients share five of them.
        ends = [in_background(pooler.url, "select pg_sleep(0.1), pg_backend_pid()") for _ in range(12)]
        for thread, _ in ends:
            thread.join(30)
        pids = {said[0] for _, said in ends}
        assert not any(said.startswith("error") for said in pids) and len(pids) <= 5, pids
    refused(pooler.url, "select 1")
    return f"12 clients by {len(pids)} connections"


def timescale_makes_hypertables(root: Path) -> str:
    server = shared_server("timescale")
    sql(server.admin_url, "drop database if exists servers_test with (force)")
    sql(server.admin_url, "create database servers_test owner rltrader")
    sql(with_database(server.admin_url, "servers_test"), "create extension timescaledb")
    url = with_database(server.url, "servers_test")
    sql(url, "create table bars (pair text, at timestamptz, primary key (pair, at));"
             "select create_hypertable('bars', 'at'); insert into bars values ('BTC-USDT', '2026-01-02')")
    assert sql(url, "select owner, num_chunks from timescaledb_information.hypertables") == "rltrader|1"
    assert sql(server.url, "select count(*) from pg_extension where extname = 'timescaledb'") == "1"
    dump = root / "dump"
    subprocess.run([server.folder / "bin" / "pg_dump", "-Fc", "-f", dump, url], check=True, capture_output=True, timeout=60)
    listed = subprocess.run([server.folder / "bin" / "pg_restore", "-l", dump], check=True, capture_output=True, text=True, timeout=60)
    assert " bars rltrader" in listed.stdout, listed.stdout
    sql(server.admin_url, "drop database servers_test with (force)")
    version = sql(server.url, "select extversion from pg_extension where extname = 'timescaledb'")
    assert "trixie" not in Path("/proc/mounts").read_text(), "a mount of the chroot is seen outside"
    return f"TimescaleDB {version}"


PARTS = (a_killed_server_keeps_what_was_committed, a_cut_and_frozen_proxy, the_answer_to_a_commit_gets_lost, a_pooler_answers,
         timescale_makes_hypertables)


def main() -> None:
    wanted = [part for part in PARTS if not sys.argv[1:] or part.__name__ in sys.argv[1:]]
    assert wanted, f"no such part; there are {', '.join(part.__name__ for part in PARTS)}"
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)  # the servers' user goes in
        for part in wanted:
            try:
                print(f"{part.__name__}: {part(root)}", flush=True)
            except SystemExit as skip:
                assert skip.code == SKIPPED
            except Exception:
                failed += 1
                print(f"FAILED {part.__name__}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
