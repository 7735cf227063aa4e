import asyncio

from bench import PADDING, measure_concurrent
from tasks import queue


async def main() -> None:
    await queue.connect()
    # A ttl of -1 keeps no result.
    await measure_concurrent(lambda number: queue.enqueue("no_op", number=number, padding=PADDING, ttl=-1))
    await queue.disconnect()


asyncio.run(main())
