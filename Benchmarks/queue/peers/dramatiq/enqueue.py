from bench import JOBS, PADDING, measure
from tasks import no_op


def enqueue() -> None:
    for number in range(JOBS):
        no_op.send(number, PADDING)


measure(enqueue)
