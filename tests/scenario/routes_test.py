#!/usr/bin/env python3
"""Asks every route of a running demo, well and badly, and checks what it says against its own OpenAPI page."""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from pathlib import Path

from daemon import Daemon, check_audit, wait_for

done = 0


def expect(daemon: Daemon, method: str, path: str, status: int, body: object = None, headers: dict[str, str] | None = None,
           raw: bytes | None = None, holds: str | None = None):
    global done
    got, head, answer = daemon.call(method, path, body, headers, raw)
    shown = json.dumps(answer)[:600] if not isinstance(answer, str) else answer[:600]
    assert got == status, f"{method} {path}: {got} instead of {status}: {shown}"
    if status >= 400 and method != "HEAD":
        assert head.get("Content-Type", "").startswith("application/problem+json"), f"{method} {path}: {head}"
        for name in ("type", "title", "status", "detail", "code", "error"):
            assert name in answer, f"{method} {path}: a problem without {name}: {shown}"
    if holds:
        assert holds in shown, f"{method} {path}: no '{holds}' in {shown}"
    done += 1
    return answer


def good(d: Daemon) -> None:
    assert expect(d, "GET", "/health", 200) == {"status": "ok"}
    expect(d, "GET", "/health/live", 200)
    expect(d, "GET", "/health/ready", 200)
    version = expect(d, "GET", "/version", 200)
    assert version["version"] and version["backends"], version
    metrics = expect(d, "GET", "/metrics", 200)
    for family in ("rltrader_decisions_total", "rltrader_decision_latency_seconds_bucket", "rltrader_store_commit_seconds_count", "rltrader_breaker_state", "process_resident_memory_bytes"):
        assert family in metrics, f"no {family} on /metrics"
    expect(d, "GET", "/docs", 200)

    risk = expect(d, "GET", "/ops/trading/risk", 200)
    for name in ("id", "name", "max_total_exposure", "max_instrument_exposure", "max_open_positions", "max_daily_loss", "circuit_breaker_loss", "cooldown_minutes", "max_leverage", "active", "effective_from"):
        assert name in risk["policy"], name
    for name in ("exposureByInstrument", "totalExposure", "openPositions", "dailyLoss"):
        assert name in risk["snapshot"], name
    assert risk["state"]["status"] == "ok", risk["state"]

    report = expect(d, "POST", "/ops/trading/reconcile", 200, {})
    assert report["errors"] == 0 and report["mismatches"] == [], report
    expect(d, "PUT", "/ops/trading/risk/policy", 200, {"max_open_positions": 7})
    assert expect(d, "GET", "/ops/trading/risk", 200)["policy"]["max_open_positions"] == 7

    trades = wait_for(lambda: expect(d, "GET", "/trades?page_size=5", 200)["data"])
    trade = trades[0]
    one = expect(d, "GET", f"/trades/{trade['id']}", 200)
    assert one["executions"], one
    order = one["executions"][0]["client_order_id"]
    why = expect(d, "GET", f"/ops/why/{order}", 200)
    assert why["decision"] and why["orders"] and why["events"], why
    assert expect(d, "GET", "/ops/orders", 200)["total"] >= 1
    assert expect(d, "GET", "/ops/decisions?pair=BTC-USDT", 200)["total"] >= 1
    assert len(expect(d, "GET", "/ops/pairs", 200)) >= 1
    expect(d, "GET", "/ops/positions", 200)
    expect(d, "GET", "/ops/config", 200)
    expect(d, "GET", "/ops/trading/summary", 200)
    expect(d, "GET", "/ops/trading/metrics", 200)
    expect(d, "GET", "/ops/alerts", 200)
    expect(d, "GET", "/ops/retry-queue", 200)
    audit = expect(d, "GET", "/ops/audit?page_size=3", 200)
    assert audit["data"][0]["sequence"] == audit["total"], audit
    candles = expect(d, "GET", "/bingx/market-data/candles?pair=btcusdt&interval=1m&limit=10", 200)["data"]
    assert len(candles) == 10 and candles[0]["open_time"] < candles[9]["open_time"], candles
    expect(d, "GET", "/bingx/market-data/pairs", 200)

    agents = expect(d, "GET", "/agents", 200)
    agent = agents[0]["id"]
    expect(d, "GET", f"/agents/{agent}", 200)
    expect(d, "GET", "/agents/gold-rl-agent", 200)
    expect(d, "GET", f"/agents/{agent}/runs", 200)
    expect(d, "GET", f"/agents/{agent}/versions", 200)
    assert expect(d, "POST", f"/agents/{agent}/pause", 200, {})["status"] == "paused"
    assert expect(d, "POST", f"/agents/{agent}/resume", 200, {})["status"] == "running"
    configuration = expect(d, "GET", "/agent/config", 200)
    assert configuration["kill_switch"] is False
    limits = expect(d, "GET", "/risk-limits", 200)
    assert limits and limits[0]["id"] == "baseline", limits
    expect(d, "POST", "/risk-limits", 201, {"name": "tight", "maxPositionSize": 100, "leverageCap": 1, "maxDailyLoss": 50, "maxDrawdown": 0.1, "maxOpenPositions": 1})

    halted = expect(d, "POST", "/ops/trading/halt", 200, {"reason": "a test"})
    assert halted["state"]["status"] == "halted", halted
    assert d.get("/health/ready")[0] == 503
    expect(d, "POST", "/ops/trading/resume", 200, {"reason": "over"})
    expect(d, "POST", "/ops/trading/reduce", 200, {"reason": "careful"})
    expect(d, "POST", "/ops/trading/resume", 200, {"reason": "over"})
    expect(d, "POST", "/ops/trading/rebase", 200, {"reason": "a test"})
    pairs = expect(d, "GET", "/ops/pairs", 200)["data"]
    assert all(p["breaker"] == "ok" and not p["quarantined"] for p in pairs), pairs
    done = wait_for(lambda: expect(d, "GET", "/ops/orders?status=filled", 200)["data"])[0]
    expect(d, "POST", f"/ops/orders/{done['client_order_id']}/resolve", 409, {"outcome": "not_placed", "reason": "a test"}, holds="filled")
    held = wait_for(lambda: [t for t in expect(d, "GET", "/trades?page_size=50", 200)["data"] if float(t["position_size"]) > 0 and t["status"] in ("filled", "partial")])
    closed = expect(d, "POST", f"/trades/{held[0]['id']}/close", 200, {"reason": "a test"})
    assert closed["execution"]["execution_kind"] == "exit", closed
    wait_for(lambda: expect(d, "GET", f"/trades/{held[0]['id']}", 200)["status"] == "closed")
    expect(d, "POST", f"/trades/{held[0]['id']}/close", 409, {})


def newest_candles(d: Daemon, pair: str, how_many: int = 80, headers: dict[str, str] | None = None) -> list[dict]:
    rows = expect(d, "GET", f"/bingx/market-data/candles?pair={pair}&interval=1m&limit={how_many}", 200, headers=headers)["data"]
    return [{"timestamp": r["open_time"], **{name: r[name] for name in ("open", "high", "low", "close", "volume")}} for r in rows]


def run_of(d: Daemon, agent: str, headers: dict[str, str] | None = None) -> str:
    return expect(d, "GET", f"/agents/{agent}", 200, headers=headers)["currentRun"]["id"]


def posted(d: Daemon) -> None:
    """Decisions on posted markets: good ones, doubtful ones, and those that are refused."""
    path = f"/agents/agent-btcusdt/runs/{run_of(d, 'agent-btcusdt')}/decisions"
    candles = newest_candles(d, "BTC-USDT")
    body = {"market": {"candles": candles, "lastPrice": candles[-1]["close"], "spread": 0.1},
            "ideas": [{"source": "a", "timestamp": candles[-1]["timestamp"], "score": 0.4}]}
    key = {"Idempotency-Key": "a-post-of-the-test"}
    first = expect(d, "POST", path, 200, body, key)
    assert first["decision"]["action"] in ("long", "short", "hold", "close"), first
    assert not [w for w in first["warnings"] if w.startswith("data_integrity") or w == "candles_unsorted"], first
    assert expect(d, "POST", path, 200, body, key) == first
    kept = expect(d, "GET", f"/ops/why/{first['tradeDecisionId']}", 200)["decision"]
    assert kept["source"] == "posted" and kept["bar_open"] == candles[-1]["timestamp"], kept
    if first["tradeId"]:
        expect(d, "GET", f"/trades/{first['tradeId']}", 200)

    again = expect(d, "POST", path, 200, {"market": {"candles": newest_candles(d, "BTC-USDT")[::-1]}})
    assert "candles_unsorted" in again["warnings"], again
    both_ways = [{"source": s, "timestamp": candles[-1]["timestamp"], "score": score} for s, score in (("a", 0.9), ("b", -0.9))]
    torn = expect(d, "POST", path, 200, {"market": {"candles": newest_candles(d, "BTC-USDT")}, "signals": both_ways})
    assert torn["decision"]["action"] == "hold" and "conflicting_signals" in torn["warnings"], torn

    # What cannot be vouched for holds and pauses the run, until its own bars are clean again.
    other = f"/agents/gold-rl-agent/runs/{run_of(d, 'agent-algousdt')}/decisions"
    empty = expect(d, "POST", other, 200, {"market": {"candles": []}})
    assert empty["decision"]["action"] == "hold" and "exchange_maintenance" in empty["warnings"], empty
    wait_for(lambda: expect(d, "GET", "/agents/agent-algousdt", 200)["currentRun"]["status"] == "running")
    holed = newest_candles(d, "ALGO-USDT")
    del holed[40]
    assert "data_integrity:candle_gaps_detected" in expect(d, "POST", other, 200, {"market": {"candles": holed}})["warnings"]
    wrong = [dict(c, **{n: f"{float(c[n]) * 1.04:.6f}" for n in ("open", "high", "low", "close")}) for c in newest_candles(d, "ALGO-USDT")]
    assert "data_integrity:cross_source_divergence" in expect(d, "POST", other, 200, {"market": {"candles": wrong}})["warnings"]

    expect(d, "POST", path, 400, {}, holds="market")
    expect(d, "POST", path, 400, {"market": {"candles": [dict(candles[0], close=-1)]}}, holds="market.candles[0].close")
    expect(d, "POST", path, 400, dict(body, ideas=[{"source": "a", "timestamp": "soon", "score": 3}]), holds="ideas[0].timestamp")
    expect(d, "POST", "/agents/agent-btcusdt/runs/none-such/decisions", 404, body)
    expect(d, "POST", f"/agents/none-such/runs/{run_of(d, 'agent-btcusdt')}/decisions", 404, body)
    expect(d, "POST", path, 422, dict(body, simulateExecutionStatus="filled"), holds="simulation_not_allowed")
    expect(d, "POST", "/agents/agent-algousdt/stop", 200, {"on_position": "adopt"})
    expect(d, "POST", other, 409, {"market": {"candles": newest_candles(d, "ALGO-USDT")}})
    api = expect(d, "GET", "/openapi.json", 200)["paths"]["/agents/{id}/runs/{run}/decisions"]["post"]
    assert "requestBody" in api and "200" in api["responses"], api


def confident(d: Daemon) -> None:
    """The least confidence of the configuration binds at once: nobody is ever surer than sure."""
    expect(d, "PUT", "/agent/config", 200, {"min_confidence_score": 1})
    assert expect(d, "GET", "/agent/config", 200)["min_confidence_score"] == 1
    held = "confidence below the least that is traded"
    wait_for(lambda: any(row["reason"] == held for row in expect(d, "GET", "/ops/decisions?page_size=250", 200)["data"]))
    expect(d, "PUT", "/agent/config", 200, {"min_confidence_score": 0})


def bad(d: Daemon) -> None:
    expect(d, "GET", "/nowhere", 404)
    expect(d, "DELETE", "/ops/trading/risk", 405)
    expect(d, "POST", "/ops/trading/halt", 400, raw=b"{", holds="error")
    expect(d, "POST", "/ops/trading/halt", 400, {"reason": 5})
    expect(d, "POST", "/ops/trading/halt", 400, {"reason": "x", "surprise": 1}, holds="surprise")
    expect(d, "POST", "/ops/trading/halt", 415, raw=b"x", headers={"Content-Type": "text/plain"})
    expect(d, "POST", "/ops/trading/halt", 413, raw=b'"' + b"x" * (1 << 20) + b'"')
    expect(d, "PUT", "/ops/trading/risk/policy", 400, {"max_open_positions": -1}, holds="max_open_positions")
    expect(d, "GET", "/trades/none-such", 404)
    expect(d, "POST", "/trades/none-such/cancel", 404, {})
    expect(d, "GET", "/ops/why/none-such", 404)
    expect(d, "GET", "/trades?page_size=1000", 400, holds="page_size")
    expect(d, "GET", "/bingx/market-data/candles?pair=DOGE&interval=1m", 400, holds="unsupported_pair")
    expect(d, "GET", "/bingx/market-data/candles?pair=BTC-USDT&interval=7m", 400, holds="interval")
    expect(d, "POST", "/ops/alerts/none-such/acknowledge", 404, {})
    expect(d, "POST", "/ops/retry-queue/none-such/requeue", 404, {})
    expect(d, "POST", "/ops/trading/arm", 422, {"pair": "BTC-USDT", "maxNotional": 1, "expiresInMinutes": 5, "accountUid": "1", "host": "x"})
    expect(d, "POST", "/agents/agent-btcusdt/start", 409, {"mode": "paper", "pair": "BTC-USDT", "riskLimitSetId": "baseline"})
    expect(d, "POST", "/agents/none-such/pause", 404, {})
    # The same key and body gives the first answer again; another body is refused.
    key = {"Idempotency-Key": "a-key-of-the-test"}
    first = expect(d, "POST", "/risk-limits", 201, {"name": "once", "maxPositionSize": 1, "leverageCap": 1, "maxDailyLoss": 1, "maxDrawdown": 0.1, "maxOpenPositions": 1}, key)
    again = expect(d, "POST", "/risk-limits", 201, {"name": "once", "maxPositionSize": 1, "leverageCap": 1, "maxDailyLoss": 1, "maxDrawdown": 0.1, "maxOpenPositions": 1}, key)
    assert first == again
    expect(d, "POST", "/risk-limits", 409, {"name": "twice", "maxPositionSize": 1, "leverageCap": 1, "maxDailyLoss": 1, "maxDrawdown": 0.1, "maxOpenPositions": 1}, key)


def crowd(d: Daemon) -> None:
    """A thousand idle connections and one slow client: others are served all the same."""
    idle = []
    for _ in range(1000):
        s = socket.create_connection(("127.0.0.1", d.port), timeout=5)
        idle.append(s)
    slow = socket.create_connection(("127.0.0.1", d.port), timeout=5)
    slow.sendall(b"POST /ops/trading/halt HTTP/1.1\r\nHost: x\r\nContent-")
    expect(d, "GET", "/health/ready", 200)
    for s in idle:
        s.close()
    slow.close()
    expect(d, "GET", "/health/ready", 200)


def page(d: Daemon) -> None:
    """Every route of the page answers something that it says it can."""
    api = expect(d, "GET", "/openapi.json", 200)
    assert api["openapi"].startswith("3.1"), api["openapi"]
    ids = [operation["operationId"] for methods in api["paths"].values() for operation in methods.values() if isinstance(operation, dict)]
    assert len(ids) == len(set(ids)) and len(ids) > 45, len(ids)
    for path, methods in api["paths"].items():
        if "get" not in methods or "{" in path:
            continue
        needs = [p for p in methods["get"].get("parameters", []) if p.get("required") and p["in"] == "query"]
        if needs:
            continue
        status, _, answer = d.get(path)
        assert status == 200, f"GET {path}: {status} {answer}"


def guarded(data: Path) -> None:
    """With a token, nothing changes without it, and nothing but the open routes is read."""
    d = Daemon(data, "--demo-history-days=3", environment={"API_TOKEN": "a-secret-of-the-test", "ALLOW_LIVE_SIMULATION": "true"})
    d.wait_ready()
    expect(d, "GET", "/health", 200)
    expect(d, "GET", "/ops/trading/risk", 401)
    expect(d, "POST", "/ops/trading/halt", 401, {"reason": "x"})
    expect(d, "POST", "/ops/trading/halt", 401, {"reason": "x"}, {"Authorization": "Bearer wrong"})
    token = {"Authorization": "Bearer a-secret-of-the-test"}
    expect(d, "GET", "/ops/trading/risk", 200, headers=token)
    path = f"/agents/agent-btcusdt/runs/{run_of(d, 'agent-btcusdt', token)}/decisions"
    market = {"candles": newest_candles(d, "BTC-USDT", headers=token)}
    said = expect(d, "POST", path, 200, {"market": market, "simulateExecutionStatus": "partial"}, token)
    wanted = said["decision"]["riskCheckResult"] == "simulated"
    assert said["tradeId"] is None and said["tradeExecutionStatus"] == ("partial" if wanted else None), said
    shown = json.dumps(expect(d, "GET", "/ops/config", 200, headers=token))
    assert "a-secret-of-the-test" not in shown, "the token is shown"
    assert d.stop() == 0
    assert "a-secret-of-the-test" not in (data / "rltraderd.log").read_text(), "the token is in the log"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        d = Daemon(data, "--time-scale=120", "--demo-history-days=5")
        print(f"ready after {d.wait_ready():.2f} s")
        for part in (good, posted, confident, bad, crowd, page):
            part(d)
            print(f"{part.__name__}: {done} calls so far", flush=True)
        assert d.stop() == 0
        check_audit(data / "ops.db")
        guarded(Path(folder) / "guarded")
    print(f"{done} passed, 0 failed")


if __name__ == "__main__":
    try:
        main()
    finally:
        Daemon.kill_all()
