"""Pages: how many, after what, and whether there is more."""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, TypeVar

import strawberry
from strawberry import argument

from schema.core.errors import BadCursorError, TooManyError
from schema.core.ids import ID


class Edge(Protocol):
    """An object of a list with the cursor after which the next page begins."""

    cursor: str


R = TypeVar("R")
E = TypeVar("E", bound=Edge)
PAGE_LIMIT = 100
First = Annotated[int, argument(description="How many, 0 to 100.")]
AfterEvent = Annotated[ID | None, argument(description="The event after which the page begins.")]
After = Annotated[str | None, argument(description="The cursor after which the page begins.")]

LIST_LIMIT = 100
"""The most of a list without pages; the next ones follow by `after`."""
AfterItem = Annotated[
    ID | None, argument(description="The id of the last one of the list so far: the list goes on behind it.")
]


@strawberry.type(description="Whether there is more. Lists go forward only.")
class PageInfo:
    """Whether there is more."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list begins before this page.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor; null for an empty page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null for an empty page.")


def check_count(count: int) -> None:
    """Raises for more than a page."""
    if not 0 <= count <= PAGE_LIMIT:
        raise TooManyError(PAGE_LIMIT)


def part_of(rows: Sequence[R], after: str | None, id_of: Callable[[R], str]) -> Sequence[R]:
    """At most LIST_LIMIT rows, behind the one with an id; BadCursorError for the id of none."""
    ids = [] if after is None else [id_of(row) for row in rows]
    if after is not None and after not in ids:
        raise BadCursorError
    begin = 0 if after is None else ids.index(after) + 1
    return rows[begin : begin + LIST_LIMIT]


def page_of(rows: Sequence[R], first: int, after: str | None, edge_of: Callable[[R], E]) -> tuple[list[E], PageInfo]:
    """The edges of a page and its page info.

    rows: those of the page, and one more if there is one.
    after: the cursor behind which the page begins; something is there, so the list begins before the page.
    """
    edges = [edge_of(row) for row in rows[:first]]
    page_info = PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return edges, page_info
