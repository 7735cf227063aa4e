import os
from typing import Any

from arq.connections import RedisSettings
from bench import CONCURRENCY, tally


async def no_op(context: dict[str, Any], number: int, padding: str) -> None:
    tally.ran(number)


class Settings:
    functions = [no_op]
    redis_settings = RedisSettings.from_dsn(os.environ["REDIS_URL"])
    max_jobs = CONCURRENCY
    keep_result = 0
    # With the default of 0.5 s the worker would be idle most of the time.
    poll_delay = 0.01


LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
