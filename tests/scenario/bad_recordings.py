"""Replays of broken recordings: what refuses a file, what is left out with a line, what is counted, and how it ends."""

from __future__ import annotations

import gzip
import json
import math
import os
from pathlib import Path

from daemon import run_to_end

STEP = 300_000
HEADER = "timestamp_ms,open,high,low,close,volume\n"
GOOD = "ETHUSDT-5m.csv"  # stands beside each broken file and must be played all the same
BAD = "BTCUSDT-5m.csv"


def rows(count: int = 300) -> list[list[str]]:
    out, before = [], 100.0
    for i in range(count):
        after = 100 + 5 * math.sin(i / 20)
        out.append([str(1_700_000_100_000 + i * STEP), f"{before:.4f}", f"{max(before, after) + 0.1:.4f}",
                    f"{min(before, after) - 0.1:.4f}", f"{after:.4f}", "1000"])
        before = after
    return out


def text(table: list[list[str]], header: str = HEADER) -> str:
    return header + "".join(",".join(row) + "\n" for row in table)


ROWS = rows()
PACKED = gzip.compress(text(ROWS).encode(), mtime=0)


def changed(row: int, column: int, value: str) -> str:
    table = [list(one) for one in ROWS]
    table[row][column] = value
    return text(table)


def played(folder: Path, files: dict[str, object], *flags: str, code: int, says: tuple[str, ...] = ()) -> dict | None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else str(content).encode())
    got, out, err = run_to_end("rltraderd", "replay", folder, "--json", "--progress=none", *flags)
    assert got == code, f"{folder.name}: ended with {got} instead of {code}:\n{err[-2000:]}"
    for sentence in says:
        assert sentence in err, f"{folder.name}: does not say '{sentence}':\n{err[-2000:]}"
    assert "a defect" not in err, err
    return json.loads(out) if out else None


def bars(report: dict) -> dict[str, int]:
    return {one["pair"]: one["figures"]["bars"] for one in report["pairs"]}


def refused_files(folder: Path) -> int:
    """The file is refused with its reason and exit code 1; the good one beside it is played to its end."""
    damaged = bytearray(PACKED)
    damaged[len(damaged) // 2:len(damaged) // 2 + 64] = b"\xff" * 64
    seconds = [[row[0][:-3], *row[1:]] for row in ROWS]
    cases: dict[str, tuple[str, object, tuple[str, ...]]] = {
        "header": (BAD, text(ROWS, "time,o,h,l,c,v\n"), ("has the wrong columns: timestamp_ms,open,high,low,close,volume are needed", "'time,o,h,l,c,v'")),
        "columns": (BAD, text([row[:5] for row in ROWS], ""), ("has 5 columns, 6 are needed: timestamp_ms,open,high,low,close,volume",)),
        "nan": (BAD, text([[*row[:4], "NaN", "1"] if i % 10 == 0 else row for i, row in enumerate(ROWS)]),
                ("close must be a positive decimal, was 'NaN'", "30 of 300 rows are defective, more than 1 % (30 not_finite)")),
        "seconds": (BAD, text(seconds), ("timestamp_ms is in seconds, milliseconds are needed",)),
        "empty": (BAD, "", ("is empty",)),
        "rowless": (BAD, HEADER, ("has no rows",)),
        "cut": (BAD + ".gz", PACKED[:len(PACKED) // 2], ("is cut off: its gzip stream ends too early",)),
        "damaged": (BAD + ".gz", bytes(damaged), ("is damaged",)),
        "binary": (BAD, os.urandom(4096), ("refused",)),
        "interval": ("BTCUSDT-15m.csv", text(ROWS), ("its rows are 5m apart, but its interval is said to be 15m",)),
        "nointerval": ("BTCUSDT-7m.csv", text(ROWS), ("its name says no interval", "one of 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M")),
    }
    for name, (file, content, says) in cases.items():
        report = played(folder / name, {GOOD: text(ROWS), file: content}, code=1, says=(*says, f"error: {file}"))
        assert report and bars(report) == {"ETH-USDT": 300}, f"{name}: {report and bars(report)}"
        assert len(report["refused"]) == 1 and report["complete"], f"{name}: {report['refused']}"
    other = [list(row) for row in ROWS]
    other[150][5] = "7"
    report = played(folder / "differ", {GOOD: text(ROWS), BAD: text(ROWS[:200]), "BTC-USDT_5m_more.csv": text(other[100:])}, code=1,
                    says=("overlap and differ at", "give one of them"))
    assert report and bars(report) == {"ETH-USDT": 300}
    return len(cases) + 1


def mended_files(folder: Path) -> int:
    """Rows that cannot be candles are left out with a line and counted; the hole they leave reaches the gate. Exit code 0."""
    cases = {
        "nan": (changed(100, 4, "nan"), "close must be a positive decimal, was 'nan'", "not_finite 1"),
        "infinite": (changed(100, 2, "inf"), "high must be a positive decimal, was 'inf'", "not_finite 1"),
        "negative": (changed(100, 1, "-5"), "open must be a positive decimal, was '-5'", "negative 1"),
        "zero": (changed(100, 3, "0"), "low must be a positive decimal, was '0'", "zero_price 1"),
        "huge": (changed(100, 1, "9" * 30), "open must be a positive decimal", "not_a_number 1"),
        "wide": (text([*ROWS[:100], [*ROWS[100], "9"], *ROWS[101:]]), "has 7 columns, 6 are needed", "wrong_columns 1"),
        "late": (changed(100, 0, "99999999999999999"), "lies after 2100", "time_too_fine 1"),
    }
    for name, (content, sentence, count) in cases.items():
        report = played(folder / name, {BAD: content}, code=0, says=(f"{BAD}:102: ", sentence, "1 bars of 5m are missing before this row", count))
        assert report and bars(report) == {"BTC-USDT": 299}, name
        warnings = report["pairs"][0]["figures"]["warnings_by_kind"]
        assert warnings["data_integrity:candle_gaps_detected"] == 29 and warnings["missing_candles"] == 29, f"{name}: {warnings}"
    report = played(folder / "gap", {BAD: text(ROWS[:150] + ROWS[200:])}, code=0, says=("50 bars of 5m are missing before this row", "missing_bars 50"))
    assert report["pairs"][0]["figures"]["warnings_by_kind"]["data_integrity:candle_gaps_detected"] == 29
    return len(cases) + 1


def same_story(folder: Path) -> int:
    """What can be put right without a guess is: the decisions are those of the clean file, hash for hash."""
    swapped = [list(row) for row in ROWS]
    swapped[50], swapped[51] = swapped[51], swapped[50]
    clean = played(folder / "clean", {BAD: text(ROWS)}, code=0)["decision_hash"]
    assert len(clean) == 64, clean
    conflict = [*ROWS[49][:5], "5"]
    cases: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
        "sorted": ({BAD: text(swapped)}, ("is older than the row before it; the rows were sorted", "out_of_order 1")),
        "twice": ({BAD: text(ROWS[:50] + [ROWS[49]] + ROWS[50:])}, ("repeats line 51; it was dropped", "duplicate 1")),
        "conflict": ({BAD: text(ROWS[:50] + [conflict] + ROWS[50:])}, ("has the time of line 51 but other values; the first was kept", "conflict 1")),
        "two": ({BAD: text(ROWS[:200]), "BTC-USDT_5m_more.csv.gz": gzip.compress(text(ROWS[150:]).encode())}, ()),
    }
    for name, (files, says) in cases.items():
        report = played(folder / name, files, code=0, says=says)
        assert report["decision_hash"] == clean, f"{name}: other decisions than those of the clean file"
    return len(cases)


def left_out(folder: Path) -> int:
    """What is not for us is skipped with a line; nothing at all to play is exit code 4, a wrong word 2."""
    supported = "supported are XAUTUSDT PAXGUSDT BTC-USDT ETH-USDT"
    report = played(folder / "foreign", {GOOD: text(ROWS), "DOGEUSDT-5m.csv": text(ROWS)}, code=0,
                    says=("DOGEUSDT-5m.csv: skipped: DOGEUSDT is not a supported pair", supported))
    assert bars(report) == {"ETH-USDT": 300} and report["refused"] == []
    nothing = "nothing to replay: no usable candles of a supported pair"
    played(folder / "foreign_alone", {"DOGEUSDT-5m.csv": text(ROWS)}, code=4, says=("is not a supported pair", nothing))
    played(folder / "no_recording", {"readme.txt": "x"}, code=4, says=("it holds no .csv or .csv.gz file", nothing))
    played(folder / "none", {}, code=4, says=("it holds no .csv or .csv.gz file", nothing))
    played(folder / "pair", {GOOD: text(ROWS)}, "--pair=DOGE", code=2, says=("--pair DOGE is not a supported pair", supported))
    played(folder / "flag", {GOOD: text(ROWS)}, "--interval=7m", code=2, says=("--interval must be one of 1m 3m 5m", "was '7m'"))
    played(folder / "unknown", {GOOD: text(ROWS)}, "--sped=3", code=2, says=("--sped", "usage: rltraderd replay"))
    played(folder / "setting", {GOOD: text(ROWS)}, "--seed=x", code=78, says=("RLTRADER_SEED", '"x"'))
    missing = run_to_end("rltraderd", "replay", folder / "nowhere.csv", "--progress=none")
    assert missing[0] == 4 and "nowhere.csv: refused: there is no such file or folder" in missing[2], missing
    beside = run_to_end("rltraderd", "replay", folder / "nowhere.csv", folder / "flag" / GOOD, "--progress=none")
    assert beside[0] == 1 and "there is no such file or folder" in beside[2] and "ETH-USDT" in beside[1], beside
    # Neither a pipe that nobody writes to nor a link in a circle holds it up.
    odd = folder / "odd"
    odd.mkdir()
    (odd / GOOD).write_text(text(ROWS))
    os.mkfifo(odd / BAD)
    (odd / "XRPUSDT-5m.csv").symlink_to("XRPUSDT-5m.csv")
    code, out, err = run_to_end("rltraderd", "replay", odd, "--progress=none")
    assert code == 1 and "it is no file" in err and "XRPUSDT-5m.csv" in err and "ETH-USDT" in out, (code, err)
    return 11


def recordings(folder: Path) -> str:
    folder.mkdir()
    total = 0
    for part in (refused_files, mended_files, same_story, left_out):
        (folder / part.__name__).mkdir()
        total += part(folder / part.__name__)
    return f"{total} broken recordings"
