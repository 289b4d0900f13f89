"""Signals, a process that stands still for a while, an output that nobody reads, and the exit codes of rltraderctl."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from bad_starts import QUICK, ended, expect
from daemon import BINARIES, Daemon, check_audit, clean_environment, free_port, ops_rows, wait_for
from kill_test import compare, quiet

MINUTE = 60_000


def stopped_for_a_while(folder: Path) -> str:
    """SIGSTOP for some seconds: what comes late is said and not traded on, and it goes on by itself."""
    folder.mkdir()
    scale = 120
    d = Daemon(folder / "demo", "--demo-history-days=1", f"--time-scale={scale}")
    try:
        d.wait_ready()
        wait_for(lambda: ops_rows(d.data, "SELECT count(*) FROM trade_executions")[0][0] >= 1, why="nothing is traded")
        time.sleep(0.5)
        before = ops_rows(d.data, "SELECT max(decided_at) FROM trade_decisions")[0][0]
        d.process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        d.process.send_signal(signal.SIGCONT)
        again = wait_for(lambda: ops_rows(d.data, f"SELECT count(*) FROM trade_decisions WHERE decided_at>{before + 6 * scale * 1000 + 3 * MINUTE}")[0][0] >= 8,
                         20, "nothing is decided after the stop")
        assert again and d.get("/health/live")[0] == 200
        # All bars of the stop came at once. Those that were old by then were held on, with the reason.
        late = ops_rows(d.data, "SELECT pair, action, warnings, client_order_id FROM trade_decisions LEFT JOIN trade_executions "
                                "ON trade_executions.intent_decision_id = trade_decisions.id "
                                f"WHERE decided_at>{before} AND decided_at-bar_open>{6 * MINUTE}")
        assert len(late) >= 16, f"only {len(late)} late bars: the test shows nothing"
        wrong = [row for row in late if row[1] != "hold" or "data_integrity:stale_candles" not in row[2] or row[3]]
        assert not wrong, f"decided on old bars: {wrong}"
        log = d.log()
        assert "data_integrity:stale_candles" in log and "slo_ingestion_lag" in log, log[-2000:]
        slots = ops_rows(d.data, f"SELECT pair, bar_open, count(*) FROM trade_decisions WHERE decided_at>{before} GROUP BY 1,2 HAVING count(*)>1")
        assert slots == [], f"a bar was decided twice: {slots}"
        d.wait_ready(20)
        # The run of a pair whose market had a gap just now may be paused again.
        wait_for(lambda: sum(row["run"]["status"] == "running" for row in d.get("/ops/pairs")[2]["data"]) >= 6, 20, "runs stay paused")
        quiet(d)
        what = compare(d, 1)
        assert d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.process.send_signal(signal.SIGCONT)
            d.kill()
    return f"{len(late)} late bars were held on; {what}"


def signals(folder: Path) -> str:
    folder.mkdir()
    data = folder / "demo"
    d = Daemon(data, *QUICK)
    d.wait_ready()
    d.process.send_signal(signal.SIGTERM)
    assert d.process.wait(15) == 0, "SIGTERM is a clean stop"
    assert "stopped; the next start goes on from here" in d.text()
    # A second Ctrl-C does not wait; the store recovers as after a crash.
    for _ in range(8):
        d = Daemon(data, *QUICK)
        d.wait_ready()
        d.process.send_signal(signal.SIGINT)
        time.sleep(0.01)
        d.process.send_signal(signal.SIGINT)
        code = d.process.wait(15)
        assert code in (0, 130), code
        if code == 130:
            break
    assert code == 130, "the second Ctrl-C never ended it at once"
    # During the start as well: it ends, one way or the other.
    d = Daemon(data, *QUICK)
    time.sleep(0.03)
    d.process.send_signal(signal.SIGTERM)
    assert d.process.wait(15) in (0, -signal.SIGTERM), d.text()
    # Nobody reads what it prints: `rltraderd demo | head -1`.
    port = free_port()
    process = subprocess.Popen([str(BINARIES / "rltraderd"), "demo", f"--port={port}", f"--data-dir={data}", *QUICK], env=clean_environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert b"rltraderd" in process.stdout.readline()
        process.stdout.close()
        before = ops_rows(data, "SELECT count(*) FROM trade_decisions")[0][0]
        wait_for(lambda: ops_rows(data, "SELECT count(*) FROM trade_decisions")[0][0] > before + 16, 20, "it decides nothing without a reader")
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        if process.poll() is None:
            process.kill()
    check_audit(data / "ops.db")
    return "SIGTERM, Ctrl-C twice, one during the start, an output that is closed"


def exit_codes(folder: Path) -> str:
    """Every exit code of rltraderctl, against a real daemon."""
    folder.mkdir()
    d = Daemon(folder / "demo", *QUICK, environment={"API_TOKEN": "a-secret-of-the-test"})
    (folder / "bad.env").write_text("PORT=many\n")

    def ctl(code: int, *words: object, says: tuple[str, ...] = (), token: str | None = "a-secret-of-the-test", url: str = d.url) -> None:
        keep = {"RLTRADER_URL": url, **({"API_TOKEN": token} if token else {})}
        expect(ended("rltraderctl", *words, environment=keep, folder=folder), code, *says)
    try:
        d.wait_ready()
        ctl(0, "status", says=("READY",))
        ctl(1, "trades", "none-such", says=("404 not_found", "none-such"))
        ctl(2, "halt", says=("halt needs --reason=TEXT",))
        ctl(2, "hlat", "--reason=x", says=("did you mean halt?",))
        ctl(3, "status", url=f"http://127.0.0.1:{free_port()}", says=("rltraderd is not running at",))
        ctl(4, "config", "check", "--config=bad.env", says=("PORT", '"many"'))
        ctl(6, "halt", "--reason=x", token=None, says=("401 unauthorized", "NOT HALTED"))
        ctl(6, "start-agent", "BTC-USDT", says=("409 conflict",))
        ctl(0, "halt", "--reason=a test", says=("HALTED",))
        assert d.call("GET", "/health/ready")[0] == 503
        ctl(0, "resume", "--reason=over")
        d.process.send_signal(signal.SIGSTOP)
        ctl(5, "pairs", "--timeout=300ms", says=("300 ms",))
        ctl(5, "halt", "--reason=x", "--timeout=300ms", says=("whether it was done is not known",))
        d.process.send_signal(signal.SIGCONT)
        d.wait_listening()
        # The call was under way: whether it was done is seen, and it can be taken back.
        wait_for(lambda: d.get("/health/live")[0] == 200)
        ctl(0, "resume", "--reason=over")
        ctl(0, "status", says=("READY",))
        assert d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.process.send_signal(signal.SIGCONT)
            d.kill()
    return "0 to 6"
