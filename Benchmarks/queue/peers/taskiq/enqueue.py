import asyncio

from bench import PADDING, measure_concurrent
from tasks import broker, no_op


async def main() -> None:
    # Makes the stream's consumer group too, so that the worker gets what is enqueued before it starts.
    await broker.startup()
    await measure_concurrent(lambda number: no_op.kiq(number, PADDING))
    await broker.shutdown()


asyncio.run(main())
