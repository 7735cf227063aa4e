"""What is measured of our queue alone, and beside the servers' own load generators."""

import json
from collections.abc import Callable
from typing import Any

from .drain import Bench, RunError
from .peer import Peer
from .pgbench import recorded_script
from .processes import output_of
from .table import print_table, ratio, spread

# Of a no-op job's JSON.
PAYLOAD_BYTES = 190
CLIENTS = 50
DURABLE_CLIENTS = 20


def run_ours(bench: Bench, peer: Peer, *arguments: str, seconds: float = 300) -> dict[str, Any]:
    """Runs QueueBench and returns its result."""
    environment = bench.environment(peer, {})
    output = output_of([bench.ours, *arguments, "--json"], peer.folder, environment, bench.log(peer), seconds)
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def enqueue(bench: Bench, peer: Peer, rounds: int, jobs: int) -> dict[str, list[float]]:
    """One by one from concurrent tasks, and in bulk, beside what redis-benchmark pushes over as many connections."""

    def redis_benchmark() -> float:
        command = ["redis-benchmark", "-h", bench.redis.host, "-p", str(bench.redis.port)]
        command += ["-c", str(CLIENTS), "-n", str(jobs)]
        command += ["-a", bench.redis.password, "-t", "lpush", "-d", str(PAYLOAD_BYTES), "--csv"]
        line = output_of(command, peer.folder, bench.environment(peer, {}), bench.log(peer), 120).splitlines()[-1]
        return float(line.split(",")[1].strip('"'))

    def ours(tasks: int) -> Callable[[], float]:
        def rate() -> float:
            result = run_ours(bench, peer, "enqueue", "--jobs", str(jobs), "--tasks", str(tasks))
            return float(result["jobs"] / result["seconds"])

        return rate

    reference = f"redis-benchmark -c {CLIENTS} -t lpush -d {PAYLOAD_BYTES}"
    contenders = {
        reference: redis_benchmark,
        f"ours, one by one from {CLIENTS} tasks": ours(CLIENTS),
        "ours, in bulk": ours(0),
    }
    rates = _alternate(bench, contenders, rounds)
    print(f"\nEnqueue, {jobs:,} jobs a round:\n")
    _print_rates(rates, reference)
    return rates


def durable(bench: Bench, peer: Peer, rounds: int, jobs: int) -> dict[str, list[float]]:
    """A durable job's whole life, beside pgbench that sends the same statements."""
    bench.redis.empty()
    script = bench.logs / "durable.pgbench"
    one_job = ["durable", "--jobs", "1", "--concurrency", "1"]
    script.write_text(recorded_script(bench, lambda: run_ours(bench, peer, *one_job)))
    bench.postgres.query("ALTER DATABASE bench RESET log_statement")

    def pgbench() -> float:
        command = ["pgbench", "-n", "-M", "prepared", "-j", "2"]
        command += ["-c", str(DURABLE_CLIENTS), "-t", str(jobs // DURABLE_CLIENTS)]
        command += ["-D", "counter=0", "-f", str(script), bench.postgres.url]
        # The tables are there: the engine made them when its statements were recorded.
        run_ours(bench, peer, "enqueue", "--jobs", "0")
        output = output_of(command, peer.folder, bench.environment(peer, {}), bench.log(peer), 300)
        done = int(bench.postgres.query("SELECT count(*) FROM jobs WHERE state = 'done'"))
        if done != jobs:
            raise RunError(f"pgbench completed {done} of {jobs} jobs: its script does not do what the engine does")
        return float(output.split("tps = ")[1].split()[0])

    def ours() -> float:
        result = run_ours(bench, peer, "durable", "--jobs", str(jobs), "--concurrency", str(DURABLE_CLIENTS))
        return float(result["jobsPerSecond"])

    reference = f"pgbench -c {DURABLE_CLIENTS}, the same statements"
    rates = _alternate(bench, {reference: pgbench, f"ours, concurrency {DURABLE_CLIENTS}": ours}, rounds)
    print(f"\nDurable jobs from insertion to completion, {jobs:,} a round:\n")
    _print_rates(rates, reference)
    return rates


def latency(bench: Bench, peer: Peer, jobs: int) -> dict[str, Any]:
    bench.redis.empty()
    result = run_ours(bench, peer, "latency", "--jobs", str(jobs))
    print(f"\nFrom enqueueing to an idle worker's handler, milliseconds, {jobs:,} jobs one at a time:\n")
    figures = [f"{result[name]:.2f}" for name in ("p50", "p99", "maximum")]
    print_table(["", "p50", "p99", "longest"], [["ours", *figures]])
    return result


def depth(bench: Bench, peer: Peer, depths: list[int]) -> list[dict[str, Any]]:
    bench.redis.empty()
    results: list[dict[str, Any]] = run_ours(bench, peer, "depth", "--depths", *map(str, depths), seconds=900)["depths"]
    print("\nDrained with so many waiting (each to the end, by a fresh process with 100 slots after 5,000 jobs to warm")
    print("up; the first one's median of 50):\n")
    rows = [
        [
            f"{result['waiting']:,} waiting",
            f"{result['drainedPerSecond']:,.0f}",
            f"{result['workerMegabytes']:.0f}",
            f"{result['redisBytesPerJob'] - PAYLOAD_BYTES:.0f}",
        ]
        for result in results
    ]
    print_table(["", "jobs/s", "worker MB", "bytes in Redis per waiting job, less its payload"], rows)
    return results


def idle(bench: Bench, peer: Peer, seconds: int) -> list[dict[str, Any]]:
    bench.redis.empty()
    results = [run_ours(bench, peer, "idle", "--seconds", str(seconds), "--queues", str(queues)) for queues in (1, 5)]
    print(f"\nAn idle worker process for {seconds} s, Redis commands as clients send them:\n")
    rows = []
    for result in results:
        commands = sorted(result["commandsPerSecond"].items(), key=lambda item: -item[1])
        each = ", ".join(f"{name} {rate:.2f}" for name, rate in commands)
        total = sum(rate for _, rate in commands)
        share = f"{result['processorShare'] * 100:.2f} %"
        rows.append([f"ours, {result['queues']} queues", f"{total / result['queues']:.2f}", each, share])
    print_table(["", "commands/s per queue", "all commands/s", "share of a core"], rows)
    return results


def _alternate(bench: Bench, contenders: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            bench.redis.empty()
            bench.postgres.empty()
            rates[name].append(measure())
    return rates


def _print_rates(rates: dict[str, list[float]], reference: str) -> None:
    rows = [[name, spread(values), ratio(values, rates[reference])] for name, values in rates.items()]
    print_table(["", "per second", "ratio"], rows)
