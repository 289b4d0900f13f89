"""SIGHUP: pairs come and go, who holds a position stays, a broken file changes nothing, the rest waits for a restart."""

from __future__ import annotations

import signal
from pathlib import Path

from daemon import Daemon, check_audit, ops_rows, wait_for

FLAGS = ("--demo-history-days=1", "--time-scale=300", "--policy=buy_and_hold")


class Reloads:
    def __init__(self, daemon: Daemon):
        self.daemon = daemon

    def send(self, *until: str) -> str:
        """SIGHUP; all that is logged from then on, once each sentence has come."""
        before = len(self.daemon.log())
        self.daemon.process.send_signal(signal.SIGHUP)

        def said():
            new = self.daemon.log()[before:]
            return new if all(sentence in new for sentence in until) else None
        try:
            return wait_for(said, 15)
        except AssertionError:
            raise AssertionError(f"not logged: {[s for s in until if s not in self.daemon.log()[before:]]}\n{self.daemon.log()[before:][-3000:]}") from None

    def pairs(self) -> dict[str, dict]:
        return {row["pair"]: row for row in self.daemon.get("/ops/pairs")[2]["data"]}

    def held(self) -> set[str]:
        return {pair for pair, row in self.pairs().items() if float(row["held"] or 0) != 0}

    def shown(self, key: str) -> dict:
        return next(row for row in self.daemon.get("/ops/config")[2] if row["key"] == key)

    def flatten(self, pair: str) -> None:
        status, _, said = self.daemon.call("POST", f"/agents/agent-{pair.replace('-', '').lower()}/pause", {"on_pause": "flatten"})
        assert status == 200, said
        wait_for(lambda: pair not in self.held(), 15, f"{pair} is not flat")


def reloads(folder: Path) -> str:
    folder.mkdir()
    conf = folder / "conf.env"
    conf.write_text("RL_ONLINE_LEARNING_PAIRS=BTC-USDT,ETH-USDT,SOL-USDT\n")
    d = Daemon(folder / "demo", *FLAGS, f"--config={conf}")
    r = Reloads(d)
    try:
        d.wait_ready()
        wait_for(lambda: r.held() == {"BTC-USDT", "ETH-USDT", "SOL-USDT"}, why="buy and hold does not hold")
        come_and_go(r, conf)
        broken_or_late(r, conf)
        before_restart(r, conf)
        assert d.stop() == 0
        left_behind = after_restart(folder, conf)
        from_a_file_of_its_own(folder)
    finally:
        if d.process.poll() is None:
            d.kill()
    check_audit(folder / "demo" / "ops.db")
    return f"pairs added, removed and kept; {left_behind} kept by a restart"


def come_and_go(r: Reloads, conf: Path) -> None:
    conf.write_text("RL_ONLINE_LEARNING_PAIRS=BTC-USDT,ETH-USDT,SOL-USDT,XRP-USDT\n")
    r.send("reload.changed", "pair.added pair=XRP-USDT")
    wait_for(lambda: ops_rows(r.daemon.data, "SELECT count(*) FROM trade_decisions WHERE pair='XRP-USDT'")[0][0] >= 3, why="the new pair does not decide")
    assert "XRP-USDT" in r.shown("RL_ONLINE_LEARNING_PAIRS")["value"], "what is shown is not what is in force"

    # One that is flat goes, one that holds stays, and the rest of the reload is in force.
    r.flatten("SOL-USDT")
    conf.write_text("RL_ONLINE_LEARNING_PAIRS=BTC-USDT,XRP-USDT\nCORS_ORIGIN=https://desk.example\n")
    said = r.send("pair.removed pair=SOL-USDT", "pair.not_changed", "reload.changed actor=daemon CORS_ORIGIN")
    assert "ETH-USDT: it holds" in said and "stop its run with on_position first" in said, said
    assert set(r.pairs()) == {"BTC-USDT", "ETH-USDT", "XRP-USDT"}
    assert r.shown("CORS_ORIGIN")["value"] == "https://desk.example"
    assert "ETH-USDT" in r.shown("RL_ONLINE_LEARNING_PAIRS")["value"], "a pair that stays is in force"
    alerts = wait_for(lambda: [a for a in r.daemon.get("/ops/alerts")[2] if a["category"] == "pair_not_removed"], why="no alert")
    assert alerts[0]["runbook"] == "pair_not_removed", alerts
    before = r.pairs()["ETH-USDT"]["decisions"]
    wait_for(lambda: r.pairs()["ETH-USDT"]["decisions"] > before, why="the pair that stays does not decide")
    # The same file again asks again, and takes it once it is flat.
    r.send("pair.not_changed")
    r.flatten("ETH-USDT")
    r.send("pair.removed pair=ETH-USDT")
    assert set(r.pairs()) == {"BTC-USDT", "XRP-USDT"}
    stopped = ops_rows(r.daemon.data, "SELECT pair FROM agent_runs WHERE status='stopped' ORDER BY pair")
    assert stopped == [("ETH-USDT",), ("SOL-USDT",)], stopped


def broken_or_late(r: Reloads, conf: Path) -> None:
    good = conf.read_text()
    before = r.pairs().keys()
    nothing = "nothing was changed: all settings stay as they were"
    for content, sentences in (("RL_ONLINE_LEARNING_PAIRS=ETH-USDT,DOGE-USDT\nRL_ONLINE_LEARNING_INTERVAL=7m\nnonsense\n", ("DOGE-USDT", f"{conf}:3", "KEY=VALUE", '"7m"', nothing)),
                               ("RL_ONLINE_LEARNING_PAIRS=ETH-USDT\nRL_ONLINE_LEARNING_PAIRZ=x\n", ("did you mean RL_ONLINE_LEARNING_PAIRS?", nothing))):
        conf.write_text(content)
        r.send("reload.refused", *sentences)
        assert r.pairs().keys() == before
    conf.unlink()
    r.send("reload.refused", "No such file or directory", nothing)
    assert r.pairs().keys() == before and r.daemon.get("/health/live")[0] == 200
    conf.write_text(good + "RLTRADER_STARTING_BALANCE=5\nRL_ONLINE_LEARNING_INTERVAL=5m\n")
    r.send("RLTRADER_STARTING_BALANCE needs a restart", "RL_ONLINE_LEARNING_INTERVAL needs a restart")
    assert r.shown("RL_ONLINE_LEARNING_INTERVAL")["value"] == "1m", "what is shown is not what is in force"
    conf.write_text(good)


def before_restart(r: Reloads, conf: Path) -> None:
    conf.write_text("RL_ONLINE_LEARNING_PAIRS=BTC-USDT,XRP-USDT\n")
    wait_for(lambda: r.held() == {"BTC-USDT", "XRP-USDT"}, why="they do not hold")
    conf.write_text("RL_ONLINE_LEARNING_PAIRS=BTC-USDT,SOL-USDT\n")


def after_restart(folder: Path, conf: Path) -> str:
    """A pair that holds is not left alone because the list of the next start lacks it."""
    d = Daemon(folder / "demo", *FLAGS, f"--config={conf}")
    r = Reloads(d)
    try:
        d.wait_ready()
        assert set(r.pairs()) == {"BTC-USDT", "SOL-USDT", "XRP-USDT"}, r.pairs().keys()
        assert "pair.kept pair=XRP-USDT" in d.log(), "it is not said"
        before = r.pairs()["XRP-USDT"]["decisions"]
        wait_for(lambda: r.pairs()["XRP-USDT"]["decisions"] > before, why="the pair that stays does not decide")
        assert d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.kill()
    return "XRP-USDT"


def from_a_file_of_its_own(folder: Path) -> None:
    listed = folder / "pairs.txt"
    listed.write_text("# ours\nBTC-USDT\n")
    d = Daemon(folder / "listed", "--demo-history-days=1", "--policy=flat", environment={"RL_ONLINE_LEARNING_PAIRS_FILE": str(listed)})
    r = Reloads(d)
    try:
        d.wait_ready()
        assert set(r.pairs()) == {"BTC-USDT"}
        listed.write_text("# ours\nETH-USDT, XRP-USDT  # two\n")
        r.send("pair.added pair=ETH-USDT", "pair.added pair=XRP-USDT", "pair.removed pair=BTC-USDT")
        listed.write_text("ETH-USDT\nDOGE\n")
        r.send("reload.refused", "DOGE", "nothing was changed")
        listed.unlink()
        r.send("reload.refused", "pairs.txt", "nothing was changed")
        assert set(r.pairs()) == {"ETH-USDT", "XRP-USDT"}
        assert d.stop() == 0
    finally:
        if d.process.poll() is None:
            d.kill()
