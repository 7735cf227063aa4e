import os

import dramatiq
from bench import tally
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))


@dramatiq.actor
def no_op(number: int, padding: str) -> None:
    tally.ran(number)
