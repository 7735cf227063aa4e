"""Tables in Markdown, so that they can be pasted into a document as they are."""

from statistics import median


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """The first column is text, the others are figures."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rules = ["-" * width if index == 0 else "-" * (width - 1) + ":" for index, width in enumerate(widths)]
    print("\n".join([line(header), line(rules), *map(line, rows)]), flush=True)


def spread(values: list[float]) -> str:
    """The median, and between what they lie."""
    middle = f"{median(values):,.0f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):,.0f}–{max(values):,.0f})"


def ratio(ours: list[float], theirs: list[float]) -> str:
    """The median of the rounds' ratios: what was measured in one round is compared, as the machine's speed swings."""
    return f"{median(mine / other for mine, other in zip(ours, theirs, strict=True)):.2f}"
