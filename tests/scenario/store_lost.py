"""The server of a trading daemon goes away: killed, cut off, frozen, without room, or silent when it should answer a COMMIT."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from bad_disk import fill, small_disk
from cuttable_proxy import cuttable_proxy
from daemon import wait_for
from postgres_store import PostgresStore
from servers import Server, shared_server, with_port
from store_faults import Kept, Notes, alert, begin, books_agree, fails_closed, goes_on, reached, said_of_store

#: Of each loss in ctest; scripts/test-long.sh takes a minute.
SECONDS = float(os.environ.get("RLTRADER_TEST_OUTAGE_SECONDS", "5"))


def server_killed(folder: Path) -> str:
    """SIGKILL to the postmaster while it writes, three times, the last one with a kill of the daemon too."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    with Server("postgres", folder / "server") as server:
        store = PostgresStore(server.url, "desk")
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)
        for seconds in (SECONDS, 0.0):
            server.kill()
            why = wait_for(lambda: said_of_store(d), 10, "the killed server is not said on /health/ready")
            assert f"127.0.0.1:{server.port}/rltrader schema desk" in why, why
            fails_closed(d, seconds)
            server.restart()
            goes_on(d)
            wait_for(lambda: alert(d, "ledger_down"), 10, "no alert ledger_down")
        # Both at once: what the venue has meanwhile done is found again.
        server.kill()
        notes.end()
        time.sleep(0.3)
        d.kill()
        server.restart()
        again = begin(folder, store)
        notes.daemon = kept.daemon = again
        return books_agree(again, kept, notes)


def connection_cut(folder: Path) -> str:
    """Connections reset and refused for a time."""
    server = shared_server("postgres")
    with cuttable_proxy(server.port) as proxy:
        store = PostgresStore(server.url, "cut", by_url=with_port(server.url, proxy.port)).emptied()
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)
        proxy.cut()
        why = wait_for(lambda: said_of_store(d), 10, "the cut is not said on /health/ready")
        assert f"127.0.0.1:{proxy.port}/rltrader schema cut" in why, why
        before = reached(d)
        fails_closed(d, SECONDS)
        assert reached(d) == before, "somebody else writes"
        # A halt works without a store, a resume does not.
        status, _, halted = d.call("POST", "/ops/trading/halt", {"reason": "the store is cut off"})
        assert status == 200 and halted["state"]["status"] == "halted" and halted["durable"] is False, halted
        status, _, refused = d.call("POST", "/ops/trading/resume", {"reason": "too early"})
        assert status == 503 and refused["code"] == "store_failed", refused
        proxy.restore()
        wait_for(lambda: said_of_store(d) is None, 20, "the store does not come back")
        wait_for(lambda: d.call("POST", "/ops/trading/resume", {"reason": "the store is back"})[0] == 200, 10)
        goes_on(d)
        wait_for(lambda: alert(d, "ledger_down"), 10, "no alert ledger_down")
        return books_agree(d, kept, notes)


def connection_frozen(folder: Path) -> str:
    """Connections stay open and nothing answers: found out by deadlines."""
    server = shared_server("postgres")
    with cuttable_proxy(server.port) as proxy:
        store = PostgresStore(server.url, "frozen", by_url=with_port(server.url, proxy.port)).emptied()
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)
        proxy.freeze()
        wait_for(lambda: said_of_store(d), 15, "the frozen server is not said on /health/ready")
        fails_closed(d, SECONDS)
        proxy.restore()
        goes_on(d, 40)
        wait_for(lambda: alert(d, "ledger_down"), 10, "no alert ledger_down")
        return books_agree(d, kept, notes)


def answers_lost(folder: Path) -> str:
    """The server did what was asked and the answer is lost, again and again: nothing twice, nothing missing."""
    server = shared_server("postgres")
    with cuttable_proxy(server.port) as proxy:
        store = PostgresStore(server.url, "lost", by_url=with_port(server.url, proxy.port)).emptied()
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)
        # The connection comes back at once: whether the COMMIT took place is seen in the lease. Or only later: then by the rows.
        commits = 6
        for n in range(2 * commits):
            if n % 2:
                proxy.lose(b"COMMIT", then_cut=n % 4 == 1)
            else:
                proxy.drop_after(b"COMMIT", b"COMMIT\0", then_cut=True)
            assert proxy.dropped.wait(20), "no answer to COMMIT was lost"
            time.sleep(0.4)
            proxy.restore()
            wait_for(lambda: said_of_store(d) is None, 10, "the store does not come back")
        for n in range(24):
            # Mostly COMMIT; also the statements before it, whose transaction then never is.
            request, reply = ((b"COMMIT", b"COMMIT\0"), (b"COMMIT", b"COMMIT\0"), (b"INSERT INTO", b""), (b"BEGIN", b""))[n % 4]
            proxy.drop_after(request, reply)
            assert proxy.dropped.wait(20), f"no answer to {request!r} was lost"
            commits += request == b"COMMIT"
            time.sleep(0.1)
        goes_on(d)
        twice = store.rows("SELECT action, resource_id, metadata->>'reason' AS why, count(*) FROM ops_audit_events WHERE action LIKE 'order.%' "
                           "AND action<>'order.partial' GROUP BY 1,2,3 HAVING count(*)>1")
        assert not twice, f"the audit chain says twice: {twice}"
        return f"6 COMMITs, {commits} answers to COMMIT and {30 - commits} others lost, {books_agree(d, kept, notes)}"


@contextlib.contextmanager
def server_on_small_disk(folder: Path, size: str):
    """A server whose data are on a disk of their own; nothing where that cannot be made."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    with small_disk(folder / "disk", size) as there:
        if not there:
            yield None
            return
        (folder / "disk").chmod(0o755)
        shutil.chown(folder / "disk", "postgres", "postgres")
        with Server("postgres", folder / "server") as server:
            # The cluster moves there while it stands still.
            server.kill()
            data = (folder / "server" / "cluster").resolve() / "data"
            time.sleep(0.5)
            subprocess.run(["cp", "-a", str(data), str(folder / "disk" / "data")], check=True)
            shutil.rmtree(data)
            data.symlink_to(folder / "disk" / "data")
            server.restart()
            yield server


def server_disk_full(folder: Path) -> str:
    """The server has no room: intents fail closed, and with room again all goes on."""
    if os.geteuid() != 0:
        return "NOT tried: mounting takes root"
    with server_on_small_disk(folder, "160m") as server:
        if server is None:
            return "NOT tried: no right to mount"
        disk = folder / "disk"
        store = PostgresStore(server.url, "desk")
        d = begin(folder, store)
        notes, kept = Notes(d), Kept(d)

        def full():
            fill(disk)
            return said_of_store(d)

        why = wait_for(full, 40, "the full disk is not said on /health/ready")
        fails_closed(d, 2.0)
        (disk / "ballast").unlink()
        if "room" not in why and "recovery" not in why:
            why = "UNEXPECTED: " + why
        with contextlib.suppress(AssertionError):  # a server that panicked for want of its log is started by its owner
            wait_for(lambda: said_of_store(d) is None, 15)
        if said_of_store(d) is not None:
            server.restart()
        goes_on(d, 40)
        wait_for(lambda: alert(d, "ledger_down"), 10, "no alert ledger_down")
        return f"{books_agree(d, kept, notes)}; it said: {why}"
