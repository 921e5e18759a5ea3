"""Pages: how many, after what, and whether there is more."""

from typing import Annotated

import strawberry
from strawberry import argument

from schema.core.errors import TooManyError
from schema.core.ids import ID

PAGE_LIMIT = 100
First = Annotated[int, argument(description="How many, 0 to 100.")]
AfterEvent = Annotated[ID | None, argument(description="The event after which the page begins.")]
After = Annotated[str | None, argument(description="The cursor after which the page begins.")]


@strawberry.type(description="Whether there is more.")
class PageInfo:
    """Whether there is more."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null for an empty page.")


def check_count(count: int) -> None:
    """Raises for more than a page."""
    if not 0 <= count <= PAGE_LIMIT:
        raise TooManyError(PAGE_LIMIT)
