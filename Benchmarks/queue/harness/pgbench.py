"""Makes a pgbench script of the statements that the engine sends for one durable job.

They are taken from the server's log, not from the source: pgbench repeats what the engine does. Only the job's id is
replaced, by one that pgbench counts up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .drain import Bench

# "execute <name>: text" for prepared statements, "statement: text" for others; parameters follow as a detail.
_ENTRY = re.compile(
    r"^\S+ \S+ \S+ \[(\d+)\] (LOG|DETAIL): +(?:(?:execute [^:]*|statement): |parameters: )(.*)$", re.DOTALL
)
_PARAMETER = re.compile(r"\$(\d+) = (?:NULL|'((?:[^']|'')*)')")


@dataclass
class Statement:
    text: str
    parameters: dict[int, str | None] = field(default_factory=dict)

    def mentions(self, job: str) -> bool:
        return any(job in value for value in self.parameters.values() if value)


@dataclass
class Block:
    """Statements of one transaction; `begins` when BEGIN and COMMIT are sent around them."""

    begins: bool
    statements: list[Statement]


def recorded_script(bench: Bench, run_one_job: Callable[[], object]) -> str:
    """Runs one durable job on a new database whose log takes everything, and returns the script."""
    bench.postgres.empty()
    bench.postgres.query(f"ALTER DATABASE {bench.postgres.DATABASE} SET log_statement = 'all'")
    with open(bench.postgres.log_path(), encoding="utf-8", errors="replace") as log:
        log.seek(0, 2)
        run_one_job()
        blocks = _blocks(_statements(log.read()))
    insertion = next(s for block in blocks for s in block.statements if s.text.lstrip().startswith("INSERT INTO jobs"))
    job = next(value for value in insertion.parameters.values() if value and re.fullmatch(r"[0-9a-f-]{36}", value))
    return _script([block for block in blocks if any(s.mentions(job) for s in block.statements)], job)


def _statements(log: str) -> list[tuple[str, Statement]]:
    """Each statement with the process of its back-end."""
    found: list[tuple[str, Statement]] = []
    # Further lines of an entry begin with a tab.
    for entry in log.replace("\n\t", "\n ").split("\n20"):
        match = _ENTRY.match(entry if entry.startswith("20") else "20" + entry)
        if not match:
            continue
        process, kind, text = match.groups()
        if kind == "LOG":
            found.append((process, Statement(text.strip())))
        elif found and found[-1][0] == process:
            for parameter in _PARAMETER.finditer(text):
                value = parameter[2]
                found[-1][1].parameters[int(parameter[1])] = None if value is None else value.replace("''", "'")
    return found


def _blocks(statements: list[tuple[str, Statement]]) -> list[Block]:
    blocks: list[Block] = []
    open_: dict[str, Block] = {}
    for process, statement in statements:
        word = statement.text.split()[0].upper()
        if word == "BEGIN":
            open_[process] = Block(True, [])
        elif word in ("COMMIT", "ROLLBACK"):
            if process in open_:
                blocks.append(open_.pop(process))
        elif process in open_:
            open_[process].statements.append(statement)
        else:
            blocks.append(Block(False, [statement]))
    return blocks


def _script(blocks: list[Block], job: str) -> str:
    # As many bytes as the engine's ids have, in as many ascending runs as there are clients.
    id_ = f"('{job[:24]}' || lpad(to_hex(:client_id * 1000000 + :counter), 12, '0'))::uuid"
    lines = [r"\set counter :counter + 1"]
    for block in blocks:
        # As the engine's connection does: BEGIN travels with the first statement, COMMIT alone.
        texts = [_literal(statement, job, id_) + ";" for statement in block.statements]
        lines += ["\\startpipeline", "BEGIN;", *texts, "\\endpipeline", "COMMIT;"] if block.begins else texts
    return "\n".join(lines) + "\n"


def _literal(statement: Statement, job: str, id_: str) -> str:
    """The statement with its parameters written out."""

    def value(match: re.Match[str]) -> str:
        text = statement.parameters.get(int(match[1]))
        if text is None:
            return "NULL"
        if text == job:
            return id_
        if text == "{" + job + "}":
            return f"ARRAY[{id_}]"
        return "'" + text.replace("'", "''") + "'"

    return re.sub(r"\$(\d+)", value, statement.text)
