"""The root fields, wired to their resolvers, and the schema."""

from datetime import datetime

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, Info

from resolvers import change, conversion, funding, lifecycle, nodes, payments, staff, value, viewers
from schema import change as change_types
from schema import conversion as conversion_types
from schema import errors, events, parties, receipts, results
from schema import funding as funding_types
from schema import lifecycle as lifecycle_types
from schema import staff as staff_types
from schema import value as value_types
from schema.context import Context
from schema.extensions import EXTENSIONS
from schema.scalars import SCALARS

SIGNED_IN = "For everybody who is signed in."
MUNICIPAL = "For municipal staff of the town."


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    viewer = strawberry.field(resolver=viewers.viewer, graphql_type=parties.Viewer, description=f"The person who asks. {SIGNED_IN}")
    wallet = strawberry.field(
        resolver=nodes.wallet,
        graphql_type=parties.Wallet | None,
        description="A wallet that the viewer may use, or of the town they serve; null for every other. For everybody who is signed in.",
    )
    store = strawberry.field(resolver=nodes.store, graphql_type=parties.Store | None, description="A shop. For everybody, also without a token.")
    payment = strawberry.field(
        resolver=nodes.payment,
        graphql_type=receipts.Payment | None,
        description="A payment by `id`, or by `receiptNumber` together with the `municipality` code. For its payer, its shop's and its town's staff.",
    )
    quote_payment = strawberry.field(
        resolver=payments.quote_payment,
        graphql_type=results.QuotePaymentResult,
        description="What `pay` would do now, without a trace. For residents.",
    )
    quote_charge = strawberry.field(
        resolver=value.quote_charge,
        graphql_type=value_types.QuoteChargeResult,
        description="What `charge` would bring now, bonuses included, without a trace. For residents, charge agents and the municipal desk.",
    )
    assets = strawberry.field(
        resolver=value.assets_of, graphql_type=list[parties.Asset], description="The kinds of value of a town. For everybody, also without a token."
    )
    programmes = strawberry.field(
        resolver=value.programmes_of,
        graphql_type=list[value_types.Programme],
        description="The programmes of a town, newest first, at most 100. For everybody, also without a token.",
    )
    programme = strawberry.field(
        resolver=value.programme, graphql_type=value_types.Programme | None, description="A programme. For everybody, also without a token."
    )
    conversion_rates = strawberry.field(
        resolver=conversion.conversion_rates,
        graphql_type=list[conversion_types.ConversionRate],
        description="The rates of a town that are in force or to come, at most 100. For everybody, also without a token.",
    )
    quote_conversion = strawberry.field(
        resolver=conversion.quote_conversion,
        graphql_type=conversion_types.QuoteConversionResult,
        description="What `convert` would bring now, without a trace. For residents.",
    )
    funding_sources = strawberry.field(
        resolver=funding.funding_sources,
        graphql_type=list[funding_types.FundingSource],
        description="The cards and accounts that the viewer has linked to a wallet, oldest first, at most 10. For residents.",
    )
    outcome = strawberry.field(
        resolver=payments.outcome,
        graphql_type=results.Outcome,
        description=f"What became of one of the viewer's idempotency keys; moves nothing. {SIGNED_IN}",
    )
    node = strawberry.field(
        resolver=nodes.node, graphql_type=parties.Node | None, description=f"Whatever an id names, if the viewer may see it. {SIGNED_IN}"
    )
    nodes = strawberry.field(
        resolver=nodes.nodes, graphql_type=list[parties.Node | None], description=f"The same for up to 100 ids, in their order. {SIGNED_IN}"
    )
    jobs = strawberry.field(resolver=staff.jobs, graphql_type=list[staff_types.Job], description="The scheduler's jobs. For municipal staff.")
    drift_report = strawberry.field(
        resolver=staff.drift_report,
        graphql_type=staff_types.DriftReport,
        description=f"Stored balances, holds, movements and sequences against the entries. {MUNICIPAL}",
    )
    trial_balance = strawberry.field(
        resolver=staff.trial, graphql_type=staff_types.TrialBalance, description=f"The trial balance, now or at a past instant. {MUNICIPAL}"
    )

    @strawberry.field(description="The server's clock, for `validUntil`. UTC. For everybody, also without a token.")
    def server_time(self, info: Info[Context, None]) -> datetime:
        """The server's clock."""
        return info.context.services.clock()


@strawberry.type(description="What can be done. One mutation that moves value per operation.")
class Mutation:
    """What can be done."""

    charge = strawberry.mutation(
        resolver=payments.charge, graphql_type=results.ChargeResult,
        description="Tops a wallet up with cash taken at a counter. For staff of a shop that is a charge agent, and for the municipal desk.",
    )  # fmt: skip
    pay = strawberry.mutation(
        resolver=payments.pay, graphql_type=results.PayResult, description="Pays a shop from a wallet. For residents, from wallets that they may use."
    )
    refund_payment = strawberry.mutation(
        resolver=payments.refund_payment, graphql_type=results.RefundPaymentResult,
        description="Gives back a payment, in part or whole, as often as needed: to the same lots. For staff of the shop.",
    )  # fmt: skip
    abandon = strawberry.mutation(
        resolver=payments.abandon, graphql_type=results.AbandonResult,
        description=f"Closes one of the viewer's keys for ever, or says what it did: never both. {SIGNED_IN}",
    )  # fmt: skip
    record_claim = strawberry.mutation(
        resolver=value.record_claim, graphql_type=value_types.RecordClaimResult,
        description="Records what the desk has verified of a person: residence and year of birth. For the municipal desk.",
    )  # fmt: skip
    classify_store = strawberry.mutation(
        resolver=value.classify_store, graphql_type=value_types.ClassifyStoreResult,
        description="Puts a shop into the town's groups, sizes and areas. For finance officers and the desk of the town.",
    )  # fmt: skip
    create_asset = strawberry.mutation(
        resolver=value.create_asset, graphql_type=value_types.CreateAssetResult,
        description="Makes a kind of value. For finance officers of the town.",
    )  # fmt: skip
    create_programme = strawberry.mutation(
        resolver=value.create_programme, graphql_type=value_types.CreateProgrammeResult,
        description="Makes a programme and gives it its budget. For finance officers of the town.",
    )  # fmt: skip
    grant_value = strawberry.mutation(
        resolver=value.grant_value, graphql_type=value_types.GrantValueResult,
        description="Gives value of a programme to a wallet, out of its budget. For finance officers and the desk of the town.",
    )  # fmt: skip
    propose_reversal = strawberry.mutation(
        resolver=payments.propose_reversal, graphql_type=results.ProposeReversalResult,
        description="Proposes to undo a charge, a payment, a grant or a conversion. For finance officers of the town.",
    )  # fmt: skip
    reverse_journal = strawberry.mutation(
        resolver=payments.reverse_journal, graphql_type=results.ReverseJournalResult,
        description="Approves another officer's proposal and undoes the journal. For finance officers of the town.",
    )  # fmt: skip
    link_funding_source = strawberry.mutation(
        resolver=funding.link_funding_source, graphql_type=funding_types.LinkFundingSourceResult,
        description="Links a card or account to a wallet, at most 10. For residents, to wallets that they may use.",
    )  # fmt: skip
    remove_funding_source = strawberry.mutation(
        resolver=funding.remove_funding_source, graphql_type=funding_types.RemoveFundingSourceResult,
        description="Takes a card or account away. For residents who linked it.",
    )  # fmt: skip
    change_asset = strawberry.mutation(
        resolver=change.change_asset, graphql_type=change_types.ChangeAssetResult,
        description="Changes names, what is told, and the shops of a kind of value, as far as nobody loses. For finance officers of the town.",
    )  # fmt: skip
    change_programme = strawberry.mutation(
        resolver=change.change_programme, graphql_type=change_types.ChangeProgrammeResult,
        description="Changes names and end of a programme, or stops it. For finance officers of the town.",
    )  # fmt: skip
    change_budget = strawberry.mutation(
        resolver=change.change_budget, graphql_type=change_types.ChangeBudgetResult,
        description="Gives a programme more budget, or takes back what is left of it. For finance officers of the town.",
    )  # fmt: skip
    set_conversion_rate = strawberry.mutation(
        resolver=conversion.set_conversion_rate, graphql_type=conversion_types.SetConversionRateResult,
        description="Sets a rate at which residents convert value, from an instant on. For finance officers of the town.",
    )  # fmt: skip
    convert = strawberry.mutation(
        resolver=conversion.convert, graphql_type=conversion_types.ConvertResult,
        description="Converts value of a wallet into other value at the town's rate. For residents, in wallets that they may use.",
    )  # fmt: skip
    cancel_charge = strawberry.mutation(
        resolver=lifecycle.cancel_charge, graphql_type=lifecycle_types.CancelChargeResult,
        description="Cancels what is unspent of a top-up soon after it; its cash is handed back. For the counter that took it: shop or desk.",
    )  # fmt: skip
    set_charge_cancellation = strawberry.mutation(
        resolver=lifecycle.set_charge_cancellation, graphql_type=lifecycle_types.SetChargeCancellationResult,
        description="Sets how long the counters of a town may cancel their own top-ups. For finance officers of the town.",
    )  # fmt: skip


@strawberry.type(description="What can be followed live, over graphql-transport-ws.")
class Subscription:
    """What can be followed live."""

    wallet_events = strawberry.subscription(
        resolver=viewers.wallet_events,
        graphql_type=events.Event,
        description="Everything that happens to a wallet, in order, without gaps. For those who may see the wallet.",
    )
    store_events = strawberry.subscription(
        resolver=viewers.store_events,
        graphql_type=events.Event,
        description="Everything that happens to a shop, in order, without gaps. For its staff and its town's.",
    )
    payment_settled = strawberry.subscription(
        resolver=viewers.payment_settled, graphql_type=events.PaymentSettledItem,
        description="The payments among `walletEvents` or `storeEvents`: name one of the two. For those who may see it.",
    )  # fmt: skip


class Schema(strawberry.Schema):
    """Strawberry's own log of errors would hold what clients sent, so it is silent; `PublicErrors` logs faults."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Logs nothing."""


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        *events.EVENTS,
        receipts.Charge,
        receipts.Refund,
        receipts.Reversal,
        receipts.Grant,
        receipts.Expiry,
        *lifecycle_types.TYPES,
        *conversion_types.TYPES,
        results.Approval,
        *errors.REFUSALS.values(),
    ],
    extensions=EXTENSIONS,
    exception_handlers=errors.HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS),
)
