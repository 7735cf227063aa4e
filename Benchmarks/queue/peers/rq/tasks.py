from bench import tally


def no_op(number: int, padding: str) -> None:
    tally.ran(number)
