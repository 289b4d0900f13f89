#!/usr/bin/env python3
"""Figures of a running demo: start to the first decision and to /health/ready, idle CPU, resident memory, stop.

Usage: bench/daemon_bench.py [BINARY] [RUNS]. BINARY is build/release/bin/rltraderd. Prints minimum, median and maximum.
"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def once(binary: str, data: Path, port: int, watch: float) -> dict[str, float]:
    out = data.parent / f"{data.name}-{time.monotonic_ns()}.out"
    began = time.monotonic()
    with open(out, "wb") as sink:
        process = subprocess.Popen([binary, "demo", f"--port={port}", f"--data-dir={data}"], stdout=sink, stderr=sink,
                                   env={**os.environ, "DISABLE_TEST_DATA_IN_DB": "false"})
    while not ready(port):
        if process.poll() is not None:
            sys.exit(out.read_text())
        time.sleep(0.005)
    figures = {"ready after, s": time.monotonic() - began}
    while not (said := re.search(r"first decision after ([0-9.]+) s", out.read_text())):
        time.sleep(0.02)
    figures["first decision after, s"] = float(said[1])
    time.sleep(3)
    before, at = cpu_seconds(process.pid), time.monotonic()
    time.sleep(watch)
    figures["CPU, % of one core"] = 100 * (cpu_seconds(process.pid) - before) / (time.monotonic() - at)
    status = Path(f"/proc/{process.pid}/status").read_text()
    figures["resident, MiB"] = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
    figures["most resident, MiB"] = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    stopping = time.monotonic()
    process.send_signal(signal.SIGINT)
    code = process.wait(20)
    figures["stop, s"] = time.monotonic() - stopping
    if code != 0:
        sys.exit(f"ended with {code}: {out.read_text()}")
    return figures


def main() -> None:
    binary = sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/rltraderd"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("first start", "second start"):
            rows = []
            for run in range(runs):
                data = Path(folder) / f"demo{run}"
                rows.append(once(binary, data, 18787 + run, 10))
            print(kind)
            for name in rows[0]:
                values = [row[name] for row in rows]
                print(f"  {name:26} min {min(values):8.2f}  median {statistics.median(values):8.2f}  max {max(values):8.2f}")


if __name__ == "__main__":
    main()
