import os

from bench import tally
from procrastinate import App, PsycopgConnector

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))


@app.task
async def no_op(number: int, padding: str) -> None:
    tally.ran(number)
