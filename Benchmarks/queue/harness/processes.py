"""Starts measured processes, reads from /proc what they use, and ends them with all their children."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Stat:
    """What /proc/<pid>/stat says; processor time in seconds, of the process and of the children it has waited for."""

    pid: int
    state: str
    parent: int
    session: int
    processor: float


def stat(pid: int) -> Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(pid, fields[0], int(fields[1]), int(fields[3]), sum(map(int, fields[11:15])) / TICKS)


def all_processes() -> Iterator[Stat]:
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (found := stat(int(entry))):
            yield found


def family(root: int) -> list[Stat]:
    """A process and its descendants."""
    children: dict[int, list[Stat]] = {}
    found = [process] if (process := stat(root)) else []
    for process in all_processes():
        children.setdefault(process.parent, []).append(process)
    for process in found:
        found += children.get(process.pid, [])
    return found


def processor_seconds(root: int) -> float:
    """User and system time that a process and its descendants have used."""
    return sum(process.processor for process in family(root))


class Program:
    """A program in a session of its own, which is how its children are found again."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str], log: Path) -> None:
        # The kernel ends it when this process is gone, however that happened.
        command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def processor_seconds(self) -> float:
        return processor_seconds(self.process.pid)

    def megabytes(self) -> float:
        """Proportional set size of all its processes, without shared memory such as the tally."""
        kilobytes = 0
        for process in family(self.process.pid):
            try:
                text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            except OSError:
                continue
            kilobytes += sum(int(size) for size in re.findall(r"^Pss_(?:Anon|File): +(\d+)", text, re.MULTILINE))
        return kilobytes * 1024 / 1e6

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.terminate()

    def stop(self, seconds: float = 15) -> None:
        """Waits for the end of a program that was asked to stop, then kills what is left of its session."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        for process in all_processes():
            if process.session == self.process.pid and process.state != "Z":
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        self.process.wait()


def output_of(command: list[str], folder: Path, environment: Mapping[str, str], log: Path, seconds: float) -> str:
    """Runs a program to its end and returns what it printed.

    Raises subprocess.SubprocessError when it fails or takes longer than that.
    """
    with log.open("ab") as errors:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            output, _ = process.communicate(timeout=seconds)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return output
