#!/usr/bin/env python3
"""Gives the binaries of this build what they should not get, and looks at words, exit codes and what is left of the records.

Each part has a folder and daemons of its own, so that they run beside each other. A part that needs root says so and is left out
without it. Usage: bad_input_test.py [PART...].
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bad_calls import calls
from bad_disk import full_disk, tiny_disk
from bad_files import damaged_files, damaged_log
from bad_moments import exit_codes, signals, stopped_for_a_while
from bad_recordings import recordings
from bad_reload import reloads
from bad_starts import folders, listening, settings
from daemon import Daemon

# The long ones first.
PARTS = (full_disk, reloads, stopped_for_a_while, damaged_files, recordings, signals, exit_codes, calls, folders, listening, settings, damaged_log, tiny_disk)
AT_ONCE = 4  # most of the time they wait


def carried_out(part, root: Path) -> str | None:
    began = time.monotonic()
    try:
        said = part(root / part.__name__)
    except Exception:
        print(f"FAILED {part.__name__} after {time.monotonic() - began:.1f} s\n{traceback.format_exc()}", flush=True)
        return None
    print(f"{part.__name__}: {said} ({time.monotonic() - began:.1f} s)", flush=True)
    return said


def main() -> None:
    wanted = [part for part in PARTS if not sys.argv[1:] or part.__name__ in sys.argv[1:]]
    assert wanted, f"no such part; there are {', '.join(part.__name__ for part in PARTS)}"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)  # another user is sent in
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ends = list(pool.map(lambda part: carried_out(part, root), wanted))
        Daemon.kill_all()
    failed = ends.count(None)
    print(f"{len(ends) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
