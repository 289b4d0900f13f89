#!/usr/bin/env python3
"""The real rltraderctl against a stub of the daemon: exit codes, bytes passed on, time-outs, refusals, hostile answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from stub_daemon import RawServer, StubDaemon, free_port, good, problem, small_desk  # noqa: E402

CTL = Path(os.environ["RLTRADER_BIN_DIR"]).resolve() / "rltraderctl"
DONE, ERROR, USAGE, NOT_RUNNING, CONFIGURATION, TIMED_OUT, REFUSED = range(7)
PLENTY = 60  # seconds: far above any time-out used here, for a loaded machine


class CtlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def ctl(self, *arguments: str, url: str | None = None, **environment: str):
        keep = {k: v for k, v in os.environ.items() if k.startswith(("ASAN", "UBSAN", "TSAN", "LD_", "PATH"))}
        if url:
            environment["RLTRADER_URL"] = url
        done = subprocess.run([str(CTL), *arguments], env={**keep, **environment}, cwd=self.folder, capture_output=True, timeout=PLENTY)
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        return done

    def against(self, answers: dict, *arguments: str, after=lambda: None, **environment: str):
        with StubDaemon(answers) as stub:
            done = self.ctl(*arguments, url=f"http://127.0.0.1:{stub.port}", **environment)
            after()
            done.seen = stub.seen
            return done

    def against_raw(self, reply: bytes, *arguments: str, hold: bool = False):
        with RawServer(reply, hold) as server:
            return self.ctl(*arguments, url=f"http://127.0.0.1:{server.port}")

    def assert_exit(self, done, code: int):
        self.assertEqual(done.returncode, code, f"\nstdout: {done.out}\nstderr: {done.err}")

    # ---- exit codes -------------------------------------------------------------------------------------------------

    def test_an_answer_ends_with_0(self):
        done = self.against(small_desk(), "version")
        self.assert_exit(done, DONE)
        self.assertEqual(done.out, "rltraderd 0.1.0  commit abc123  Release  sqlite, sim\n")
        self.assertEqual(done.err, "")

    def test_a_failure_ends_with_1_and_its_reason(self):
        done = self.against({"GET /trades/t9": problem(404, "not_found", "no trade t9")}, "trades", "t9")
        self.assert_exit(done, ERROR)
        self.assertEqual((done.out, done.err), ("", "rltraderctl: failed (404 not_found): no trade t9\n"))

    def test_each_refused_field_is_named(self):
        fields = [{"field": "status", "problem": "must be one of intent, sent", "was": "lost"}, {"field": "page_size", "problem": "must be at most 250", "was": "999"}]
        done = self.against({"GET /ops/orders": problem(400, "out_of_bounds", "2 fields are refused", fields)}, "orders", "--status=lost", "--limit=999")
        self.assert_exit(done, ERROR)
        self.assertEqual(done.err, "rltraderctl: failed (400 out_of_bounds): 2 fields are refused\n"
                                   '  status must be one of intent, sent, was "lost"\n  page_size must be at most 250, was "999"\n')
        self.assertEqual(done.seen[0]["query"], "status=lost&page_size=999")

    def test_misuse_ends_with_2_and_asks_nobody(self):
        cases = {
            (): "a command is missing", ("statsu",): 'did you mean status?', ("hlat", "--reason=x"): "did you mean halt?",
            ("zzzzzz",): "is not a command; rltraderctl --help", ("halt",): "halt needs --reason=TEXT", ("halt", "--reason= "): "halt needs --reason",
            ("halt", "--reson=x"): "did you mean --reason?", ("why",): "why needs ID", ("why", "a", "b"): 'why does not take "b"',
            ("pairs", "--reason=x"): "pairs does not take --reason", ("status", "--json=yes"): "--json takes no value",
            ("orders", "--pair"): "--pair needs a value", ("orders", "--pair=a", "--pair=b"): "--pair is given twice",
            ("status", "--timeout=never"): "--timeout must be a time", ("status", "--timeout=0"): "--timeout must be a time",
            ("status", "--url=ftp://x"): "--url:", ("status", "-x"): "is not known", ("alerts", "ack"): "ack needs an ID",
            ("alerts", "burn", "1"): "burn is not known here", ("config", "destroy"): "config takes show or check", ("completion", "zsh"): "bash alone",
            ("status", "--api-token=abcdefgh"): "is a secret and is not taken from the command line", ("status", "--token=a", "--token-file=b"): "both given",
            ("close", ""): "was given an empty argument",
        }
        with StubDaemon(small_desk()) as stub:
            for arguments, sentence in cases.items():
                with self.subTest(arguments=arguments):
                    done = self.ctl(*arguments, url=f"http://127.0.0.1:{stub.port}")
                    self.assert_exit(done, USAGE)
                    self.assertIn(sentence, done.err)
                    self.assertEqual(done.out, "")
            self.assertEqual(stub.seen, [])

    def test_nobody_there_ends_with_3(self):
        url = f"http://127.0.0.1:{free_port()}"
        for arguments in (["status"], ["pairs"], ["halt", "--reason=x"], ["status", "--json"]):
            with self.subTest(arguments=arguments):
                done = self.ctl(*arguments, url=url)
                self.assert_exit(done, NOT_RUNNING)
                self.assertIn(f"rltraderd is not running at {url} (", done.err)
                self.assertEqual(done.out, "")
        self.assertIn("NOT HALTED\n", self.ctl("halt", "--reason=x", url=url).err)

    def test_a_wrong_setting_ends_with_4(self):
        (self.folder / "bad.env").write_text("PORT=many\n")
        self.assert_exit(self.ctl("status", "--config=bad.env"), CONFIGURATION)
        done = self.ctl("config", "check", "--config=bad.env")
        self.assert_exit(done, CONFIGURATION)
        self.assertIn('PORT = "many" (bad.env:1) must be', done.err)
        self.assert_exit(self.ctl("config", "show", "--config=missing.env"), CONFIGURATION)
        self.assert_exit(self.ctl("status", RLTRADER_URL="gopher://x"), CONFIGURATION)
        self.assert_exit(self.ctl("status", PORT="0"), CONFIGURATION)
        self.assert_exit(self.ctl("status", API_TOKEN_FILE="missing"), CONFIGURATION)
        self.assert_exit(self.ctl("status", "--token-file=missing"), CONFIGURATION)

    def test_a_wrong_setting_that_does_not_matter_keeps_nobody_from_a_halt(self):
        answer = good({"state": {"id": "account", "status": "halted", "trigger_reason": "x"}, "pairs": [], "sends_in_flight": [], "durable": True})
        (self.folder / "bad.env").write_text("RLTRADER_LOG_LEVEL=loud\nNODE_ENV=production\n")
        done = self.against({"POST /ops/trading/halt": answer}, "halt", "--reason=x", "--config=bad.env")
        self.assert_exit(done, DONE)

    def test_silence_ends_with_5(self):
        began = time.monotonic()
        done = self.against_raw(b"", "pairs", "--timeout=200ms", hold=True)
        self.assert_exit(done, TIMED_OUT)
        self.assertIn("200 ms", done.err)
        self.assertNotIn("whether it was done", done.err)
        self.assertLess(time.monotonic() - began, PLENTY / 2)

    def test_silence_after_a_change_says_that_the_outcome_is_not_known(self):
        done = self.against_raw(b"", "halt", "--reason=x", "--timeout=200ms", hold=True)
        self.assert_exit(done, TIMED_OUT)
        self.assertIn("whether it was done is not known", done.err)
        self.assertNotIn("NOT HALTED", done.err)

    def test_an_answer_that_stops_in_the_middle_ends_in_time(self):
        done = self.against_raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data', "pairs", "--timeout=300ms", hold=True)
        self.assert_exit(done, TIMED_OUT)

    def test_an_actor_that_does_not_answer_in_time_ends_with_5(self):
        self.assert_exit(self.against({"GET /ops/pairs": problem(504, "timed_out", "pairs did not answer within 2 s")}, "pairs"), TIMED_OUT)

    def test_refusals_end_with_6(self):
        for status, code in ((401, "unauthenticated"), (403, "forbidden"), (409, "conflict"), (422, "refused"), (429, "too_many_failures")):
            with self.subTest(status=status):
                done = self.against({"POST /ops/trading/resume": problem(status, code, "an order is UNKNOWN")}, "resume", "--reason=x")
                self.assert_exit(done, REFUSED)
                self.assertIn(f"refused ({status} {code}): an order is UNKNOWN", done.err)
                self.assertIn("NOT RESUMED\n", done.err)
                self.assertEqual(done.out, "")

    def test_a_dependency_that_is_down_is_an_error(self):
        down = problem(503, "unavailable", "the store is down")
        done = self.against({"GET /ops/pairs": (down[0], {**down[1], "Retry-After": "1"}, down[2])}, "pairs")
        self.assert_exit(done, ERROR)
        self.assertIn("the store is down\n  it may be asked again in 1 s", done.err)

    # ---- bytes ------------------------------------------------------------------------------------------------------

    def test_json_passes_the_answer_on_unchanged(self):
        odd = '{"data" : [ {"pair":"BTC-USDT", "held": 0.10000000000000000555, "big": 123456789012345678901234567890} ],\n "total":1.0e0 , "z":1, "a":"\\u00e9"}'
        done = self.against({"GET /ops/pairs": (200, {}, odd.encode())}, "pairs", "--json")
        self.assert_exit(done, DONE)
        self.assertEqual(done.out, odd + "\n")

    def test_every_reading_command_passes_json_on(self):
        desk = small_desk()
        for arguments, route in ((["pairs"], "GET /ops/pairs"), (["orders"], "GET /ops/orders"), (["trades"], "GET /trades"), (["trades", "t1"], "GET /trades/t1"),
                                 (["decisions"], "GET /ops/decisions"), (["alerts"], "GET /ops/alerts"), (["jobs"], "GET /ops/retry-queue"),
                                 (["audit"], "GET /ops/audit"), (["why", "o1"], "GET /ops/why/o1"), (["agents"], "GET /agents"), (["version"], "GET /version")):
            with self.subTest(arguments=arguments):
                done = self.against(desk, *arguments, "--json")
                self.assert_exit(done, DONE)
                self.assertEqual(done.stdout, desk[route][2] + b"\n")
                table = self.against(desk, *arguments)
                self.assert_exit(table, DONE)
                self.assertNotIn("\x1b", table.out)
                self.assertTrue(table.out.endswith("\n"))

    def test_json_of_status_is_one_document_of_all_parts(self):
        desk = small_desk()
        done = self.against(desk, "status", "--json")
        self.assert_exit(done, DONE)
        document = json.loads(done.out)
        self.assertEqual(document["risk"], json.loads(desk["GET /ops/trading/risk"][2]))
        self.assertEqual(document["ready"]["ready"], True)
        self.assertEqual(len(document["orders_unknown"]["data"]), 1)

    def test_nothing_is_printed_on_standard_output_for_what_is_no_json(self):
        for reply in (b"<html>It works!</html>", b"", b'{"a":1', b'{"a":1} {"b":2}', b'{"a":1,"a":2}', b"[" * 100000, b'"\xff\xfe"', b"nan"):
            for flags in ([], ["--json"]):
                with self.subTest(reply=reply[:20], flags=flags):
                    done = self.against({"GET /ops/pairs": (200, {"Content-Type": "text/html"}, reply)}, "pairs", *flags)
                    self.assert_exit(done, ERROR)
                    self.assertEqual(done.out, "")
                    self.assertIn("the answer is no JSON", done.err)

    def test_json_of_another_shape_is_shown_as_nothing_and_breaks_nothing(self):
        for body in (1, "text", None, True, [1, "x", None, [[]]], {"data": {"x": 1}}, {"data": [[], 5, None, {"pair": {"deep": [1]}, "run": 7}]}, {}):
            desk = {key: good(body) for key in small_desk()}
            for arguments in (["pairs"], ["orders"], ["trades"], ["trades", "t1"], ["decisions"], ["alerts"], ["jobs"], ["audit"], ["why", "o1"],
                              ["agents"], ["version"], ["status"]):
                with self.subTest(body=body, arguments=arguments):
                    done = self.against(desk, *arguments)
                    self.assertIn(done.returncode, (DONE, ERROR), done.err)
                    self.assertNotIn("defect", done.err)

    def test_what_is_no_http_is_an_error(self):
        for reply in (b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x46" * 20, b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", b"",
                      b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 999999 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 100000 + b"\r\n\r\n"):
            with self.subTest(reply=reply[:30]):
                done = self.against_raw(reply, "pairs")
                self.assert_exit(done, ERROR)
                self.assertEqual(done.out, "")
                self.assertNotEqual(done.err, "")

    def test_an_answer_above_16_mib_is_refused_before_it_is_read(self):
        announced = self.against_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{", "pairs")
        self.assert_exit(announced, ERROR)
        self.assertIn("more than 16 MiB", announced.err)
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        endless = self.against_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 17, "pairs", "--timeout=30s")
        self.assert_exit(endless, ERROR)
        self.assertIn("more than 16 MiB", endless.err)

    def test_a_large_answer_is_taken(self):
        rows = [{"id": str(i), "sequence": i, "actor": "x" * 200} for i in range(20000)]
        done = self.against({"GET /ops/audit": good({"data": rows, "total": len(rows)})}, "audit")
        self.assert_exit(done, DONE)
        self.assertEqual(done.out.count("\n"), len(rows) + 1)

    def test_what_a_server_says_cannot_move_the_cursor_or_hide_a_line(self):
        evil = "\x1b[2J\x1b]0;owned\x07HALTED\x1b[8m\r\n\x9b31m\x7f\u202e\u200b\u2066\x00\x08\x1bP1$r\x1b\\end\x1b"
        desk = small_desk()
        decision = {"id": evil, "pair": evil, "action": evil, "reason": evil, "warnings": [evil], "decided_at": evil, "size": evil, "source": evil}
        order = {"client_order_id": evil, "requested_instrument": evil, "state": evil, "status_reason": evil}
        for key in list(desk):
            body = {"data": [decision], "total": 1, "ready": False, "reasons": [{"check": evil, "problem": evil}], "version": evil, "role": evil,
                    "decision": decision, "orders": [order], "executions": [order], "state": {"status": evil, "trigger_reason": evil, "id": evil},
                    "quarantined": [{"pair": evil, "reason": evil}], "snapshot": {"equity": evil}, "id": evil, evil: evil}
            desk[key] = good(body)
        desk["POST /ops/trading/halt"] = problem(409, evil, evil, [{"field": evil, "problem": evil, "was": evil}])
        desk["GET /ops/pairs"] = good({"data": [{"pair": evil, "run": {"status": evil, "id": evil, "mode": evil}, "last_decision": decision, "held": evil}]})
        for arguments in (["status"], ["pairs"], ["orders"], ["trades"], ["trades", "t1"], ["decisions"], ["why", "o1"], ["version"], ["halt", "--reason=x"],
                          ["pause-agent", "X"]):
            with self.subTest(arguments=arguments):
                done = self.against(desk, *arguments)
                for text in (done.out, done.err):
                    self.assertEqual([c for c in text if c != "\n" and (ord(c) < 32 or 0x7f <= ord(c) <= 0x9f or ord(c) in (0x202e, 0x200b, 0x2066))], [])
                    self.assertNotIn("owned", text)

    # ---- requests ---------------------------------------------------------------------------------------------------

    def test_a_halt_is_one_call_with_an_actor_and_no_key_to_be_looked_up(self):
        answer = good({"state": {"id": "account", "status": "halted", "trigger_reason": "prices look wrong", "cause": "operator"}, "pairs": [],
                       "sends_in_flight": ["o1"], "durable": False})
        done = self.against({"POST /ops/trading/halt": answer}, "halt", "--reason", "prices look wrong")
        self.assert_exit(done, DONE)
        self.assertEqual(done.out, "HALTED  account  prices look wrong\n1 orders are on their way without the venue's word:\n  o1\n"
                                   "The store is down: this holds in memory and in the halt file.\n")
        self.assertEqual(len(done.seen), 1)
        request = done.seen[0]
        self.assertEqual(json.loads(request["body"]), {"reason": "prices look wrong"})
        self.assertNotIn("idempotency-key", request["headers"])
        self.assertRegex(request["headers"]["x-actor"], r"^[!-~]{1,64}$")
        self.assertEqual(request["headers"]["content-type"], "application/json")
        self.assertNotIn("authorization", request["headers"])

    def test_two_wishes_have_two_keys_and_one_wish_may_keep_its_own(self):
        answers = {f"POST /ops/trading/{verb}": good({"state": {"id": "account", "status": "ok"}}) for verb in ("resume", "halt")}
        first = self.against(answers, "resume", "--reason=x").seen[0]["headers"]["idempotency-key"]
        second = self.against(answers, "resume", "--reason=x").seen[0]["headers"]["idempotency-key"]
        self.assertRegex(first, r"^rltraderctl-\d+-\d+$")
        self.assertNotEqual(first, second)
        mine = self.against(answers, "halt", "--reason=x", "--idempotency-key=mine").seen[0]["headers"]["idempotency-key"]
        self.assertEqual(mine, "mine")

    def test_changing_commands_send_what_the_api_takes(self):
        run = good({"id": "r1", "pair": "BTC-USDT", "mode": "paper", "status": "running"})
        both = good({"trade": {"id": "t1"}, "execution": {"client_order_id": "o2"}})
        desk = small_desk(**{
            "POST /ops/trading/halt": good({"state": {"status": "ok"}, "pairs": [{"id": "BTC-USDT", "status": "halted"}]}),
            "POST /ops/trading/flatten": good({"orders": [], "refused": [{"pair": "X", "trade_id": "t", "why": "no mark"}]}, 202),
            "POST /ops/trading/reconcile": good({"checked": 2, "updated": 0, "errors": 0, "reconciled_at": "2024-03-01T12:00:00.000Z", "mismatches": [], "quarantined": []}),
            "POST /ops/trading/rebase": good({"state": {"id": "account", "status": "ok"}, "peak_before": "110", "peak": "100"}),
            "POST /ops/orders/o1/resolve": good({"client_order_id": "o1", "state": "not_placed"}),
            "POST /trades/t1/close": both, "POST /trades/t1/cancel": both, "POST /agents/gold-rl-agent/start": run, "POST /agents/agent-btcusdt/pause": run,
            "POST /agents/agent-btcusdt/resume": run, "POST /agents/agent-btcusdt/stop": run, "POST /agents/agent-x/pause": run,
            "POST /ops/alerts/a%2F1/acknowledge": good({"id": "a/1"}), "POST /ops/alerts/a1/resolve": good({"id": "a1"}),
            "POST /ops/retry-queue/j1/requeue": good({"id": "j1"}), "DELETE /ops/retry-queue/j1": good({"id": "j1"})})
        cases = [
            (["halt", "btcusdt", "--reason=x"], "POST /ops/trading/halt", {"pairs": ["btcusdt"], "reason": "x"}),
            (["flatten", "--reason=x"], "POST /ops/trading/flatten", {"reason": "x"}),
            (["rebase", "--reason=x"], "POST /ops/trading/rebase", {"reason": "x"}),
            (["resolve", "o1", "--reason=x"], "POST /ops/orders/o1/resolve", {"outcome": "not_placed", "reason": "x"}),
            (["reconcile"], "POST /ops/trading/reconcile", {}),
            (["reconcile", "A", "B"], "POST /ops/trading/reconcile", {"pairs": ["A", "B"]}),
            (["close", "t1", "--quantity=0.01", "--reason=why"], "POST /trades/t1/close", {"reason": "why", "quantity": "0.01"}),
            (["cancel", "t1"], "POST /trades/t1/cancel", {}),
            (["start-agent", "GOLD", "--on-position=adopt"], "POST /agents/gold-rl-agent/start",
             {"pair": "GOLD", "mode": "paper", "riskLimitSetId": "baseline", "on_position": "adopt"}),
            (["pause-agent", "btc/usdt", "--on-pause=reduce"], "POST /agents/agent-btcusdt/pause", {"on_pause": "reduce"}),
            (["resume-agent", "BTC-USDT"], "POST /agents/agent-btcusdt/resume", {}),
            (["stop-agent", "BTCUSDT", "--on-position=flatten"], "POST /agents/agent-btcusdt/stop", {"on_position": "flatten"}),
            (["pause-agent", "agent-x"], "POST /agents/agent-x/pause", {}),
            (["alerts", "ack", "a/1"], "POST /ops/alerts/a%2F1/acknowledge", None),
            (["alerts", "resolve", "a1"], "POST /ops/alerts/a1/resolve", None),
            (["jobs", "requeue", "j1"], "POST /ops/retry-queue/j1/requeue", None),
            (["jobs", "drop", "j1"], "DELETE /ops/retry-queue/j1", None),
        ]
        for arguments, route, body in cases:
            with self.subTest(arguments=arguments):
                done = self.against(desk, *arguments)
                self.assert_exit(done, DONE)
                last = done.seen[-1]
                self.assertEqual(f"{last['method']} {last['path']}", route)
                self.assertEqual(json.loads(last["body"]) if last["body"] else None, body)
                self.assertEqual("idempotency-key" in last["headers"], arguments[0] != "halt")
                self.assertIn("x-actor", last["headers"])

    def test_a_pair_that_does_not_run_is_named_with_those_that_do(self):
        done = self.against(small_desk(), "pause-agent", "DOGE")
        self.assert_exit(done, ERROR)
        self.assertIn('no pair "DOGE" runs; there are BTC-USDT', done.err)

    def test_the_token_comes_from_where_it_is_said(self):
        (self.folder / "token").write_text("from-token-file\n")
        answers = small_desk()
        for arguments, environment, wanted in (
                (["version", "--token=from-the-line"], {"API_TOKEN": "from-environment"}, "from-the-line"),
                (["version", "--token-file=token"], {}, "from-token-file"), (["version"], {"API_TOKEN": "from-environment"}, "from-environment"),
                (["version"], {"API_TOKEN_FILE": "token"}, "from-token-file")):
            with self.subTest(wanted=wanted):
                done = self.against(answers, *arguments, **environment)
                self.assert_exit(done, DONE)
                self.assertEqual(done.seen[0]["headers"]["authorization"], "Bearer " + wanted)

    def test_a_token_cannot_bring_headers_of_its_own(self):
        done = self.against(small_desk(), "version", "--token=secret-token\r\nX-Actor: root")
        self.assert_exit(done, ERROR)
        self.assertIn("the header Authorization must be one line", done.err)
        self.assertNotIn("secret-token", done.err)
        self.assertEqual(done.seen, [])

    def test_a_reader_that_goes_away_ends_it_without_a_word(self):
        rows = [{"id": str(i), "sequence": i, "actor": "x" * 200} for i in range(5000)]
        with StubDaemon({"GET /ops/audit": good(rows)}) as stub:
            asked = subprocess.Popen([str(CTL), "audit", f"--url=http://127.0.0.1:{stub.port}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            asked.stdout.readline()
            asked.stdout.close()
            self.assertEqual(asked.stderr.read(), b"")
            asked.stderr.close()
            self.assertEqual(asked.wait(PLENTY), -signal.SIGPIPE)

    def test_a_token_never_shows(self):
        secret = "very-secret-token-value"
        with RawServer(b"", hold=True) as server:
            asked = subprocess.Popen([str(CTL), "version", "--token", secret, f"--url=http://127.0.0.1:{server.port}", "--timeout=30s"],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(asked.stdout.close)
            self.addCleanup(asked.stderr.close)
            ends = time.monotonic() + PLENTY
            while not server.kept and time.monotonic() < ends:
                time.sleep(0.01)
            listed = Path(f"/proc/{asked.pid}/cmdline").read_bytes()
            asked.kill()
            asked.wait()
        self.assertIn(b"version", listed)
        self.assertNotIn(secret.encode(), listed)
        shown = self.ctl("config", "show", API_TOKEN=secret)
        self.assertNotIn(secret, shown.out + shown.err)

    def test_the_address_follows_the_settings(self):
        with StubDaemon(small_desk()) as stub:
            port = str(stub.port)
            (self.folder / "conf.env").write_text(f"PORT={port}\n")
            for arguments, environment in ((["version", f"--port={port}"], {}), (["version"], {"PORT": port}), (["version", "--config=conf.env"], {}),
                                           (["version", f"--url=localhost:{port}"], {}), (["--url", f"http://127.0.0.1:{port}/", "version"], {}),
                                           (["version"], {"PORT": port, "RLTRADER_BIND": "0.0.0.0"})):
                with self.subTest(arguments=arguments):
                    self.assert_exit(self.ctl(*arguments, **environment), DONE)

    # ---- status -----------------------------------------------------------------------------------------------------

    def test_status_shows_what_matters(self):
        done = self.against(small_desk(), "status")
        self.assert_exit(done, DONE)
        for text in ("READY\n", "Breaker    ACTIVE", "9,991.16 USDT", "120.50 of 1,000.00 (12.05 %)", "1.23 % of 50.00 %", "6,000.05 of 40,000.00", "UNKNOWN 6,000.00",
                     "BTC-USDT", "long 0.1", "3 min ago", "1 open, 1 UNKNOWN", "no word from the venue", "1 open, 1 high", "order_unknown", "1 given up"):
            self.assertIn(text, done.out)
        for line in done.out.splitlines():
            self.assertLess(len(line), 200)

    def test_status_says_why_it_is_not_ready_and_what_halted(self):
        not_ready = good({"ready": False, "reasons": [{"check": "feeds", "problem": "BTC-USDT is 5 min old"}], "role": "all", "version": "0.1.0",
                          "started_at": "2024-03-01T10:00:00.000Z"}, 503)
        halted = json.loads(small_desk()["GET /ops/trading/risk"][2])
        halted["state"] = {"id": "account", "status": "cooldown", "cause": "hard_loss", "trigger_reason": "lost 2,001 today",
                           "last_triggered_at": "2024-03-01T11:30:00.000Z", "cooldown_until": "2024-03-01T12:30:00.000Z"}
        halted["quarantined"] = [{"pair": "ETH-USDT", "cause": "books_disagree", "reason": "ours 1, theirs 2", "since": "2024-03-01T11:59:00.000Z"}]
        desk = small_desk(**{"GET /health/ready": not_ready, "GET /ops/trading/risk": good(halted)})
        done = self.against(desk, "status")
        self.assert_exit(done, DONE)
        for text in ("NOT READY\n", "feeds      BTC-USDT is 5 min old", "COOLDOWN  hard_loss  lost 2,001 today  since 30 min ago  not before 2024-03-01 12:30:00",
                     "Quarantine ETH-USDT  books_disagree  ours 1, theirs 2  since 60 s ago"):
            self.assertIn(text, done.out)
        self.assert_exit(self.against(desk, "status", "--check"), ERROR)
        self.assert_exit(self.against(small_desk(), "status", "--check"), DONE)

    def test_status_shows_what_it_can_when_a_part_fails(self):
        done = self.against(small_desk(**{"GET /ops/trading/risk": problem(503, "unavailable", "the desk is being reopened")}), "status")
        self.assert_exit(done, ERROR)
        self.assertIn("the desk is being reopened", done.out)
        self.assertIn("1 open, 1 UNKNOWN", done.out)

    def test_status_of_a_viewer_leaves_the_queue_out(self):
        denied = problem(403, "forbidden", "the role viewer may not")
        desk = small_desk()
        for key in list(desk):
            if "retry-queue" in key:
                desk[key] = denied
        done = self.against(desk, "status")
        self.assert_exit(done, DONE)
        self.assertIn("the role viewer may not", done.out)

    def test_status_with_a_wrong_token_says_so_once(self):
        desk = {key: problem(401, "unauthenticated", "no such token") for key in small_desk()}
        desk["GET /health/ready"] = small_desk()["GET /health/ready"]
        done = self.against(desk, "status", "--token=wrong-token")
        self.assert_exit(done, REFUSED)
        self.assertEqual(done.err.count("no such token"), 1)

    def test_status_does_not_wait_for_each_part_of_a_daemon_that_hangs(self):
        began = time.monotonic()
        with RawServer(b"", hold=True) as server:
            done = self.ctl("status", "--timeout=300ms", url=f"http://127.0.0.1:{server.port}")
            self.assertEqual(len(server.kept), 2)
        self.assert_exit(done, TIMED_OUT)
        self.assertLess(time.monotonic() - began, PLENTY / 2)

    def test_status_stops_asking_when_only_the_health_answers(self):
        over = threading.Event()

        def hang(_):
            over.wait(PLENTY)
            return good({})

        desk = {key: hang for key in small_desk()}
        desk["GET /health/ready"] = small_desk()["GET /health/ready"]
        done = self.against(desk, "status", "--timeout=500ms", after=over.set)
        self.assert_exit(done, TIMED_OUT)
        self.assertEqual([request["path"] for request in done.seen], ["/health/ready", "/ops/trading/risk", "/ops/pairs"])
        self.assertIn("READY\n", done.out)
        self.assertIn("Orders     not asked: the daemon answers too slowly", done.out)

    # ---- help -------------------------------------------------------------------------------------------------------

    def test_help_is_there_for_all_and_for_each(self):
        whole = self.ctl("--help")
        self.assert_exit(whole, DONE)
        commands = [line.split()[0] for line in whole.out.splitlines() if line.startswith("  ") and not line.startswith("  --")]
        self.assertGreaterEqual(len(commands), 24)
        for command in commands:
            with self.subTest(command=command):
                own = self.ctl(command, "--help")
                self.assert_exit(own, DONE)
                self.assertIn("Examples:\n  rltraderctl " + command, own.out)
                self.assertEqual(self.ctl("help", command).out, own.out)
        self.assertEqual(self.ctl("help").out, whole.out)
        self.assertEqual(self.ctl("-h").out, whole.out)

    def test_the_completion_is_bash_and_completes(self):
        script = self.ctl("completion", "bash")
        self.assert_exit(script, DONE)
        probe = script.out + '\nCOMP_WORDS=(rltraderctl "$@"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); compopt() { :; }; _rltraderctl; printf "%s\\n" "${COMPREPLY[@]}"\n'

        def complete(*words: str) -> list[str]:
            done = subprocess.run(["bash", "-c", probe, "bash", *words], capture_output=True, timeout=PLENTY, text=True)
            self.assertEqual(done.stderr, "")
            return done.stdout.split()

        self.assertEqual(complete("sta"), ["status", "start-agent"])
        self.assertEqual(complete("halt", "--re"), ["--reason="])
        self.assertEqual(complete("orders", "--status", "=", "unk"), ["unknown"])
        self.assertEqual(complete("orders", "--side", "="), ["buy", "sell"])
        self.assertEqual(complete("config", ""), ["show", "check"])
        self.assertEqual(complete("help", "hal"), ["halt"])

    def test_config_is_shown_with_its_origin_and_as_json(self):
        done = self.ctl("config", "show", "--origin", "--port=9999")
        self.assert_exit(done, DONE)
        self.assertRegex(done.out, r"PORT=9999 +# flag --port\n")
        rows = json.loads(self.ctl("config", "show", "--json").out)
        self.assertIn({"key": "PORT", "value": "8787", "origin": "default", "secret": False, "reloadable": False}, rows)
        self.assertEqual(json.loads(self.ctl("config", "check", "--json", PORT="x").out)["violations"][0]["key"], "PORT")

    def test_a_full_disk_behind_standard_output_is_an_error(self):
        with StubDaemon(small_desk()) as stub, open("/dev/full", "wb") as full:
            done = subprocess.run([str(CTL), "pairs", f"--url=http://127.0.0.1:{stub.port}"], stdout=full, stderr=subprocess.PIPE, timeout=PLENTY)
        self.assertEqual(done.returncode, ERROR)
        self.assertIn(b"standard output cannot be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
