"""The root fields, wired to their resolvers, and the schema."""

from datetime import datetime

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from resolvers import nodes, payments, staff, viewers
from schema import errors, history, parties, results
from schema import staff as staff_types
from schema.context import Context
from schema.extensions import EXTENSIONS
from schema.scalars import SCALARS

SIGNED_IN = "For everybody who is signed in."
MUNICIPAL = "For municipal staff of the town."


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    viewer: parties.Viewer = strawberry.field(resolver=viewers.viewer, description=f"The person who asks. {SIGNED_IN}")
    wallet: parties.Wallet | None = strawberry.field(
        resolver=nodes.wallet, description="A wallet that the viewer may use, or of the town they serve; null for every other."
    )
    store: parties.Store | None = strawberry.field(resolver=nodes.store, description="A shop. For everybody, also without a token.")
    payment: history.Payment | None = strawberry.field(
        resolver=nodes.payment,
        description="A payment by `id`, or by `receiptNumber` together with the `municipality` code. For its payer, its shop's and its town's staff.",
    )
    quote_payment: results.QuotePaymentResult = strawberry.field(
        resolver=payments.quote_payment, graphql_type=results.QuotePaymentResult, description="What `pay` would do now, without a trace. For residents."
    )
    outcome: results.Outcome = strawberry.field(
        resolver=payments.outcome, description=f"What became of one of the viewer's idempotency keys; moves nothing. {SIGNED_IN}"
    )
    node: parties.Node | None = strawberry.field(resolver=nodes.node, description=f"Whatever an id names, if the viewer may see it. {SIGNED_IN}")
    nodes: list[parties.Node | None] = strawberry.field(
        resolver=nodes.nodes, description=f"The same for up to 100 ids, in their order. {SIGNED_IN}"
    )
    jobs: list[staff_types.Job] = strawberry.field(resolver=staff.jobs, description="The scheduler's jobs. For municipal staff.")
    drift_report: staff_types.DriftReport = strawberry.field(
        resolver=staff.drift_report, description=f"Stored balances, holds, movements and sequences against the entries. {MUNICIPAL}"
    )
    trial_balance: staff_types.TrialBalance = strawberry.field(
        resolver=staff.trial, description=f"The trial balance, now or at a past instant. {MUNICIPAL}"
    )

    @strawberry.field(description="The server's clock, for `validUntil`. UTC. For everybody, also without a token.")
    def server_time(self, info: Info[Context, None]) -> datetime:
        """The server's clock."""
        return info.context.services.clock()


@strawberry.type(description="What can be done. One mutation that moves value per operation.")
class Mutation:
    """What can be done."""

    charge: results.ChargeResult = strawberry.mutation(
        resolver=payments.charge, graphql_type=results.ChargeResult,
        description="Tops a wallet up with cash taken at a counter. For staff of a shop that is a charge agent, and for the municipal desk.",
    )  # fmt: skip
    pay: results.PayResult = strawberry.mutation(
        resolver=payments.pay, graphql_type=results.PayResult, description="Pays a shop from a wallet. For residents, from wallets that they may use."
    )
    refund_payment: results.RefundPaymentResult = strawberry.mutation(
        resolver=payments.refund_payment, graphql_type=results.RefundPaymentResult,
        description="Gives back a payment, in part or whole, as often as needed: to the same lots. For staff of the shop.",
    )  # fmt: skip
    abandon: results.AbandonResult = strawberry.mutation(
        resolver=payments.abandon, graphql_type=results.AbandonResult,
        description=f"Closes one of the viewer's keys for ever, or says what it did: never both. {SIGNED_IN}",
    )  # fmt: skip
    propose_reversal: results.ProposeReversalResult = strawberry.mutation(
        resolver=payments.propose_reversal, graphql_type=results.ProposeReversalResult,
        description="Proposes to undo a charge or a payment. For finance officers of the town.",
    )  # fmt: skip
    reverse_journal: results.ReverseJournalResult = strawberry.mutation(
        resolver=payments.reverse_journal, graphql_type=results.ReverseJournalResult,
        description="Approves another officer's proposal and undoes the journal. For finance officers of the town.",
    )  # fmt: skip


@strawberry.type(description="What can be followed live, over graphql-transport-ws.")
class Subscription:
    """What can be followed live."""

    wallet_events: history.Event = strawberry.subscription(
        resolver=viewers.wallet_events, description="Everything that happens to a wallet, in order, without gaps. For those who may see the wallet."
    )
    store_events: history.Event = strawberry.subscription(
        resolver=viewers.store_events, description="Everything that happens to a shop, in order, without gaps. For its staff and its town's."
    )
    payment_settled: history.PaymentSettledItem = strawberry.subscription(
        resolver=viewers.payment_settled, graphql_type=history.PaymentSettledItem,
        description="The payments among `walletEvents` or `storeEvents`: name one of the two.",
    )  # fmt: skip


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*history.EVENTS, history.Charge, history.Refund, history.Reversal, results.Approval, *errors.REFUSALS.values()],
    extensions=EXTENSIONS,
    exception_handlers=errors.HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS),
)
