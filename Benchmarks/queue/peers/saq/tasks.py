import os
from typing import Any

from bench import CONCURRENCY, tally
from saq import Queue

queue = Queue.from_url(os.environ["REDIS_URL"])


async def no_op(context: dict[str, Any], *, number: int, padding: str) -> None:
    tally.ran(number)


settings = {"queue": queue, "functions": [no_op], "concurrency": CONCURRENCY}
