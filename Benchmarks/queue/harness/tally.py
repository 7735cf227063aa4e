"""Counts runs in memory that the measured processes share, so that no queue and no server is asked how far it is."""

import mmap
import os
import time
from collections.abc import Callable


class DeliveryError(Exception):
    """A job ran twice, or not at all."""


class Tally:
    """For n jobs: n times of running in nanoseconds of the monotonic clock, 8 bytes each; then n counts of 1 byte."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._file = os.memfd_create("tally")
        os.ftruncate(self._file, jobs * 9)
        self._memory = mmap.mmap(self._file, jobs * 9)
        self._checked = jobs * 8
        self.path = f"/proc/{os.getpid()}/fd/{self._file}"

    def has_begun(self) -> bool:
        """Whether the first job ran. Queues are first in, first out, but a batch may begin anywhere near its front."""
        return any(self._memory[self.jobs * 8 : self.jobs * 8 + 2000])

    def has_ended(self) -> bool:
        """Whether every job ran."""
        missing = self._memory.find(b"\0", self._checked)
        self._checked = len(self._memory) if missing < 0 else missing
        return missing < 0

    def seconds(self) -> float:
        """From the first job's run to the last one's.

        Raises DeliveryError unless each job ran exactly once.
        """
        wrong = [n for n, runs in enumerate(self._memory[self.jobs * 8 :]) if runs != 1]
        if wrong:
            runs = self._memory[self.jobs * 8 + wrong[0]]
            raise DeliveryError(
                f"{len(wrong)} of {self.jobs} jobs did not run exactly once; job {wrong[0]} ran {runs} times"
            )
        with memoryview(self._memory) as memory, memory[: self.jobs * 8] as bytes_, bytes_.cast("q") as times:
            return (max(times) - min(times)) / 1e9

    def __enter__(self) -> "Tally":
        return self

    def __exit__(self, *error: object) -> None:
        self._memory.close()
        os.close(self._file)


def wait_for(condition: Callable[[], bool], seconds: float, pause: float) -> bool:
    """Looks again and again until the condition holds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
