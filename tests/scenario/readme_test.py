#!/usr/bin/env python3
"""Does what README.md says: runs its marked blocks, word for word, against the binaries of this build.

A block is marked by `<!-- test: name -->` above its ```sh fence, and what its output must hold by `<!-- expect: text -->`. The
block `daemon` runs beside the others until all have run; it is then stopped as Ctrl-C would and must end with 0. In a temporary
folder stand a scripts/run.sh that starts the binary without setting anything up, build/release/bin, and a recording to
replay. Only the port is another one, so that nothing else is in the way.

Usage: readme_test.py [README]. RLTRADER_BIN_DIR holds the binaries, RLTRADER_SOURCE_DIR the repository.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(os.environ.get("RLTRADER_SOURCE_DIR", Path(__file__).resolve().parents[2]))
BINARIES = Path(os.environ.get("RLTRADER_BIN_DIR", SOURCE / "build" / "dev" / "bin"))
DOCUMENTED_PORT = "8787"
READY_WITHIN = 120.0  # seconds; the first start makes history, on a busy machine with a build that is not optimised
BLOCK_WITHIN = 120.0
STOP_WITHIN = 30.0

BLOCK = re.compile(r"<!-- test: (?P<name>\w+) -->\n(?P<expects>(?:<!-- expect: .* -->\n)*)```sh\n(?P<script>[\s\S]*?)^```$", re.MULTILINE)

RUN_SH = """#!/usr/bin/env bash
set -euo pipefail
mode=demo
case "${1:-}" in
  demo | serve | replay | simulate | sweep | config) mode=$1; shift ;;
esac
exec build/release/bin/rltraderd "$mode" "$@"
"""


class Block:
    def __init__(self, match: re.Match[str]):
        self.name = match["name"]
        self.script = match["script"]
        self.expects = re.findall(r"<!-- expect: (.*) -->", match["expects"])


def blocks_of(readme: str) -> list[Block]:
    found = [Block(match) for match in BLOCK.finditer(readme)]
    marks = re.findall(r"<!-- test: (\w+) -->", readme)
    if [block.name for block in found] != marks:
        sys.exit(f"a mark of a test stands without its block: {marks} against {[block.name for block in found]}")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_recording(folder: Path) -> None:
    """Ten days of five-minute candles that swing, so that the trend rule has something to do."""
    folder.mkdir()
    begin = 1_735_689_600_000  # 2025-01-01T00:00Z
    lines = ["timestamp_ms,open,high,low,close,volume"]
    before = 90_000.0
    for i in range(2880):
        close = 90_000 * (1 + 0.05 * math.sin(i / 180) + 0.001 * math.sin(i * 1.7))
        high, low = max(before, close) + 20, min(before, close) - 20
        lines.append(f"{begin + i * 300_000},{before:.1f},{high:.1f},{low:.1f},{close:.1f},{50 + i % 7}.5")
        before = round(close, 1)
    (folder / "BTCUSDT-5m-2025-01.csv").write_text("\n".join(lines) + "\n")


class Scene:
    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        (folder / "scripts").mkdir()
        (folder / "scripts" / "run.sh").write_text(RUN_SH)
        (folder / "scripts" / "run.sh").chmod(0o755)
        (folder / "build" / "release").mkdir(parents=True)
        (folder / "build" / "release" / "bin").symlink_to(BINARIES)
        write_recording(folder / "recordings")
        ours = ("RLTRADER_", "RL_", "BINGX_", "API_TOKEN", "NODE_ENV")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.environment.update(PORT=str(self.port), NO_COLOR="1")
        self.daemon: subprocess.Popen[bytes] | None = None
        self.log = folder / "daemon.out"

    def script(self, block: Block) -> list[str]:
        return ["bash", "-euo", "pipefail", "-c", block.script.replace(f"127.0.0.1:{DOCUMENTED_PORT}", f"127.0.0.1:{self.port}")]

    def start_daemon(self, block: Block) -> None:
        script = self.script(block)
        # In place of the shell, so that the signal and the exit code are the daemon's own.
        script[-1] = "exec " + script[-1].strip()
        with self.log.open("wb") as out:
            self.daemon = subprocess.Popen(script, cwd=self.folder, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
                                           stdin=subprocess.DEVNULL, start_new_session=True)
        began = time.monotonic()
        last = ""
        while True:
            if self.daemon.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.daemon.returncode} before it was ready")
            last = self.readiness()
            if last == "ready":
                print(f"daemon: ready after {time.monotonic() - began:.1f} s on port {self.port}")
                return
            if time.monotonic() - began > READY_WITHIN:
                raise AssertionError(f"the daemon is not ready after {READY_WITHIN:.0f} s: {last}")
            time.sleep(0.2)

    def readiness(self) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return "ready" if json.load(answer)["ready"] else "not ready"
        except urllib.error.HTTPError as refused:
            return refused.read().decode(errors="replace")
        except OSError as failed:
            return str(failed)

    def run(self, block: Block) -> None:
        done = subprocess.run(self.script(block), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BLOCK_WITHIN)
        output = done.stdout.decode(errors="replace")
        missing = [text for text in block.expects if text not in output]
        if done.returncode != 0 or missing:
            raise AssertionError(f"{block.name} ended with {done.returncode}, without {missing}:\n{output}")
        print(f"{block.name}: well, {len(output.splitlines())} lines")

    def stop_daemon(self) -> None:
        assert self.daemon is not None
        began = time.monotonic()
        self.daemon.send_signal(signal.SIGINT)
        code = self.daemon.wait(STOP_WITHIN)
        if code != 0:
            raise AssertionError(f"the daemon ended with {code} after Ctrl-C")
        print(f"daemon: stopped cleanly in {time.monotonic() - began:.1f} s")

    def end(self) -> None:
        """Whatever happened, no child is left behind."""
        if self.daemon is not None and self.daemon.poll() is None:
            os.killpg(self.daemon.pid, signal.SIGKILL)
            self.daemon.wait()


def check_report(folder: Path) -> None:
    """What the replay's blocks left behind says that something was played."""
    report = json.loads((folder / "first.json").read_text())
    assert report["complete"], report["ended_by"]
    assert report["total"]["bars"] == 2880, report["total"]["bars"]
    assert report["total"]["decisions"] > 2000, report["total"]["decisions"]
    assert report["total"]["fills"] > 0, "the trend rule never traded: the recording proves little"


def main() -> int:
    readme = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE / "README.md"
    blocks = blocks_of(readme.read_text(encoding="utf-8"))
    for program in ("rltraderd", "rltraderctl"):
        if not (BINARIES / program).exists():
            sys.exit(f"{BINARIES / program} is not there: build it first")
    with tempfile.TemporaryDirectory(prefix="rltrader-readme-") as name:
        scene = Scene(Path(name))
        try:
            for block in blocks:
                if block.name == "daemon":
                    scene.start_daemon(block)
                else:
                    scene.run(block)
            scene.stop_daemon()
            check_report(scene.folder)
        except (AssertionError, subprocess.TimeoutExpired) as failed:
            print(f"FAILED: {failed}")
            if scene.log.exists():
                print("the daemon said:\n" + scene.log.read_text(errors="replace")[-6000:])
            return 1
        finally:
            scene.end()
    print(f"readme: {len(blocks)} blocks did what they say")
    return 0


if __name__ == "__main__":
    sys.exit(main())
