import os

from bench import tally
from celery import Celery

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    # Celery's manual, "Optimizing": many short tasks want a large multiplier, such as 64 or 128.
    worker_prefetch_multiplier=64,
)


@app.task
def no_op(number: int, padding: str) -> None:
    tally.ran(number)
