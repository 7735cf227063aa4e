from bench import JOBS, PADDING, measure
from tasks import app, no_op


def enqueue() -> None:
    with app.producer_or_acquire() as producer:
        for number in range(JOBS):
            no_op.apply_async((number, PADDING), producer=producer)


measure(enqueue)
