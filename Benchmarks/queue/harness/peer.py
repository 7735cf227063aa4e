"""The queues that are measured: each is described by the peer.toml of its folder."""

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

PEERS = Path(__file__).parent.parent / "peers"


@dataclass
class Configuration:
    """One way to run a queue."""

    label: str
    worker: list[str]
    enqueue: list[str]
    # Which servers it works on: "redis", "postgres".
    servers: list[str]
    # Makes tables where that is not part of enqueueing.
    prepare: list[str] | None = None
    # Worker processes started.
    processes: int = 1
    # Most jobs per run, for a queue with which the full number would take too long.
    jobs: int | None = None
    # Variables of the enqueuing program and of the workers.
    environment: dict[str, str] = field(default_factory=dict)
    # Other queues on the same server are compared with it.
    baseline: bool = False


@dataclass
class Peer:
    """A queue."""

    key: str
    name: str
    configurations: list[Configuration]
    apt: list[str]
    pip: list[str]
    version_command: list[str]

    @property
    def folder(self) -> Path:
        return PEERS / self.key

    @property
    def is_ours(self) -> bool:
        return self.key == "cartwright"

    @property
    def environment_folder(self) -> Path:
        """The peer's Python packages: one place for each, since they disagree about each other's versions."""
        return Path(os.environ["STATE"]) / "peers" / self.key

    def program(self, command: list[str]) -> list[str]:
        """The command with its program looked up among the peer's own first."""
        own = self.environment_folder / "bin" / command[0]
        return [str(own), *command[1:]] if own.exists() else command

    def version(self) -> str:
        command = self.version_command
        if self.pip:
            package = self.pip[0].split("=")[0].split("[")[0]
            command = ["python", "-c", f"from importlib.metadata import version; print(version('{package}'))"]
        return subprocess.run(self.program(command), check=True, capture_output=True, text=True).stdout.strip()

    def install(self) -> None:
        """Installs the Debian packages that are missing, and the Python packages into a folder of the peer's own."""
        missing = [package for package in self.apt if not _is_installed(package)]
        if missing:
            root = [] if os.geteuid() == 0 else ["sudo"]
            print(f"Installing with apt: {' '.join(missing)}", file=sys.stderr)
            _quietly([*root, "apt-get", "update", "-q"])
            _quietly([*root, "apt-get", "install", "-q", "-y", "--no-install-recommends", *missing])
        marker = self.environment_folder / "installed"
        if self.pip and not (marker.exists() and marker.read_text() == "\n".join(self.pip)):
            print(f"Installing with pip: {' '.join(self.pip)}", file=sys.stderr)
            _quietly(["python3", "-m", "venv", "--clear", str(self.environment_folder)])
            pip = str(self.environment_folder / "bin" / "pip")
            _quietly([pip, "install", "-q", "--disable-pip-version-check", *self.pip])
            marker.write_text("\n".join(self.pip))


def load() -> list[Peer]:
    """All peers, ours first."""
    peers = [_read(path) for path in sorted(PEERS.glob("*/peer.toml"))]
    return sorted(peers, key=lambda peer: not peer.is_ours)


def _read(path: Path) -> Peer:
    table = tomllib.loads(path.read_text())
    inherited = {name: table[name] for name in ("servers", "prepare", "enqueue", "jobs") if name in table}
    return Peer(
        key=path.parent.name,
        name=table["name"],
        configurations=[Configuration(**(inherited | entry)) for entry in table["configurations"]],
        apt=table.get("apt", []),
        pip=table.get("pip", []),
        version_command=table.get("version", []),
    )


def _is_installed(package: str) -> bool:
    query = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
    return query.stdout.endswith(" installed")


def _quietly(command: list[str]) -> None:
    """Runs a command whose output matters only when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900
    )
    if result.returncode:
        sys.exit(f"Error: {' '.join(command)} failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
