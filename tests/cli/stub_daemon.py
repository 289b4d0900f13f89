"""A daemon that says what a test wants it to say, on a free port of the loopback."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def problem(status: int, code: str, detail: str, details: list | None = None) -> tuple[int, dict, bytes]:
    body = {"type": "urn:rltrader:problem:" + code, "title": "x", "status": status, "detail": detail, "code": code, "error": code}
    if details:
        body["details"] = details
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body).encode()


def good(body, status: int = 200) -> tuple[int, dict, bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


class StubDaemon:
    """`answers` maps "METHOD /path" to (status, headers, body bytes) or to a function of the request; `seen` has what came."""

    def __init__(self, answers: dict | None = None):
        self.answers = answers or {}
        self.seen: list[dict] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = {"method": self.command, "path": self.path.split("?")[0], "query": self.path.partition("?")[2],
                           "headers": {k.lower(): v for k, v in self.headers.items()}, "body": self.rfile.read(length).decode()}
                stub.seen.append(request)
                answer = stub.answers.get(f"{self.command} {self.path}") or stub.answers.get(f"{self.command} {request['path']}")
                answer = answer(request) if callable(answer) else answer
                status, headers, body = answer or problem(404, "not_found", "no such route")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = serve

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that gave up waiting
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class RawServer:
    """Takes connections and sends exact bytes, or nothing at all; then closes, unless it holds on."""

    def __init__(self, reply: bytes, hold: bool = False):
        self.reply, self.hold = reply, hold
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.kept: list[socket.socket] = []
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket):
        try:
            got = b""
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65536)
                if not piece:
                    return
                got += piece
            if self.reply:
                connection.sendall(self.reply)
            if self.hold:
                self.kept.append(connection)
                return
            connection.close()
        except OSError:
            pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        for connection in self.kept:
            connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# A desk with something to see: short of nothing, one order UNKNOWN, an alert, a dead job.
def small_desk(**changed) -> dict:
    order = {"id": "o1", "trade_id": "t1", "trade_decision_id": "d1", "execution_kind": "entry", "exchange_order_id": "77",
             "client_order_id": "o1", "requested_instrument": "BTC-USDT", "requested_side": "buy", "requested_quantity": "0.10000000",
             "filled_quantity": "0", "average_price": None, "status": "unknown", "state": "unknown", "status_reason": "no word from the venue",
             "attempt_count": 1, "created_at": "2024-03-01T11:00:00.000Z", "updated_at": "2024-03-01T11:00:00.000Z"}
    trade = {"id": "t1", "agent_run_id": "r1", "instrument": "BTC-USDT", "side": "long", "quantity": "0.1", "status": "filled", "mode": "paper",
             "client_order_id": "o1", "avg_fill_price": "60000.5", "position_size": "0.1", "pnl": "-12.345", "pnl_pct": "0", "closed_at": None,
             "created_at": "2024-03-01T10:00:00.000Z"}
    decision = {"id": "d1", "agent_run_id": "r1", "pair": "BTC-USDT", "bar_open": "2024-03-01T11:55:00.000Z",
                "decided_at": "2024-03-01T11:57:00.000Z", "action": "long", "confidence_score": 0.75, "size": "0.1", "reference_price": "60000",
                "reason": "trend is up", "warnings": ["volatility_spike"], "gate_passed": True, "risk_check_result": "asked",
                "policy_version": "ema-1", "source": "sim", "trace_id": "tr1", "input_hash": "ab" * 32, "feature_fingerprint": "cd" * 32}
    alert = {"id": "a1", "category": "order_unknown", "severity": "high", "metric": "orders_unknown", "value": 1, "threshold": 0,
             "status": "open", "triggered_at": "2024-03-01T11:00:00.000Z", "metadata": {"pair": "BTC-USDT"}, "count": 3,
             "last_seen_at": "2024-03-01T11:58:00.000Z", "runbook": "unknown-orders"}
    job = {"id": "j1", "job_type": "order_lookup", "payload": {}, "status": "failed", "attempts": 8, "max_attempts": 8,
           "next_attempt_at": "2024-03-01T11:00:00.000Z", "last_error": "the venue did not answer"}
    run = {"id": "r1", "pair": "BTC-USDT", "mode": "paper", "status": "running", "pause_reason": "none"}
    desk = {
        "GET /health/ready": good({"ready": True, "reasons": [], "role": "all", "version": "0.1.0", "started_at": "2024-03-01T10:00:00.000Z"}),
        "GET /version": good({"version": "0.1.0", "commit": "abc123", "build_type": "Release", "backends": ["sqlite", "sim"]}),
        "GET /ops/trading/risk": good({
            "policy": {"id": "p", "name": "paper", "max_total_exposure": "40000", "max_instrument_exposure": "5000", "max_open_positions": 20,
                       "max_daily_loss": "1000", "circuit_breaker_loss": "2000", "cooldown_minutes": 60, "max_leverage": "10", "max_drawdown": "0.5"},
            "state": {"id": "account", "status": "ok", "cooldown_until": None, "last_triggered_at": None, "trigger_reason": "", "cause": ""},
            "snapshot": {"exposureByInstrument": {"BTC-USDT": "6000.05"}, "totalExposure": "6000.05", "openPositions": 1, "dailyLoss": "120.5",
                         "inFlightExposure": "0", "unknownExposure": "6000", "realisedPnl": "-12.345", "unrealisedPnl": "3.5",
                         "equity": "9991.155", "drawdown": "0.0123", "leverage": "0.6005"},
            "pairs": [], "quarantined": []}),
        "GET /ops/pairs": good({"data": [{"pair": "BTC-USDT", "run": run, "alive": True, "restarts": 0, "quarantined": False, "model": "ema-1",
                                          "last_decision": decision, "held": "0.1", "entry_price": "60000.5",
                                          "last_bar": "2024-03-01T11:55:00.000Z", "bars": 10, "decisions": 10}], "total": 1}),
        "GET /ops/alerts": good([alert]),
        "GET /ops/orders": good({"data": [], "total": 0}),
        "GET /ops/orders?page_size=25&status=unknown": good({"data": [order], "total": 1}),
        "GET /ops/retry-queue": good([]),
        "GET /ops/retry-queue?limit=1000&status=failed": good([job]),
        "GET /ops/trading/summary": good({"generated_at": "2024-03-01T12:00:00.000Z", "trade_count": 3, "filled_count": 3, "win_rate": 0.5,
                                          "net_pnl": "-12.345", "avg_pnl": "0", "max_drawdown": "0", "exposure_by_instrument": {}}),
        "GET /trades": good({"data": [trade], "total": 1}),
        "GET /trades/t1": good({**trade, "executions": [order]}),
        "GET /ops/decisions": good({"data": [decision], "total": 40}),
        "GET /ops/audit": good({"data": [{"id": "1", "sequence": 1, "actor": "root", "action": "breaker.halted", "resource_type": "breaker",
                                          "resource_id": "account", "metadata": {}, "created_at": "2024-03-01T10:00:00.000Z"}], "total": 1}),
        "GET /agents": good([{"id": "agent-btcusdt", "name": "BTC-USDT agent", "status": "running"}]),
        "GET /ops/why/o1": good({"decision": decision, "orders": [order], "events": [], "fills": [], "trade": trade}),
    }
    desk.update(changed)
    return desk
