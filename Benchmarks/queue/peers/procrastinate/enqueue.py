import asyncio
import time

from bench import PADDING, chunks, report
from tasks import app, no_op


async def main() -> None:
    async with app.open_async():
        began = time.monotonic()
        for numbers in chunks(1000):
            await no_op.batch_defer_async(*({"number": number, "padding": PADDING} for number in numbers))
        report(time.monotonic() - began)


asyncio.run(main())
