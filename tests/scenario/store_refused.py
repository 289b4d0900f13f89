"""Starts on a PostgreSQL that cannot be used: no way to it, no rights, altered tables. Each ends with a sentence that helps and changes nothing."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

from bad_starts import expect, start
from daemon import Daemon, free_port, wait_for
from postgres_store import PostgresStore
from servers import Server, shared_server, sql, with_database, with_port
from store_faults import FLAGS, begin, goes_on

SECRET = "s3cret-of-the-test"


def refused(folder: Path, store: PostgresStore, *sentences: str, code: int = 1) -> str:
    """A start that is expected to end so; no password is said, no store of files appears."""
    got = start(data=folder / "refused", environment=store.environment)
    expect(got, code, *sentences)
    log = folder / "refused" / "rltraderd.log"
    for text in (got[1], log.read_text() if log.exists() else ""):
        assert SECRET not in text and (urlsplit(store.url).password or SECRET) not in text, f"a password is said: {text}"
    made = {file.name for file in (folder / "refused").iterdir()} if (folder / "refused").exists() else set()
    assert made <= {"rltraderd.lock", "rltraderd.log"}, f"a refused start has made {made}"
    return got[1]


def no_way_to_it(folder: Path) -> str:
    folder.mkdir()
    server = shared_server("postgres")
    at = f"127.0.0.1:{server.port}"
    PostgresStore(server.url, "never").emptied().close()

    def tried(url: str, *sentences: str, code: int = 1) -> None:
        refused(folder, PostgresStore(server.url, "never", by_url=url), *sentences, code=code)

    tried(f"postgresql://rltrader:{SECRET}@{at}/rltrader", "password authentication failed", "check the name and password in TIMESCALE_URL")
    tried(f"postgresql://nobody:{SECRET}@{at}/rltrader", 'user "nobody"', "check the name and password in TIMESCALE_URL")
    tried(with_database(server.url, "nowhere"), 'database "nowhere" does not exist', "create the database, or correct TIMESCALE_URL")
    closed = free_port()
    tried(with_port(server.url, closed), f"127.0.0.1:{closed}/rltrader", "Connection refused")
    tried(f"postgresql://rltrader:{SECRET}@nowhere.invalid/rltrader", "nowhere.invalid", "could not translate host name")
    tried(f"postgresql://rltrader:{SECRET}@{at}/rltrader?sslmode=require", "server does not support SSL")
    rubbish = (f"postgresql://rltrader:{SECRET}@[::1/db", f"postgresql://rltrader:{SECRET}", f"postgresql://rltrader:{SECRET}%zz@{at}/db",
               f"postgresql://rltrader:x@{SECRET}:word@{at}/db", f"postgresql://rltrader:x@{SECRET}@{at}/db", f"postgresql://rltrader:12/{SECRET}@{at}/db",
               f"postgresql://rltrader:{SECRET}@{at}/db?nonsense=1")
    for url in rubbish:
        tried(url, "its URL cannot be understood", "must be written as %40")
    tried(f"mysql://rltrader:{SECRET}@{at}/db", "TIMESCALE_URL = ********", "postgres:// or postgresql://", code=78)
    tried(" ", "TIMESCALE_RL_OPS_ENABLED", "needs TIMESCALE_URL", code=78)
    assert server.sql("SELECT count(*) FROM pg_namespace WHERE nspname='never'") == "0", "a refused start has made a schema"
    return f"6 without a way, {len(rubbish)} that cannot be understood, 2 refused as settings"


@contextlib.contextmanager
def a_role(server: Server, name: str, database: str = "rltrader"):
    """A URL of a role of its own that may nothing but connect."""
    admin = with_database(server.admin_url, database)

    def forget() -> None:
        if sql(admin, f"SELECT count(*) FROM pg_roles WHERE rolname='{name}'") == "1":
            sql(admin, f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}")

    forget()
    sql(admin, f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
    parts = urlsplit(server.url)
    yield f"postgresql://{name}:{SECRET}@127.0.0.1:{parts.port}/{database}"
    forget()


def no_rights(folder: Path) -> str:
    """A role that may not write, a role that may only read, and the least that is enough."""
    folder.mkdir()
    server = shared_server("postgres")
    admin = with_database(server.admin_url, "rltrader")
    store = PostgresStore(admin, "rights").emptied()
    with a_role(server, "visitor") as url:
        def as_visitor(*sentences: str) -> None:
            refused(folder, PostgresStore(server.url, "rights", by_url=url), *sentences)

        as_visitor("permission denied", "grant this role its rights")
        sql(admin, "CREATE SCHEMA rights AUTHORIZATION visitor; ALTER ROLE visitor SET default_transaction_read_only=on")
        as_visitor("read-only transaction", "TIMESCALE_URL must name one that may write")
        sql(admin, "ALTER ROLE visitor RESET default_transaction_read_only")
        # A schema of its own is enough: the right to make schemas is not needed.
        d = Daemon(folder / "demo", *FLAGS, store=PostgresStore(admin, "rights", by_url=url))
        goes_on(d)
        # Rights that go away under a running daemon.
        sql(admin, "ALTER SCHEMA rights OWNER TO postgres; ALTER TABLE rights.trade_decisions OWNER TO postgres; GRANT USAGE ON SCHEMA rights TO visitor")
        why = wait_for(lambda: said(d), 15, "missing rights are not said on /health/ready")
        assert "permission denied for table trade_decisions" in why and "grant this role its rights" in why, why
        sql(admin, "GRANT ALL ON rights.trade_decisions TO visitor; GRANT ALL ON ALL SEQUENCES IN SCHEMA rights TO visitor")
        goes_on(d)
        assert d.stop() == 0
        d.store.close()
        sql(admin, "ALTER ROLE visitor SET default_transaction_read_only=on")
        as_visitor("read-only transaction", "TIMESCALE_URL must name one that may write")
    store.emptied()
    return "four refused, one mended while it ran"


def said(d: Daemon) -> str | None:
    status, _, answer = d.get("/health/ready")
    return next((r["problem"] for r in answer["reasons"] if r["check"] == "store"), None) if status == 503 else None


def altered_tables(folder: Path) -> str:
    """What somebody does to a table by hand is named, and nothing is written over it."""
    server = shared_server("postgres")
    store = PostgresStore(server.url, "altered").emptied()
    d = begin(folder, store)
    assert d.stop() == 0
    changes = (
        ("DROP TRIGGER fills_keep ON fills", "fills rule fills_keep ",
         """CREATE TRIGGER fills_keep BEFORE UPDATE ON fills FOR EACH ROW EXECUTE FUNCTION rltrader_refuse('fills: what is written stays as it is')"""),
        ("ALTER TABLE fills DISABLE TRIGGER fills_keep", "fills rule fills_keep ", "ALTER TABLE fills ENABLE TRIGGER fills_keep"),
        ("ALTER TABLE ops_alerts ADD COLUMN _mine text", "ops_alerts._mine text", "ALTER TABLE ops_alerts DROP COLUMN _mine"),
        ("ALTER TABLE ops_alerts ADD COLUMN mine text", "has a column mine; run the binary that wrote it", "ALTER TABLE ops_alerts DROP COLUMN mine"),
        ("ALTER TABLE ops_alerts ALTER COLUMN count TYPE integer", "ops_alerts.count integer", "ALTER TABLE ops_alerts ALTER COLUMN count TYPE bigint"),
        ("ALTER TABLE fills DROP CONSTRAINT fills_pkey", "fills", "ALTER TABLE fills ADD PRIMARY KEY (pair, id)"),
        ("DROP TABLE ops_audit_events", "ops_audit_events", None))
    again = folder / "demo"
    for change, named, undo in changes:
        store.sql(change)
        got = start(data=again, environment=store.environment)
        expect(got, 1, named)
        assert "was altered by something else" in got[1] or "is newer than this binary" in got[1], got[1]
        if undo:
            store.sql(undo)
            d = Daemon(again, *FLAGS, store=store)
            d.wait_ready()
            assert d.stop() == 0
    store.emptied()
    d = begin(folder / "newer", store)
    assert d.stop() == 0
    store.sql("INSERT INTO migrations (number,part,schema,name,tables,server) SELECT max(number)+1,'ops',99,'of tomorrow','',max(server) FROM migrations")
    refused(folder, store, "is newer than this binary", "ops schema is 99", "run the binary that wrote it")
    store.emptied().close()
    return f"{len(changes)} changes and a newer schema refused"
