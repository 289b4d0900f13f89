"""Starts that cannot be: a taken address, folders that cannot be used, settings that contradict."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from daemon import BINARIES, Daemon, free_port, run_to_end

NOBODY = 65534
QUICK = ("--demo-history-days=1", "--time-scale=600")


def ended(*command: object, **how) -> tuple[int, str]:
    code, out, err = run_to_end(*command, **how)
    return code, out + err


def start(*flags: object, data: Path, port: int | None = None, **how) -> tuple[int, str]:
    """A demo that is expected to end by itself: its exit code and all that it says."""
    return ended("rltraderd", "demo", f"--data-dir={data}", f"--port={port or free_port()}", *QUICK, *flags, **how)


def expect(got: tuple[int, str], code: int, *sentences: str) -> None:
    assert got[0] == code, f"ended with {got[0]} instead of {code}:\n{got[1][-2000:]}"
    for sentence in sentences:
        assert sentence in got[1], f"does not say '{sentence}':\n{got[1][-2000:]}"
    assert "a defect" not in got[1], got[1]


def as_nobody() -> dict | None:
    """How a program is run as a user who may nothing; none when that cannot be done here."""
    if os.geteuid() != 0:
        return None
    how = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        return how if run_to_end("rltraderd", "--version", **how)[0] == 0 else None
    except (OSError, PermissionError):
        return None


def listening(folder: Path) -> str:
    folder.mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        expect(start(data=folder / "taken", port=port), 1, f"cannot listen on 127.0.0.1:{port}", "another program has this port; stop it or set PORT")
    # The refused start has kept nothing from the next one.
    d = Daemon(folder / "taken", *QUICK, port=port)
    d.wait_ready()
    assert d.stop() == 0
    expect(start("--bind=999.1.1.1", data=folder / "open"), 78, "RLTRADER_BIND", "999.1.1.1", "is not an address")
    expect(start("--bind=0.0.0.0", data=folder / "open"), 78, "RLTRADER_BIND", "0.0.0.0", "API_TOKEN")
    assert not (folder / "open").exists(), "settings are refused before anything is made"
    expect(start("--bind=nowhere.invalid", data=folder / "name", environment={"API_TOKEN": "a-secret-of-the-test"}), 78, "RLTRADER_BIND", "nowhere.invalid", "not an address")
    expect(start("--bind=203.0.113.9", data=folder / "foreign", environment={"API_TOKEN": "a-secret-of-the-test"}), 1, "cannot listen on 203.0.113.9")
    expect(ended("rltraderd", "demo", "--port=70000", f"--data-dir={folder / 'port'}"), 78, "PORT", "70000", "65535")
    return "5 addresses"


def folders(folder: Path) -> str:
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "file").write_text("x")
    expect(start(data=folder / "file"), 1, f"the data folder {folder / 'file'} cannot be used: Not a directory")
    assert (folder / "file").read_text() == "x"
    expect(start(data=folder / "file" / "below"), 1, "cannot be used: Not a directory")
    expect(start(data=folder / ("n" * 300)), 1, "cannot be used: File name too long")
    long = folder / "/".join(["n" * 100] * 8)
    expect(start(data=long), 1, f"its path has {len(str(long))} bytes, at most 490 are possible")
    assert not (folder / ("n" * 100)).exists(), "a path that is too long is refused before anything is made"
    expect(ended("rltraderd", "demo", "--data-dir="), 78, "RLTRADER_DATA_DIR", "must not be empty")

    first = Daemon(folder / "held", *QUICK)
    first.wait_ready()
    expect(start(data=folder / "held"), 1, f"the data folder {folder / 'held'} is in use by another daemon: process {first.process.pid}, started 2")
    assert first.get("/health/ready")[0] == 200, "the first daemon goes on"
    assert first.stop() == 0
    again = Daemon(folder / "held", *QUICK)
    again.wait_ready()
    assert again.stop() == 0
    rights = unwritable(folder)
    return f"a file, two long paths, none, one in use, {rights}"


def unwritable(folder: Path) -> str:
    how = as_nobody()
    if how is None and os.geteuid() == 0:
        return f"rights NOT tried: {BINARIES} cannot be run by another user"
    how = how or {}
    closed = folder / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    expect(start(data=closed, **how), 1, f"the data folder {closed} cannot be used: rltraderd.lock: Permission denied")
    expect(start(data=closed / "below", **how), 1, f"the data folder {closed / 'below'} cannot be used: Permission denied")
    # SQLite would open what it may only read, and the daemon would fail at its first write.
    for name in ("ops.db", "market.db", "venue.db"):
        for file in (folder / "held").iterdir():
            file.chmod(0o666)
        (folder / "held").chmod(0o777)
        (folder / "held" / name).chmod(0o444)
        expect(start(data=folder / "held", **how), 1, f"{folder / 'held' / name} cannot be written: this user has no right to")
    (folder / "held" / "venue.db").chmod(0o644)
    return "five without rights"


def settings(folder: Path) -> str:
    folder.mkdir()
    conf = folder / "conf.env"
    conf.write_text("PORT=many\nRL_ONLINE_LEARNING_INTERVAL=7m\nnonsense\nRLTRADER_LOG_LEVLE=info\nRL_ONLINE_LEARNING_PAIRS=BTC-USDT,DOGE\n")
    named = ("PORT", '"many"', f"({conf}:1)", "65535", "7m", "1m", f"{conf}:3", "KEY=VALUE", "RLTRADER_LOG_LEVLE", "did you mean RLTRADER_LOG_LEVEL?",
             "DOGE", "BTC-USDT, ETH-USDT", "RLTRADER_SEED", '"x"')
    for mode in (("demo",), ("demo", "--check-config"), ("--check-config",)):
        expect(ended("rltraderd", *mode, f"--config={conf}", "--seed=x", f"--data-dir={folder / 'data'}"), 78, *named)
    assert not (folder / "data").exists()
    expect(ended("rltraderd", "demo", "--time-scal=3"), 2, "--time-scal is not known; did you mean --time-scale?")
    expect(ended("rltraderd", "dmeo"), 2, "no mode 'dmeo'; there are serve, demo, replay and config")
    expect(start(f"--config={folder / 'nowhere.env'}", data=folder / "d1"), 78, "nowhere.env: No such file or directory")
    expect(start(f"--config={folder}", data=folder / "d2"), 78, f"{folder}: is a folder")
    (folder / "large.env").write_text("# x\n" * 300_000)
    expect(start(f"--config={folder / 'large.env'}", data=folder / "d3"), 78, "is larger than 1 MiB")
    (folder / "binary.env").write_bytes(b"\x00\xff\xfe\x80PORT=1\n" * 3)
    expect(start(f"--config={folder / 'binary.env'}", data=folder / "d4"), 78, "binary.env")
    expect(start(data=folder / "d5", environment={"RL_ONLINE_LEARNING_PAIRS_FILE": str(folder / "no-list")}), 78, "RL_ONLINE_LEARNING_PAIRS", "no-list")
    expect(start(data=folder / "d6", environment={"API_TOKENS_FILE": str(folder / "no-tokens")}), 1, "API_TOKENS_FILE", "no-tokens: No such file or directory")
    how = as_nobody() if os.geteuid() == 0 else {}
    if how is not None:
        conf.chmod(0)
        expect(start(f"--config={conf}", data=folder / "d7", **how), 78, "conf.env: Permission denied")
    return "eleven kinds of settings"
