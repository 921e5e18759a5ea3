"""`node` and `nodes`: whatever an id names, if the viewer may see it; and the server's clock."""

import asyncio
from datetime import datetime
from typing import Annotated

from strawberry import argument

from schema.core.context import MeguruInfo
from schema.core.ids import ID, read_any
from schema.core.node import FINDERS, Node
from schema.core.page import check_count


async def node(info: MeguruInfo, id: Annotated[ID, argument(description="Any id.")]) -> Node | None:
    """Whatever an id names, if the viewer may see it."""
    parts = read_any(id)
    find = None if parts is None else FINDERS.get(parts[0])
    if parts is None or find is None:
        return None
    return await find(info, parts[1], parts[2])


async def nodes(
    info: MeguruInfo, ids: Annotated[list[ID], argument(description="At most 100 ids.")]
) -> list[Node | None]:
    """The same for several ids, in their order; at most 100."""
    check_count(len(ids))
    return list(await asyncio.gather(*[node(info, unchecked) for unchecked in ids]))  # read together, kind by kind


def server_time(info: MeguruInfo) -> datetime:
    """The server's clock."""
    return info.context.services.clock()
