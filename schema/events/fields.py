"""Root fields of live streams."""

import strawberry

from resolvers import events
from schema.core.fields import SIGNED_IN, subscription
from schema.events.types import Event


@strawberry.type
class EventsSubscription:
    """Live streams of wallets and stores."""

    wallet_events = subscription(
        events.wallet_events,
        Event,
        roles=SIGNED_IN,
        visible=events.visible_wallet,
        description="Everything that happens to a wallet, in order, without gaps. For those who may see the wallet.",
    )
    store_events = subscription(
        events.store_events,
        Event,
        roles=SIGNED_IN,
        visible=events.visible_store,
        description=(
            "Everything that happens to a store, in order, without gaps. For its staff and its municipality's staff."
        ),
    )
