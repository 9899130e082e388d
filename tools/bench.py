"""Throughput of a server beside a reference server, measured in alternation in one run.

    python tools/bench.py [--server CMD] [--reference CMD] [--tests set,get] [--pipeline 1,16] [--clients 50] ...

Both servers run on loopback and the same redis-benchmark (Debian's redis-tools) loads them in turn, so a ratio holds
where absolute figures drift with the machine. For each test: median rate of each, and the lowest, median and highest
of the paired ratios. CPU time that neither server nor the benchmark used is printed as "foreign": runs beside other
work say little. `--need 1:0.95,16:0.45` sets the exit code by the geometric mean of the median ratios.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START_LIMIT_S = 20
ANSWERED = b"PONG"


class ServerUnderTest:
    """A server process on a port of its own."""

    def __init__(self, command: str, extra: list[str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._folder = tempfile.TemporaryDirectory(prefix="bench-")
        argv = [*shlex.split(command), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly",
                "no", "--dir", self._folder.name, *extra]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait(command)

    def _wait(self, command: str) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"{command!r} ended with {self.process.returncode} before it answered")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 0.5) as sock:
                    sock.sendall(b"*1\r\n$4\r\nPING\r\n")
                    if ANSWERED in sock.recv(64):
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        sys.exit(f"{command!r} did not answer PING within {START_LIMIT_S} s")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()


def load(args: argparse.Namespace, port: int, test: str, depth: int) -> tuple[float, float]:
    """Run redis-benchmark once. Returns requests per second and the median latency in ms."""
    requests = max(1000, args.requests * (1 if depth == 1 else 4))
    if test.startswith("lrange") or test == "mset":
        requests //= 4
    argv = [args.benchmark, "-p", str(port), "-c", str(args.clients), "-n", str(requests), "-P", str(depth), "-r",
            "100000", "-d", str(args.size), "-t", test, "--csv"]
    printed = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=True).stdout
    for line in reversed(printed.splitlines()):
        cells = line.replace('"', "").split(",")
        try:
            figures = [float(cell) for cell in cells[-7:]]
        except ValueError:
            continue
        return figures[0], figures[3]
    sys.exit(f"redis-benchmark printed no figure for {test}: {printed[-300:]}")


def cpu_seconds(pids: list[int]) -> tuple[float, float]:
    """CPU time of the whole machine, and of `pids` with the children they have waited for."""
    total = sum(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:4]))
    own = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        own += sum(map(int, fields[11:15]))
    tick = os.sysconf("SC_CLK_TCK")
    return total / tick, own / tick


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", default=f"{sys.executable} -m pyredis_server")
    parser.add_argument("--reference", default="redis-server")
    parser.add_argument("--benchmark", default="redis-benchmark")
    parser.add_argument("--tests", default="set,get")
    parser.add_argument("--pipeline", default="1,16")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60000)
    parser.add_argument("--server-args", default="")
    parser.add_argument("--need", default="")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    ours, reference = ServerUnderTest(args.server, shlex.split(args.server_args)), ServerUnderTest(args.reference, [])
    rows, means = [], {}
    try:
        for depth in map(int, args.pipeline.split(",")):
            medians = []
            for test in args.tests.split(","):
                pids = [ours.process.pid, reference.process.pid, os.getpid()]
                machine_before, own_before = cpu_seconds(pids)
                pairs = [(load(args, ours.port, test, depth), load(args, reference.port, test, depth))
                         for _ in range(args.rounds)]
                machine_after, own_after = cpu_seconds(pids)
                used = machine_after - machine_before
                foreign = max(0.0, 1 - (own_after - own_before) / used) if used else 0.0
                ratios = sorted(mine[0] / theirs[0] for mine, theirs in pairs)
                row = {
                    "test": test, "pipeline": depth, "clients": args.clients,
                    "ours": statistics.median(mine[0] for mine, _ in pairs),
                    "reference": statistics.median(theirs[0] for _, theirs in pairs),
                    "lowest": round(ratios[0], 3), "ratio": round(statistics.median(ratios), 3),
                    "highest": round(ratios[-1], 3), "foreign_cpu": round(foreign, 2),
                    "p50_ours_ms": statistics.median(mine[1] for mine, _ in pairs),
                    "p50_reference_ms": statistics.median(theirs[1] for _, theirs in pairs),
                }
                rows.append(row)
                medians.append(math.log(row["ratio"]))
                print(f"P={depth:<3} {test:<12} {row['ours']:>9.0f} /s  reference {row['reference']:>9.0f} /s  ratio "
                      f"{row['ratio']:.2f} [{row['lowest']:.2f}..{row['highest']:.2f}]  p50 {row['p50_ours_ms']} / "
                      f"{row['p50_reference_ms']} ms  foreign {row['foreign_cpu']:.0%}", flush=True)
            means[depth] = math.exp(sum(medians) / len(medians))
    finally:
        ours.stop()
        reference.stop()
    if args.json:
        args.json.write_text(json.dumps({"rows": rows, "means": means}, indent=1) + "\n")
    needed = {int(depth): float(share) for depth, share in (item.split(":") for item in args.need.split(",") if item)}
    print("geometric means: " + ", ".join(f"P={depth} {mean:.3f}" for depth, mean in means.items()))
    sys.exit(0 if all(means.get(depth, 0) >= share for depth, share in needed.items()) else 1)


if __name__ == "__main__":
    main()
