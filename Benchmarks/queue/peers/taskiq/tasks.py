import os

from bench import tally
from taskiq_redis import ListQueueBroker, RedisStreamBroker

url = os.environ["REDIS_URL"]
broker = ListQueueBroker(url) if os.environ.get("BROKER") == "list" else RedisStreamBroker(url)


@broker.task
async def no_op(number: int, padding: str) -> None:
    tally.ran(number)
