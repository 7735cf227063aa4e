"""One run: fill the queue, then start workers and watch them drain it."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from .peer import Configuration, Peer
from .processes import Program, output_of
from .servers import Postgres, Redis
from .tally import Tally, wait_for


class RunError(Exception):
    """The run did not get to its end."""


@dataclass
class Bench:
    """What every run needs."""

    redis: Redis
    postgres: Postgres
    # The folder that programs' output goes to.
    logs: Path
    # The program that measures our own queue.
    ours: str
    fill_seconds: float = 300
    drain_seconds: float = 180

    def environment(self, peer: Peer, extra: dict[str, str]) -> dict[str, str]:
        modules = f"{peer.folder.parent / 'shared'}:{peer.folder}"
        servers = {"REDIS_URL": self.redis.url, "DATABASE_URL": self.postgres.url}
        return os.environ | {"PYTHONPATH": modules, "PYTHONDONTWRITEBYTECODE": "1"} | servers | extra

    def log(self, peer: Peer) -> Path:
        return self.logs / f"{peer.key}.log"

    def log_tail(self, peer: Peer) -> str:
        log = self.log(peer)
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""


@dataclass
class Run:
    """What one run showed. Processor seconds are those from the first job's run to the last one's."""

    jobs: int
    enqueued_per_second: float
    drained_per_second: float
    worker_seconds: float
    redis_seconds: float
    postgres_seconds: float
    worker_megabytes: float
    redis_bytes: float
    postgres_bytes: float


@dataclass
class Usage:
    """Processor seconds used so far by workers and servers."""

    workers: float
    redis: float
    postgres: float

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(self.workers - other.workers, self.redis - other.redis, self.postgres - other.postgres)


def drain(bench: Bench, peer: Peer, configuration: Configuration, jobs: int) -> Run:
    """Measures one configuration once.

    Raises RunError, DeliveryError, or subprocess.SubprocessError. Whatever happens, the workers are gone afterwards.
    """
    bench.redis.empty()
    if "postgres" in configuration.servers:
        bench.postgres.empty()
    with Tally(jobs) as tally:
        words = {"{jobs}": str(jobs), "{tally}": tally.path, "{redis}": bench.redis.url, "{ours}": bench.ours}
        variables = {"BENCH_JOBS": str(jobs), "BENCH_TALLY": tally.path}
        environment = bench.environment(peer, variables | configuration.environment)

        def command(template: list[str]) -> list[str]:
            return peer.program([words.get(word, word) for word in template])

        def run(template: list[str]) -> str:
            return output_of(command(template), peer.folder, environment, bench.log(peer), bench.fill_seconds)

        if configuration.prepare:
            run(configuration.prepare)
        redis_bytes, postgres_bytes = bench.redis.bytes(), bench.postgres.bytes()
        output = run(configuration.enqueue)
        enqueue_seconds = json.loads(output.splitlines()[-1])["seconds"]
        redis_bytes, postgres_bytes = bench.redis.bytes() - redis_bytes, bench.postgres.bytes() - postgres_bytes

        workers: list[Program] = []
        try:
            for _ in range(configuration.processes):
                workers.append(Program(command(configuration.worker), peer.folder, environment, bench.log(peer)))
            used = _watch(bench, tally, workers)
            megabytes = sum(worker.megabytes() for worker in workers)
            # Time to acknowledge, and for a job that is delivered twice to run twice.
            time.sleep(0.5)
        finally:
            for worker in workers:
                worker.ask_to_stop()
            for worker in workers:
                worker.stop()
        seconds = tally.seconds()
    per_100k = 100_000 / jobs
    return Run(
        jobs=jobs,
        enqueued_per_second=jobs / enqueue_seconds,
        drained_per_second=jobs / seconds,
        worker_seconds=used.workers * per_100k,
        redis_seconds=used.redis * per_100k,
        postgres_seconds=used.postgres * per_100k,
        worker_megabytes=megabytes,
        redis_bytes=redis_bytes / jobs,
        postgres_bytes=postgres_bytes / jobs if "postgres" in configuration.servers else 0,
    )


def _watch(bench: Bench, tally: Tally, workers: list[Program]) -> Usage:
    """Waits for the last job; returns what was used from the first one on."""

    def usage() -> Usage:
        seconds = sum(worker.processor_seconds() for worker in workers)
        return Usage(seconds, bench.redis.processor_seconds(), bench.postgres.processor_seconds())

    def all_run() -> bool:
        return all(worker.is_running() for worker in workers)

    if not wait_for(lambda: tally.has_begun() or not all_run(), seconds=60, pause=0.002):
        raise RunError("no job has run within 60 s")
    before = usage()
    if not wait_for(lambda: tally.has_ended() or not all_run(), bench.drain_seconds, pause=0.01):
        raise RunError(f"not all jobs have run within {bench.drain_seconds} s")
    after = usage()
    if not all_run():
        raise RunError("a worker has ended by itself")
    return after - before
