import os

from bench import PADDING, chunks, measure
from redis import Redis
from rq import Queue
from tasks import no_op

queue = Queue(connection=Redis.from_url(os.environ["REDIS_URL"]))


def enqueue() -> None:
    for numbers in chunks(1000):
        queue.enqueue_many([Queue.prepare_data(no_op, (number, PADDING), result_ttl=0) for number in numbers])


measure(enqueue)
