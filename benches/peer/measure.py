"""Runs a command and writes what it cost: measure.py RESULT.json -- COMMAND...

Wall and CPU seconds, peak memory in bytes (from wait4, so of that child alone) and its exit code.
"""

import json
import os
import sys
import time


def main():
    result, command = sys.argv[1], sys.argv[3:]
    started = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - started
    # Linux counts kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    with open(result, "w", encoding="utf-8") as out:
        json.dump(
            {
                "wall": wall,
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak": usage.ru_maxrss * unit,
                "exit": os.waitstatus_to_exitcode(status),
            },
            out,
        )


main()
