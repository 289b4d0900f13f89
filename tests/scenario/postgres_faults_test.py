#!/usr/bin/env python3
"""A trading daemon on PostgreSQL, and everything that can become of its server, its rights, its tables and its lease.

In each part no acknowledged order, fill or audit record may be lost, which is counted against the venue's own journal. Parts have a
schema or a server of their own and run beside each other. What cannot be tried here says so. Usage: postgres_faults_test.py
[PART...], with RLTRADER_TEST_POSTGRES and RLTRADER_TEST_TIMESCALE as ctest sets them; RLTRADER_TEST_OUTAGE_SECONDS makes losses longer.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from daemon import Daemon
from servers import SKIPPED
from store_lost import answers_lost, connection_cut, connection_frozen, server_disk_full, server_killed
from store_refused import altered_tables, no_rights, no_way_to_it
from store_shared import behind_a_pooler, lease_taken_away, market_data_cut_off, mixed_stores, two_on_one_schema, with_timescale

# The long ones first.
PARTS = (server_killed, altered_tables, server_disk_full, with_timescale, two_on_one_schema, behind_a_pooler, connection_frozen, connection_cut,
         answers_lost, market_data_cut_off, mixed_stores, no_rights, lease_taken_away, no_way_to_it)
AT_ONCE = 3


def carried_out(part, root: Path) -> str | None:
    began = time.monotonic()
    try:
        said = part(root / part.__name__)
    except SystemExit as left_out:
        assert left_out.code == SKIPPED, left_out
        said = "NOT tried: its server is left out"
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
        root.chmod(0o755)  # the servers' user goes in
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                ends = list(pool.map(lambda part: carried_out(part, root), wanted))
        finally:
            Daemon.kill_all()
    failed = ends.count(None)
    print(f"{len(ends) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
