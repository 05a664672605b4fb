"""The floor: polars reads every cell of every file of both sides into strings, file after file, and does nothing else.

polars_floor.py DISTRICT THREADS SELF.json
"""

import json
import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = sys.argv[2]

import polars  # noqa: E402  (the number of threads must be set before)


def main():
    folder, result = sys.argv[1], sys.argv[3]
    wall, cpu = time.monotonic(), time.process_time()
    rows = 0
    for side in ("legacy", "new"):
        for name in sorted(os.listdir(os.path.join(folder, side))):
            separator = "\t" if name.endswith(".txt") else ","
            frame = polars.scan_csv(
                os.path.join(folder, side, name),
                separator=separator,
                infer_schema=False,
                encoding="utf8-lossy",
            ).collect()
            rows += frame.height
            del frame
    with open(result, "w", encoding="utf-8") as out:
        # Without starting Python and importing polars.
        json.dump({"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu, "rows": rows}, out)


main()
