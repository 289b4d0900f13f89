"""Who may write: two daemons on one schema, a lease that changes hands, a pooler between, and stores of both kinds at once."""

from __future__ import annotations

import time
from pathlib import Path

from bad_starts import expect, start
from cuttable_proxy import cuttable_proxy
from daemon import Daemon, SqliteStore, check_audit, wait_for
from kill_test import compare, quiet
from postgres_store import PostgresStore
from servers import pgbouncer_in, shared_server, sql, with_database, with_port
from store_faults import FLAGS, Kept, Notes, alert, at_venue, begin, books_agree, goes_on, reached, said_of_store


def two_on_one_schema(folder: Path) -> str:
    """The second one is refused by the first one's name; after a kill of the first the next start need not wait."""
    store = PostgresStore(shared_server("postgres").url, "held").emptied()
    d = begin(folder, store)
    host = store.rows("SELECT holder FROM leases")[0][0].split(" on ")[1].split(",")[0]
    got = start(data=folder / "second", environment=store.environment)
    expect(got, 1, f"is held by rltraderd demo on {host}, process {d.process.pid}, started 2", "end that one first")
    assert d.get("/health/ready")[0] == 200, "the first daemon goes on"
    d.kill()
    d = Daemon(folder / "demo", *FLAGS, store=store)
    seconds = d.wait_ready(30)
    assert seconds < 12, f"a killed daemon's lease was waited for: {seconds:.1f} s"
    # A clean stop gives the lease back at once, to whatever machine.
    assert d.stop() == 0
    assert store.rows("SELECT expires_at<=clock_timestamp() AS ended FROM leases") == [(True,)], "a clean stop keeps the lease"
    # A holder on another machine cannot be looked for: its lease is waited for.
    store.sql("UPDATE leases SET holder='rltraderd demo on elsewhere, process 7, started some day', expires_at=clock_timestamp()+interval '3 s'")
    expect(start(data=folder / "demo", environment=store.environment), 1, "is held by rltraderd demo on elsewhere, process 7", "s more unless it goes on")
    time.sleep(3)
    d = Daemon(folder / "demo", *FLAGS, store=store)
    d.wait_ready()
    quiet(d)
    what = compare(d, 1)
    assert d.stop() == 0
    store.emptied().close()
    return f"taken over {seconds:.1f} s after a kill; {what}"


def lease_taken_away(folder: Path) -> str:
    """Another one has the token: not a row more from the old holder, nor an order."""
    store = PostgresStore(shared_server("postgres").url, "fenced").emptied()
    d = begin(folder, store)
    store.sql("UPDATE leases SET token=token+1, holder='another one', expires_at=clock_timestamp()+interval '1 hour'")
    count = "SELECT (SELECT count(*) FROM trade_decisions),(SELECT count(*) FROM trade_executions) AS b,(SELECT count(*) FROM ops_audit_events) AS c,(SELECT count(*) FROM trade_state_events) AS d"
    rows = store.rows(count)
    why = wait_for(lambda: said_of_store(d), 10, "the lost lease is not said on /health/ready")
    assert 'another daemon has taken the lease "writer"' in why and "end this one" in why, why
    sent = at_venue(d)
    time.sleep(3)
    assert store.rows(count) == rows, "the old holder still writes"
    assert at_venue(d) == sent, "the old holder still sends orders"
    d.stop()
    assert store.rows("SELECT holder FROM leases") == [("another one",)], "the old holder has ended another one's lease"
    length = check_audit(store)
    store.emptied().close()
    return f"fenced with {length} audit events"


def behind_a_pooler(folder: Path) -> str:
    """PgBouncer in transaction mode between: trading, a restart, a kill."""
    server = shared_server("postgres")
    folder.mkdir()
    with pgbouncer_in(folder / "pgbouncer", server.url) as pooler:
        store = PostgresStore(server.url, "pooled", by_url=pooler.url).emptied()
        d = begin(folder, store)
        goes_on(d)
        assert d.stop() == 0
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)
        time.sleep(1)
        notes.end()
        d.kill()
        d = notes.daemon = kept.daemon = begin(folder, store)
        goes_on(d)
        return books_agree(d, kept, notes)


def tables_of(store: PostgresStore) -> set[str]:
    return {name for (name,) in store.rows(f"SELECT relname FROM pg_class WHERE relkind='r' AND relnamespace='{store.schema}'::regnamespace")}


def mixed_stores(folder: Path) -> str:
    """Ops state in files and market data in PostgreSQL, and the other way round."""
    folder.mkdir()
    server = shared_server("postgres")
    market = PostgresStore(server.url, "mixed_market", ops=False).emptied()
    d = Daemon(folder / "market", *FLAGS, store=SqliteStore(folder / "market"), environment=market.environment)
    goes_on(d)
    told = d.get("/version")[2]["backends"]
    assert any(t.startswith("ops: sqlite") for t in told) and any(t.startswith("market data: postgresql 1") for t in told), told
    wait_for(lambda: market.rows("SELECT count(*) FROM bingx_candles")[0][0] > 100, 20, "no candles in PostgreSQL")
    assert tables_of(market) >= {"bingx_candles", "bingx_funding_rates"} and "trade_executions" not in tables_of(market), tables_of(market)
    quiet(d)
    compare(d, 1)
    assert d.stop() == 0 and (folder / "market" / "ops.db").exists() and not (folder / "market" / "market.db").exists()

    ops = PostgresStore(server.url, "mixed_ops", market=False).emptied()
    d = Daemon(folder / "ops", *FLAGS, store=ops)
    goes_on(d)
    told = d.get("/version")[2]["backends"]
    assert any(t.startswith("ops: postgresql 1") for t in told) and any(t.startswith("market data: sqlite") for t in told), told
    assert "timescaledb is not there: plain tables" in told, told
    assert "trade_executions" in tables_of(ops) and "bingx_candles" not in tables_of(ops), tables_of(ops)
    quiet(d)
    compare(d, 1)
    assert d.stop() == 0 and (folder / "ops" / "market.db").exists() and not (folder / "ops" / "ops.db").exists()
    for store in (market, ops):
        store.emptied().close()
    return "both ways"


def market_data_cut_off(folder: Path) -> str:
    """Candles in PostgreSQL, which is gone for a while: trading goes on, it is said, and no candle is missing afterwards."""
    folder.mkdir()
    server = shared_server("postgres")
    with cuttable_proxy(server.port) as proxy:
        market = PostgresStore(server.url, "market_cut", by_url=with_port(server.url, proxy.port), ops=False).emptied()
        d = Daemon(folder / "demo", *FLAGS, store=SqliteStore(folder / "demo"), environment=market.environment)
        goes_on(d)
        wait_for(lambda: market.rows("SELECT count(*) FROM bingx_candles")[0][0] > 1000, 20, "no candles in PostgreSQL")
        proxy.cut()
        wait_for(lambda: alert(d, "market_store_down"), 15, "no alert market_store_down")
        before = reached(d)
        wait_for(lambda: reached(d) > before + 10 * 60_000, 20, "without market data nothing is decided")
        proxy.restore()
        end = market.rows(f"SELECT max({market.moment('open_time')}) FROM bingx_candles")[0][0]
        wait_for(lambda: market.rows(f"SELECT max({market.moment('open_time')}) FROM bingx_candles")[0][0] > end + 10 * 60_000, 20, "no candles after the cut")
        d.wait_ready(20)
        assert "market_store.back" in d.log()
        # Bars that come late are no gap of ours: a gap in the market shows in the decisions' own windows too.
        gaps = market.rows("SELECT pair, open_time, next_time FROM (SELECT pair, open_time, lead(open_time) OVER (PARTITION BY pair ORDER BY open_time) AS next_time "
                           f"FROM bingx_candles WHERE interval='1m' AND {market.moment('open_time')}>={end - 60_000}) w WHERE next_time-open_time>interval '5 minutes'")
        assert not gaps, f"candles of the cut are missing: {gaps[:4]}"
        quiet(d)
        compare(d, 1)
        assert d.stop() == 0
        market.emptied().close()
    return "trading went on, nothing is missing"


def with_timescale(folder: Path) -> str:
    """Hypertables, shown by /version; without the right to make the extension tables stay plain, with a warning."""
    folder.mkdir()
    server = shared_server("timescale")
    store = PostgresStore(server.url, "faults").emptied()
    d = begin(folder, store)
    told = d.get("/version")[2]["backends"]
    line = next(t for t in told if t.startswith("timescaledb "))
    for name in ("licence apache", "bingx_candles", "bingx_trades", "observability_metrics"):
        assert name in line, line
    assert d.stop() == 0
    d = begin(folder, store)  # chunks and their triggers are no alteration
    quiet(d)
    what = compare(d, 1)
    assert d.stop() == 0
    store.emptied().close()

    sql(server.admin_url, "DROP DATABASE IF EXISTS plain WITH (FORCE)")
    sql(server.admin_url, "CREATE DATABASE plain")
    sql(with_database(server.admin_url, "plain"), "CREATE SCHEMA desk AUTHORIZATION rltrader")
    plain = PostgresStore(with_database(server.url, "plain"), "desk")
    d = Daemon(folder / "plain", *FLAGS, store=plain)
    goes_on(d)
    told = d.get("/version")[2]["backends"]
    assert "timescaledb is not there: plain tables" in told, told
    assert "TimescaleDB is installed on the server but not in this database, and could not be added" in d.text(), d.text()
    assert "A superuser may run: CREATE EXTENSION timescaledb" in d.text(), d.text()
    assert d.stop() == 0
    plain.close()
    sql(server.admin_url, "DROP DATABASE plain WITH (FORCE)")
    return f"{line}; {what}"
