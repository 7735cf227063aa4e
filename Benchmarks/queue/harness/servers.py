"""The private Redis and PostgreSQL: emptied before each run, asked what they use."""

import os
import socket
import subprocess
import time
from urllib.parse import unquote, urlsplit

from .processes import processor_seconds


class Redis:
    """A client for the handful of commands that measuring needs (RESP2)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 6379
        self.password = unquote(parts.password or "")
        self._socket = socket.create_connection((self.host, self.port), timeout=30)
        self._input = self._socket.makefile("rb")
        if self.password:
            self.send("AUTH", unquote(parts.username or "default"), self.password)
        # A rewrite of the append-only file that starts by itself would hit one queue or another.
        self.send("CONFIG", "SET", "auto-aof-rewrite-percentage", "0")

    def send(self, *arguments: str) -> str:
        parts = [f"${len(argument.encode())}\r\n{argument}\r\n" for argument in arguments]
        self._socket.sendall(f"*{len(parts)}\r\n{''.join(parts)}".encode())
        line = self._input.readline().decode().rstrip("\r\n")
        if line.startswith("-"):
            raise RuntimeError(f"Redis: {line[1:]}")
        if not line.startswith("$"):
            return line[1:]
        return self._input.read(int(line[1:]) + 2)[:-2].decode()

    def info(self, section: str) -> dict[str, str]:
        lines = self.send("INFO", section).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def empty(self) -> None:
        """Drops all data and shortens the append-only file to nothing, so that no run pays for the one before."""
        self.send("FLUSHALL", "SYNC")
        self.send("BGREWRITEAOF")
        while self._is_rewriting():
            time.sleep(0.02)

    def _is_rewriting(self) -> bool:
        persistence = self.info("persistence")
        return "1" in (persistence["aof_rewrite_in_progress"], persistence["aof_rewrite_scheduled"])

    def processor_seconds(self) -> float:
        usage = self.info("cpu")
        return float(usage["used_cpu_user"]) + float(usage["used_cpu_sys"])

    def bytes(self) -> int:
        """Memory that data take: all but the buffers of clients and of the append-only file."""
        memory = self.info("memory")
        return int(memory["used_memory"]) - int(memory["mem_clients_normal"]) - int(memory["mem_aof_buffer"])

    def version(self) -> str:
        return self.info("server")["redis_version"]


class Postgres:
    """A database of its own, new for each run, on the private server."""

    DATABASE = "bench"

    def __init__(self, url: str) -> None:
        self._server = url
        self.url = urlsplit(url)._replace(path="/" + self.DATABASE).geturl()
        # The log collector is off, so the server's own first process is the one that every back-end descends from.
        self.folder = self.query("SHOW data_directory", url)
        with open(os.path.join(self.folder, "postmaster.pid")) as file:
            self._postmaster = int(file.readline())
        self.empty()

    def query(self, sql: str, url: str | None = None) -> str:
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url or self.url, "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    def empty(self) -> None:
        """Starts over with a new database and a clean write-ahead log behind a checkpoint."""
        self.query(f"DROP DATABASE IF EXISTS {self.DATABASE} WITH (FORCE)", self._server)
        self.query(f"CREATE DATABASE {self.DATABASE}", self._server)
        self.query("CHECKPOINT", self._server)

    def processor_seconds(self) -> float:
        """Of the server with all its back-ends, those that have ended too."""
        return processor_seconds(self._postmaster)

    def bytes(self) -> int:
        return int(self.query(f"SELECT pg_database_size('{self.DATABASE}')", self._server))

    def log_path(self) -> str:
        """Where the server writes its log: its standard error."""
        return os.readlink(f"/proc/{self._postmaster}/fd/2")

    def version(self) -> str:
        return self.query("SHOW server_version", self._server).split()[0]
