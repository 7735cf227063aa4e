"""What the Python queues' scripts share: the payload, the tally of runs, and the clock around an enqueue."""

import asyncio
import json
import mmap
import os
import time
from collections.abc import Awaitable, Callable, Iterator

JOBS = int(os.environ["BENCH_JOBS"])
CONCURRENCY = int(os.environ.get("BENCH_CONCURRENCY", "10"))
PADDING = "x" * 160


class Tally:
    """Shared memory with each job's time of running (8 bytes each), followed by how often each ran (1 byte each)."""

    def __init__(self, path: str) -> None:
        with open(path, "r+b") as file:
            memory = memoryview(mmap.mmap(file.fileno(), 0))
        jobs = len(memory) // 9
        self.times = memory[: jobs * 8].cast("q")
        self.runs = memory[jobs * 8 :]

    def ran(self, number: int) -> None:
        self.times[number] = time.monotonic_ns()
        self.runs[number] += 1


tally = Tally(os.environ["BENCH_TALLY"])


def chunks(size: int) -> Iterator[range]:
    """The jobs' numbers, so many at a time."""
    for start in range(0, JOBS, size):
        yield range(start, min(start + size, JOBS))


def report(seconds: float) -> None:
    print(json.dumps({"jobs": JOBS, "seconds": seconds}))


def measure(enqueue: Callable[[], None]) -> None:
    """Runs the function that enqueues all jobs and reports how long it took."""
    began = time.monotonic()
    enqueue()
    report(time.monotonic() - began)


async def measure_concurrent(enqueue: Callable[[int], Awaitable[object]], tasks: int = 50) -> None:
    """For a client without a bulk call: so many tasks that each enqueue one by one."""

    async def some(first: int) -> None:
        for number in range(first, JOBS, tasks):
            await enqueue(number)

    began = time.monotonic()
    await asyncio.gather(*(some(first) for first in range(tasks)))
    report(time.monotonic() - began)
