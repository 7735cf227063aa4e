"""Measures our queue beside others. `Scripts/bench-queue` starts it; README.md beside it says what the figures mean."""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from . import ours
from .drain import Bench, Run, RunError, drain
from .peer import Configuration, Peer, load
from .servers import Postgres, Redis
from .table import print_table, spread
from .tally import DeliveryError

PARTS = ["drain", "enqueue", "durable", "latency", "depth", "idle"]


@dataclass
class Entry:
    """A configuration with its runs."""

    peer: Peer
    configuration: Configuration
    jobs: int
    # None stands for a run that failed.
    runs: list[Run | None] = field(default_factory=list)
    # Our rate over its own, of runs that followed each other.
    ratios: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.peer.name}: {self.configuration.label}"

    @property
    def good(self) -> list[Run]:
        return [run for run in self.runs if run]


def main() -> int:
    # Leaves through every `finally`, which is where what was started is ended.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    options = parse()
    peers = [
        peer
        for peer in load()
        if peer.is_ours or (not options.only_ours and peer.key in (options.peers or [peer.key]))
    ]
    for peer in peers:
        peer.install()
    bench = Bench(Redis(os.environ["REDIS_URL"]), Postgres(os.environ["DATABASE_URL"]), options.logs, options.ours)
    our_peer = peers[0]
    print_machine(bench, peers)

    results: dict[str, object] = {}
    failures: list[str] = []
    if "drain" in options.only:
        entries = measure_drains(bench, peers, options)
        results["drain"] = [
            {
                "peer": e.peer.key,
                "configuration": e.configuration.label,
                "runs": [asdict(run) for run in e.good],
                "failures": e.failures,
            }
            for e in entries
        ]
        failures += [f"{entry.label}: {failure}" for entry in entries for failure in entry.failures]
    for part, measure in our_parts(bench, our_peer, options).items():
        if part in options.only:
            try:
                results[part] = measure()
            except (RunError, subprocess.SubprocessError) as error:
                failures.append(f"{part}: {error}")
                print(f"{part}: FAILED: {error}\n{bench.log_tail(our_peer)}", file=sys.stderr, flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    print("".join(f"\nFAILED {failure}" for failure in failures), flush=True)
    return 1 if failures else 0


def our_parts(bench: Bench, peer: Peer, options: argparse.Namespace) -> dict[str, Callable[[], object]]:
    smoke = options.smoke
    return {
        "enqueue": lambda: ours.enqueue(bench, peer, options.rounds, options.jobs),
        "durable": lambda: ours.durable(bench, peer, options.rounds, 2000 if smoke else 20_000),
        "latency": lambda: ours.latency(bench, peer, 200 if smoke else 2000),
        "depth": lambda: ours.depth(bench, peer, [1000, 20_000] if smoke else [1000, 100_000, 1_000_000]),
        "idle": lambda: ours.idle(bench, peer, 5 if smoke else 30),
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Scripts/bench-queue", description="Measures our queue beside others.")
    parser.add_argument("--rounds", type=int, help="rounds; the median counts (5)")
    parser.add_argument(
        "--jobs", type=int, help="jobs per run; queues that are too slow for that say so in their table (100000)"
    )
    parser.add_argument("--peers", type=lambda text: text.split(","), help="only these, by the names of their folders")
    parser.add_argument("--only-ours", action="store_true", help="no other queue")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=PARTS, help=f"only these parts of {','.join(PARTS)}"
    )
    parser.add_argument("--smoke", action="store_true", help="one round with few jobs, to see that everything works")
    parser.add_argument("--json", type=Path, help="writes all runs to this file too")
    parser.add_argument("--ours", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--logs", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.smoke else 5)
    options.jobs = options.jobs or (2000 if options.smoke else 100_000)
    known = {peer.key for peer in load()}
    if unknown := set(options.peers or []) - known:
        parser.error(f"no such peer: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return options


def print_machine(bench: Bench, peers: list[Peer]) -> None:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpus = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    load_ = Path("/proc/loadavg").read_text().split()[0]
    print(f"{len(cpus)} × {cpus[0] if cpus else 'unknown processor'}, load before {load_}")
    print(f"Redis {bench.redis.version()} (AOF everysec), PostgreSQL {bench.postgres.version()} (fsync)")
    print(", ".join(f"{peer.name} {peer.version()}" for peer in peers), flush=True)


def measure_drains(bench: Bench, peers: list[Peer], options: argparse.Namespace) -> list[Entry]:
    entries = [
        Entry(peer, configuration, min(options.jobs, configuration.jobs or options.jobs))
        for peer in peers
        for configuration in peer.configurations
    ]
    for number in range(1, options.rounds + 1):
        previous: Peer | None = None
        for entry in entries:
            baseline = baseline_for(entry, entries)
            # Measured anew beside each other queue, so that what is compared lies a minute apart and not a whole round.
            if entry.peer is not previous and not entry.peer.is_ours:
                baseline.runs.append(attempt(bench, baseline, number))
            previous = entry.peer
            run = attempt(bench, entry, number)
            entry.runs.append(run)
            beside = baseline.runs[-1] if baseline.runs else None
            if run and beside:
                entry.ratios.append(beside.drained_per_second / run.drained_per_second)
    print("\nDrained from waiting no-op jobs:\n")
    print_table(
        [
            "queue: configuration",
            "jobs",
            "jobs/s drained",
            "ours ÷ it",
            "enqueued/s",
            "worker CPU s",
            "Redis CPU s",
            "PostgreSQL CPU s",
            "worker MB",
            "bytes per waiting job",
        ],
        [row(entry) for entry in entries],
    )
    print("\nCPU seconds are per 100,000 jobs. MB are those of all worker processes.")
    print("In brackets: slowest and fastest round.")
    return entries


def attempt(bench: Bench, entry: Entry, number: int) -> Run | None:
    try:
        run = drain(bench, entry.peer, entry.configuration, entry.jobs)
    except (RunError, DeliveryError, subprocess.SubprocessError) as error:
        tail = bench.log_tail(entry.peer)
        print(f"round {number}, {entry.label}: FAILED: {error}\n{tail}", file=sys.stderr, flush=True)
        entry.failures.append(f"round {number}: {error}")
        return None
    print(f"round {number}, {entry.label}: {run.drained_per_second:,.0f} jobs/s", file=sys.stderr, flush=True)
    return run


def row(entry: Entry) -> list[str]:
    label = [entry.label, f"{entry.jobs:,}"]
    runs = entry.good
    if not runs:
        return label + ["failed"] + ["–"] * 7
    return label + [
        spread([run.drained_per_second for run in runs]),
        f"{median(entry.ratios):.2f}" if entry.ratios else "–",
        f"{median(run.enqueued_per_second for run in runs):,.0f}",
        f"{median(run.worker_seconds for run in runs):.1f}",
        f"{median(run.redis_seconds for run in runs):.1f}" if "redis" in entry.configuration.servers else "–",
        f"{median(run.postgres_seconds for run in runs):.1f}" if "postgres" in entry.configuration.servers else "–",
        f"{median(run.worker_megabytes for run in runs):.0f}",
        " + ".join(waiting_bytes(entry)),
    ]


def waiting_bytes(entry: Entry) -> Iterator[str]:
    if "redis" in entry.configuration.servers:
        yield f"{median(run.redis_bytes for run in entry.good):,.0f} Redis"
    if "postgres" in entry.configuration.servers:
        yield f"{median(run.postgres_bytes for run in entry.good):,.0f} PostgreSQL"


def baseline_for(entry: Entry, entries: list[Entry]) -> Entry:
    """Our drain to compare with: of durable jobs for queues on PostgreSQL, of ephemeral ones for queues on Redis."""
    durable = "postgres" in entry.configuration.servers
    return next(e for e in entries if e.configuration.baseline and ("postgres" in e.configuration.servers) == durable)


sys.exit(main())
