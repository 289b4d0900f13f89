"""HTTP that routes_test.py does not send: floods of headers, halves of requests, many at once, bytes that are no text."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

from bad_starts import QUICK
from daemon import Daemon

HEAD = b"Host: 127.0.0.1\r\nContent-Type: application/json\r\n"


def sent(d: Daemon, data: bytes, within: float = 10) -> bytes:
    """All that comes back until the daemon closes or has said nothing for a second."""
    with socket.create_connection(("127.0.0.1", d.port), timeout=within) as s:
        try:
            s.sendall(data)
        except OSError:
            pass  # it may close before all has been sent
        s.settimeout(1.0)
        got = b""
        try:
            while piece := s.recv(65536):
                got += piece
        except OSError:
            pass
        return got


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def post(body: bytes, extra: bytes = b"") -> bytes:
    return b"POST /ops/trading/halt HTTP/1.1\r\n" + HEAD + extra + b"Connection: close\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body


def calls(folder: Path) -> str:
    folder.mkdir()
    d = Daemon(folder / "demo", *QUICK)
    try:
        d.wait_ready()
        cases = {
            "many headers": (b"GET /health HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(20_000)) + b"\r\n", {431, 400}),
            "one long header": (b"GET /health HTTP/1.1\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n", {431, 400}),
            "a long path": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {414, 431, 400}),
            "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100 + b"\r\n\r\n", {400}),
            "no UTF-8": (post(b'{"reason":"\xff\xfe"}'), {400}),
            "a NUL": (post(b'{"reason":"a\x00b"}'), {400}),
            "deep nesting": (post(b'{"reason":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), {400}),
            "a name twice": (post(b'{"reason":"a","reason":"b"}'), {400}),
            "two documents": (post(b'{"reason":"a"}{"reason":"b"}'), {400}),
            "no object": (post(b"[1]"), {400}),
            "nothing": (post(b""), {400}),
            "two lengths": (post(b'{"reason":"a"}', b"Content-Length: 3\r\n"), {400}),
            "length and chunks": (post(b'{"reason":"a"}', b"Transfer-Encoding: chunked\r\n"), {400, 413, 501}),
            "a length of nonsense": (b"POST /ops/trading/halt HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\n", {400}),
            "more than is taken": (b"POST /ops/trading/halt HTTP/1.1\r\n" + HEAD + b"Content-Length: 99999999999\r\n\r\n{", {413}),
        }
        for name, (data, allowed) in cases.items():
            answer = sent(d, data)
            got = statuses(answer)
            assert got and got[0] in allowed, f"{name}: {answer[:300]}"
            assert len(got) == 1, f"{name}: more than one answer: {got}"
            if answer.partition(b"\r\n\r\n")[2]:
                problem = json.loads(answer.partition(b"\r\n\r\n")[2])
                assert problem["status"] == got[0] and problem["detail"], f"{name}: {problem}"
        # Halves of requests, and callers that are gone before they are answered.
        for half in (b"", b"G", b"GET /health HT", b"POST /ops/trading/halt HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\n{\"rea"):
            for _ in range(50):
                with socket.create_connection(("127.0.0.1", d.port), timeout=5) as s:
                    s.sendall(half)
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", d.port), timeout=5) as s:
                s.sendall(b"GET /trades HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        # Many requests in one go are answered one by one, in order.
        paths = ["/health", "/nowhere", "/version", "/health/live"] * 25
        flood = b"".join(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in paths)
        assert statuses(sent(d, flood)) == [404 if path == "/nowhere" else 200 for path in paths]
        assert d.get("/ops/trading/risk")[2]["state"]["status"] == "ok", "none of these halted anything"
        assert d.get("/health/ready")[0] == 200 and d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.kill()
    return f"{len(cases)} kinds of requests, 250 halves, {len(paths)} in one go"
