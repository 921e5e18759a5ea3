"""Live streams of wallets and stores."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.events.stream import Resync, stream
from domain.identifiers import Prefix
from schema.core.access import works_at
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID, read
from schema.events.types import Event, ResyncRequired, event_for, sequence_after
from schema.residents.types import wallet_of
from schema.stores.types import store_of

After = Annotated[
    ID | None,
    argument(description="The event after which the stream begins, such as `asOfEventId`; from now on when absent."),
]
WalletId = Annotated[ID, argument(description="The wallet.")]
StoreId = Annotated[ID, argument(description="The store.")]


async def wallet_events(info: MeguruInfo, wallet_id: WalletId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a wallet, live."""
    async with aclosing(live(info, await visible_wallet(info, wallet_id), after)) as events:
        async for event in events:
            yield event


async def store_events(info: MeguruInfo, store_id: StoreId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a store, live."""
    async with aclosing(live(info, await visible_store(info, store_id), after)) as events:
        async for event in events:
            yield event


async def visible_wallet(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    """Municipality and key of a wallet that the viewer may see; NotFoundError."""
    key = read(Prefix.WALLET, unchecked)
    if key is None or await wallet_of(info, *key) is None:
        raise NotFoundError
    return key


async def visible_store(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    """Municipality and key of a store whose figures the viewer may see; NotFoundError."""
    key = read(Prefix.STORE, unchecked)
    if key is None or await store_of(info, *key) is None or not await works_at(info, *key):
        raise NotFoundError
    return key


async def live(info: MeguruInfo, holder: tuple[int, UUID], after: ID | None) -> AsyncGenerator[Event, None]:
    """The stream of a holder; closing it closes the inbox at once, not when somebody collects the garbage."""
    async with aclosing(stream(info.context.services, *holder, sequence_after(*holder, after))) as items:
        async for item in items:
            if isinstance(item, Resync):
                yield ResyncRequired(resync=item, noticed_at=info.context.services.clock())
            else:
                yield event_for(item)
