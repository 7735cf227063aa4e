import asyncio

from arq import create_pool
from bench import PADDING, measure_concurrent
from tasks import Settings


async def main() -> None:
    redis = await create_pool(Settings.redis_settings)
    await measure_concurrent(lambda number: redis.enqueue_job("no_op", number, PADDING))
    await redis.aclose()


asyncio.run(main())
