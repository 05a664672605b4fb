#!/usr/bin/env python3
"""Runs the shards of a rollproof partition on the workers of a Spark cluster, then merges them to one run.

    spark-submit --master spark://HOST:7077 rollproof_spark.py -C PROJECT --shards 64 --partition FOLDER --gate

The project and the partition folder must be seen under the same paths by the driver and by every worker (NFS, Lustre, a
mounted bucket), and rollproof must be there too (--rollproof names it). The partition is written first, unless it is there
already. A shard whose machine is lost is run again, by Spark's own rules (spark.task.maxFailures); running one twice
does no harm. The command ends as `rollproof merge` does: 0 done or GO, 1 NO-GO, 4 cannot decide; 2 for a wrong call; 3
when a shard has no answer or Spark gave up, and then nothing is merged.

Needs pyspark only; no student data passes through Spark but what it counts in --verify.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time

# Ends that another try may cure: the disk was full, the process was killed. A wrong project or a damaged file stays wrong.
WORTH_A_RETRY = (5, 70)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-C", "--project", default=".", help="the project: rollproof.toml or its folder")
    parser.add_argument("--partition", required=True, metavar="FOLDER", help="where the partition is or shall be")
    parser.add_argument("--shards", type=int, metavar="N", help="cut into so many, if there is no partition yet")
    parser.add_argument("--rollproof", default="rollproof", metavar="PATH", help="the program, on driver and workers")
    parser.add_argument("--threads", default="1", metavar="N", help="threads of a shard (as many as a task has cores)")
    parser.add_argument("--master", metavar="URL", help="the cluster, when not started by spark-submit")
    parser.add_argument("--verify", action="store_true", help="let Spark count the rows of every shard first")
    parser.add_argument("--label", help="name of the run")
    parser.add_argument("--gate", action="store_true", help="also decide, and end with the gate's code")
    return parser.parse_args()


def run_shard(command, number):
    """On a worker: one shard. Raises what another worker may do better."""
    started = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode < 0 or done.returncode in WORTH_A_RETRY:
        raise RuntimeError(f"shard {number} ended with {done.returncode} on {socket.gethostname()}: {done.stderr}")
    return {
        "shard": number,
        "code": done.returncode,
        # An executor works in a folder of its own.
        "worker": f"{socket.gethostname()}:{os.getcwd()}",
        "seconds": time.monotonic() - started,
        "said": (done.stdout + done.stderr).strip(),
    }


def count_rows(spark, folder, manifest):
    """Lets Spark read every table of the partition; True when it counts what the manifest says."""
    counted = {}
    for side in ("legacy", "new"):
        for shape in manifest["sides"][0 if side == "legacy" else 1]:
            if shape["entity"] == "course":
                continue
            shards = range(1, len(manifest["rows"]) + 1)
            name = f"{side}-{shape['entity']}.rows.parquet"
            table = spark.read.parquet(*(f"file://{folder}/shards/{number:05}/{name}" for number in shards))
            # The folder name is the shard: shards/00001/...
            path = table.selectExpr("regexp_extract(input_file_name(), 'shards/([0-9]+)/', 1) as shard")
            for row in path.groupBy("shard").count().collect():
                counted[int(row["shard"])] = counted.get(int(row["shard"]), 0) + row["count"]
    return [counted.get(number, 0) for number in range(1, len(manifest["rows"]) + 1)] == manifest["rows"]


def main():
    given = arguments()
    folder, project = os.path.abspath(given.partition), os.path.abspath(given.project)
    rollproof = [given.rollproof, "-C", project]
    manifest_file = os.path.join(folder, "partition.json")
    if not os.path.exists(manifest_file):
        if not given.shards:
            print(f"there is no partition in {folder}: say into how many shards to cut (--shards)", file=sys.stderr)
            return 2
        done = subprocess.run([*rollproof, "partition", "--shards", str(given.shards), "--to", folder])
        if done.returncode != 0:
            return done.returncode
    with open(manifest_file, encoding="utf-8") as file:
        manifest = json.load(file)
    shards = len(manifest["ends"])

    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("rollproof")
    spark = (builder.master(given.master) if given.master else builder).getOrCreate()
    try:
        if given.verify and not count_rows(spark, folder, manifest):
            print("Spark counts other rows than the partition says", file=sys.stderr)
            return 3
        work = ["run", "--partition", folder, "-j", given.threads, "--progress", "none"]

        def one(number):
            return run_shard([*rollproof, *work, "--shard", f"{number}/{shards}"], number)

        started = time.monotonic()
        answers = spark.sparkContext.parallelize(range(1, shards + 1), shards).map(one).collect()
        wall = time.monotonic() - started
    finally:
        spark.stop()
    for answer in answers:
        print("shard {shard}: ends with {code} after {seconds:.1f} s on {worker}".format(**answer), file=sys.stderr)
    failed = [answer for answer in answers if answer["code"] != 0]
    if failed:
        for answer in failed:
            print(f"shard {answer['shard']}: {answer['said']}", file=sys.stderr)
        return max(answer["code"] for answer in failed)
    # The program says by itself that an answer is missing; this says it of Spark.
    if [answer["shard"] for answer in answers] != list(range(1, shards + 1)):
        print("Spark gave back other shards than it was given", file=sys.stderr)
        return 3
    workers = len({answer["worker"] for answer in answers})
    print(f"{shards} shards on {workers} workers in {wall:.1f} s", file=sys.stderr)
    merge = [*rollproof, "merge", "--partition", folder]
    merge += ["--label", given.label] if given.label else []
    return subprocess.run(merge + (["--gate"] if given.gate else [])).returncode


if __name__ == "__main__":
    try:
        code = main()
    except Exception as error:  # Python's own code for this is 1, which would say NO-GO.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 3
    sys.exit(code)
