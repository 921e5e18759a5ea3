"""Live streams of wallets and stores."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.events.stream import Resync, stream
from domain.events.turns import REPLAYS, TURNS
from domain.identifiers import Prefix
from schema.core.access import works_at
from schema.core.context import MeguruInfo
from schema.core.errors import OPERATION_SECONDS, NotFoundError, TimedOutError
from schema.core.ids import ID, key_of
from schema.events.types import Event, ResyncRequired, event_for, sequence_after
from schema.residents.types import wallet_of
from schema.stores.types import store_of

After = Annotated[
    ID | None,
    argument(description="The event after which the stream begins, such as `asOfEventId`; from now on when absent."),
]
WalletId = Annotated[ID, argument(description="The wallet.")]
StoreId = Annotated[ID, argument(description="The store.")]
Visible = Callable[[MeguruInfo, ID], Awaitable[tuple[int, UUID]]]
"""The id of a holder in, municipality and key out; NotFoundError where the viewer may not follow it."""


def wallet_events(info: MeguruInfo, wallet_id: WalletId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a wallet, live."""
    return _live(info, _visible_wallet, wallet_id, after)


def store_events(info: MeguruInfo, store_id: StoreId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a store, live."""
    return _live(info, _visible_store, store_id, after)


async def _visible_wallet(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    """Municipality and key of a wallet that the viewer may see; NotFoundError."""
    key = key_of(Prefix.WALLET, unchecked, NotFoundError)
    if await wallet_of(info, *key) is None:
        raise NotFoundError
    return key


async def _visible_store(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    """Municipality and key of a store whose figures the viewer may see; NotFoundError."""
    key = key_of(Prefix.STORE, unchecked, NotFoundError)
    if await store_of(info, *key) is None or not await works_at(info, *key):
        raise NotFoundError
    return key


async def _live(info: MeguruInfo, visible: Visible, unchecked: ID, after: ID | None) -> AsyncGenerator[Event, None]:
    """The stream of a holder; closing it closes the inbox at once, not when somebody collects the garbage."""
    services, reader = info.context.services, info.context.signed_in.person_id
    page = partial(services.shared(REPLAYS).page, reader, info.context.trace_id)
    turns = services.shared(TURNS)
    try:
        async with asyncio.timeout(OPERATION_SECONDS):
            holder = await visible(info, unchecked)
        async with aclosing(stream(services, *holder, sequence_after(*holder, after), page)) as items:
            async for item in items:
                await turns.take(reader)
                if isinstance(item, Resync):
                    yield ResyncRequired(resync=item, noticed_at=services.clock())
                else:
                    yield event_for(item)
    except TimeoutError as error:
        raise TimedOutError from error
