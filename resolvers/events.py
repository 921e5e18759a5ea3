"""Live streams of wallets and stores."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Annotated

from strawberry import argument

from domain.events.stream import Resync, stream
from domain.events.turns import REPLAYS
from domain.identifiers import Prefix
from schema.core.access import works_at
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError, TimedOutError
from schema.core.ids import ID, key_of
from schema.events.types import Event, ResyncRequired, event_for, sequence_after
from schema.ledger.balances import units_of
from schema.residents.types import wallet_of
from schema.stores.types import store_of

After = Annotated[
    ID | None,
    argument(description="The event after which the stream begins, such as `asOfEventId`; from now on when absent."),
]
WalletId = Annotated[ID, argument(description="The wallet.")]
StoreId = Annotated[ID, argument(description="The store.")]


def wallet_events(info: MeguruInfo, wallet_id: WalletId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a wallet, live."""
    return _live(info, Prefix.WALLET, wallet_id, after)


def store_events(info: MeguruInfo, store_id: StoreId, after: After = None) -> AsyncGenerator[Event, None]:
    """What happens to a store, live."""
    return _live(info, Prefix.STORE, store_id, after)


async def visible_wallet(info: MeguruInfo, wallet_id: ID, after: ID | None = None) -> None:  # noqa: ARG001 - as wallet_events
    """Raise NotFoundError for a wallet that the viewer may not see."""
    if await wallet_of(info, *key_of(Prefix.WALLET, wallet_id, NotFoundError)) is None:
        raise NotFoundError


async def visible_store(info: MeguruInfo, store_id: ID, after: ID | None = None) -> None:  # noqa: ARG001 - as store_events
    """Raise NotFoundError for a store whose figures the viewer may not see."""
    key = key_of(Prefix.STORE, store_id, NotFoundError)
    if await store_of(info, *key) is None or not await works_at(info, *key):
        raise NotFoundError


async def _live(info: MeguruInfo, prefix: Prefix, unchecked: ID, after: ID | None) -> AsyncGenerator[Event, None]:
    """The stream of a holder; closing it closes the inbox at once, not when somebody collects the garbage."""
    services, reader = info.context.services, info.context.signed_in.person_id
    holder = key_of(prefix, unchecked, NotFoundError)
    page = partial(services.shared(REPLAYS).page, reader, info.context.trace_id)
    yen = (await units_of(info, holder[0])).yen if prefix is Prefix.STORE else None
    try:
        async with aclosing(stream(services, *holder, sequence_after(*holder, after), page, reader=reader)) as items:
            async for item in items:
                if isinstance(item, Resync):
                    yield ResyncRequired(resync=item, noticed_at=services.clock())
                else:
                    yield event_for(item, yen=yen)
    except TimeoutError as error:
        raise TimedOutError from error
