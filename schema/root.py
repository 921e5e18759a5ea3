"""The root fields, wired to their resolvers, and the schema."""

from datetime import datetime

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, Info

from resolvers import (
    bulk,
    change,
    conversion,
    funding,
    lifecycle,
    nodes,
    payments,
    points,
    staff,
    value,
    viewers,
    voucher_reads,
    vouchers,
)
from resolvers import coupons as of_coupons
from resolvers import node as node_of
from schema import bulk as bulk_types
from schema import (
    bulk_results,
    errors,
    events,
    parties,
    points_results,
    receipts,
    results,
    voucher_events,
    voucher_results,
)
from schema import change as change_types
from schema import conversion as conversion_types
from schema import coupons as coupon_types
from schema import funding as funding_types
from schema import lifecycle as lifecycle_types
from schema import staff as staff_types
from schema import value as value_types
from schema import vouchers as voucher_types
from schema.context import Context
from schema.extensions import EXTENSIONS
from schema.scalars import SCALARS

SIGNED_IN = "For everybody who is signed in."
MUNICIPAL = "For municipal staff of the town."


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    viewer = strawberry.field(
        resolver=viewers.viewer, graphql_type=parties.Viewer, description=f"The person who asks. {SIGNED_IN}"
    )
    wallet = strawberry.field(
        resolver=nodes.wallet,
        graphql_type=parties.Wallet | None,
        description=(
            "A wallet that the viewer may use, or of the town they serve; null for every other. For everybody who is"
            " signed in."
        ),
    )
    store = strawberry.field(
        resolver=nodes.store,
        graphql_type=parties.Store | None,
        description="A shop. For everybody, also without a token.",
    )
    payment = strawberry.field(
        resolver=nodes.payment,
        graphql_type=receipts.Payment | None,
        description=(
            "A payment by `id`, or by `receiptNumber` together with the `municipality` code. For its payer, its shop's"
            " and its town's staff."
        ),
    )
    quote_payment = strawberry.field(
        resolver=payments.quote_payment,
        graphql_type=results.QuotePaymentResult,
        description="What `pay` would do now, without a trace. For residents.",
    )
    quote_charge = strawberry.field(
        resolver=value.quote_charge,
        graphql_type=value_types.QuoteChargeResult,
        description=(
            "What `charge` would bring now, bonuses included, without a trace. For residents, charge agents and the"
            " municipal desk."
        ),
    )
    assets = strawberry.field(
        resolver=value.assets_of,
        graphql_type=list[parties.Asset],
        description="The kinds of value of a town. For everybody, also without a token.",
    )
    programmes = strawberry.field(
        resolver=value.programmes_of,
        graphql_type=list[value_types.Programme],
        description="The programmes of a town, newest first, at most 100. For everybody, also without a token.",
    )
    programme = strawberry.field(
        resolver=value.programme,
        graphql_type=value_types.Programme | None,
        description="A programme. For everybody, also without a token.",
    )
    simulate_earning = strawberry.field(
        resolver=points.simulate_earning,
        graphql_type=points_results.SimulateEarningResult,
        description=f"What the earning rules in force would give on a payment, rule by rule. {MUNICIPAL}",
    )
    voucher_products = strawberry.field(
        resolver=voucher_reads.voucher_products,
        graphql_type=list[voucher_types.VoucherProduct],
        description=(
            "Voucher products of a town, newest first, at most 100. For everybody, also without a token; drafts for the"
            " town's staff."
        ),
    )
    voucher_product = strawberry.field(
        resolver=voucher_reads.voucher_product,
        graphql_type=voucher_types.VoucherProduct | None,
        description=(
            "A voucher product; null for a draft of a town that the viewer does not serve. For everybody, also without"
            " a token."
        ),
    )
    preview_voucher_product = strawberry.field(
        resolver=vouchers.preview_voucher_product,
        graphql_type=voucher_results.PreviewVoucherProductResult,
        description=(
            "What a voucher product would cost, and what the law says, without a trace. For finance officers and"
            " auditors of the town."
        ),
    )
    coupons = strawberry.field(
        resolver=of_coupons.coupons,
        graphql_type=coupon_types.CouponConnection,
        description=(
            "Coupons of a town that have not ended, as the viewer's person sees them now. For everybody, also without a"
            " token."
        ),
    )
    coupon = strawberry.field(
        resolver=of_coupons.coupon,
        graphql_type=coupon_types.Coupon | None,
        description="A coupon. For everybody, also without a token.",
    )
    conversion_rates = strawberry.field(
        resolver=conversion.conversion_rates,
        graphql_type=list[conversion_types.ConversionRate],
        description=(
            "The rates of a town that are in force or to come, at most 100. For everybody, also without a token."
        ),
    )
    quote_conversion = strawberry.field(
        resolver=conversion.quote_conversion,
        graphql_type=conversion_types.QuoteConversionResult,
        description="What `convert` would bring now, without a trace. For residents.",
    )
    funding_sources = strawberry.field(
        resolver=funding.funding_sources,
        graphql_type=list[funding_types.FundingSource],
        description=(
            "The cards and accounts that the viewer has linked to a wallet, oldest first, at most 10. For residents."
        ),
    )
    outcome = strawberry.field(
        resolver=payments.outcome,
        graphql_type=results.Outcome,
        description=f"What became of one of the viewer's idempotency keys; moves nothing. {SIGNED_IN}",
    )
    node = strawberry.field(
        resolver=node_of.node,
        graphql_type=parties.Node | None,
        description=f"Whatever an id names, if the viewer may see it. {SIGNED_IN}",
    )
    nodes = strawberry.field(
        resolver=node_of.nodes,
        graphql_type=list[parties.Node | None],
        description=f"The same for up to 100 ids, in their order. {SIGNED_IN}",
    )
    jobs = strawberry.field(
        resolver=staff.jobs,
        graphql_type=list[staff_types.Job],
        description="The scheduler's jobs. For municipal staff.",
    )
    drift_report = strawberry.field(
        resolver=staff.drift_report,
        graphql_type=staff_types.DriftReport,
        description=f"Stored balances, holds, movements and sequences against the entries. {MUNICIPAL}",
    )
    trial_balance = strawberry.field(
        resolver=staff.trial,
        graphql_type=staff_types.TrialBalance,
        description=f"The trial balance, now or at a past instant. {MUNICIPAL}",
    )

    bulk_grant = strawberry.field(
        resolver=bulk.bulk_grant,
        graphql_type=bulk_types.BulkGrant | None,
        description=f"A bulk grant; null for every other town's. {MUNICIPAL}",
    )
    bulk_grants = strawberry.field(
        resolver=bulk.bulk_grants,
        graphql_type=bulk_types.BulkGrantConnection,
        description=f"The bulk grants of a town, newest first. {MUNICIPAL}",
    )
    grant_proposal = strawberry.field(
        resolver=bulk.grant_proposal,
        graphql_type=bulk_types.GrantProposal | None,
        description=f"A proposed grant, by its approval's id. {MUNICIPAL}",
    )
    grant_thresholds = strawberry.field(
        resolver=bulk.grant_thresholds,
        graphql_type=bulk_types.GrantThresholds,
        description=f"Above which amounts a second officer approves. {MUNICIPAL}",
    )

    @strawberry.field(description="The server's clock, for `validUntil`. UTC. For everybody, also without a token.")
    def server_time(self, info: Info[Context, None]) -> datetime:
        """The server's clock."""
        return info.context.services.clock()


@strawberry.type(description="What can be done. One mutation that moves value per operation.")
class Mutation:
    """What can be done."""

    charge = strawberry.mutation(
        resolver=payments.charge,
        graphql_type=results.ChargeResult,
        description=(
            "Tops a wallet up with cash taken at a counter. For staff of a shop that is a charge agent, and for the"
            " municipal desk."
        ),
    )
    pay = strawberry.mutation(
        resolver=payments.pay,
        graphql_type=results.PayResult,
        description="Pays a shop from a wallet. For residents, from wallets that they may use.",
    )
    refund_payment = strawberry.mutation(
        resolver=payments.refund_payment,
        graphql_type=results.RefundPaymentResult,
        description=(
            "Gives back a payment, in part or whole, as often as needed: to the same lots. For staff of the shop."
        ),
    )
    abandon = strawberry.mutation(
        resolver=payments.abandon,
        graphql_type=results.AbandonResult,
        description=f"Closes one of the viewer's keys for ever, or says what it did: never both. {SIGNED_IN}",
    )
    record_claim = strawberry.mutation(
        resolver=value.record_claim,
        graphql_type=value_types.RecordClaimResult,
        description=(
            "Records what the desk has verified of a person: residence and year of birth. For the municipal desk."
        ),
    )
    classify_store = strawberry.mutation(
        resolver=value.classify_store,
        graphql_type=value_types.ClassifyStoreResult,
        description=(
            "Puts a shop into the town's groups, sizes and areas. For finance officers and the desk of the town."
        ),
    )
    create_asset = strawberry.mutation(
        resolver=value.create_asset,
        graphql_type=value_types.CreateAssetResult,
        description="Makes a kind of value. For finance officers of the town.",
    )
    create_programme = strawberry.mutation(
        resolver=value.create_programme,
        graphql_type=value_types.CreateProgrammeResult,
        description="Makes a programme and gives it its budget. For finance officers of the town.",
    )
    add_earning_rule = strawberry.mutation(
        resolver=points.add_earning_rule,
        graphql_type=points_results.AddEarningRuleResult,
        description="Adds a rule by which payments earn points of a programme. For finance officers of the town.",
    )
    stop_earning_rule = strawberry.mutation(
        resolver=points.stop_earning_rule,
        graphql_type=points_results.StopEarningRuleResult,
        description="Stops an earning rule for ever. For finance officers of the town.",
    )
    grant_value = strawberry.mutation(
        resolver=value.grant_value,
        graphql_type=value_types.GrantValueResult,
        description=(
            "Gives value of a programme to a wallet, out of its budget. For finance officers and the desk of the town."
        ),
    )
    create_voucher_product = strawberry.mutation(
        resolver=vouchers.create_voucher_product,
        graphql_type=voucher_results.CreateVoucherProductResult,
        description="Drafts a voucher product. For finance officers of the town.",
    )
    create_voucher_product_from_template = strawberry.mutation(
        resolver=vouchers.create_voucher_product_from_template,
        graphql_type=voucher_results.CreateVoucherProductResult,
        description="Drafts a voucher product from a template. For finance officers of the town.",
    )
    submit_voucher_product = strawberry.mutation(
        resolver=vouchers.submit_voucher_product,
        graphql_type=voucher_results.SubmitVoucherProductResult,
        description=(
            "Gives a draft to a second officer. Repeating it changes nothing. For finance officers of the town."
        ),
    )
    approve_voucher_product = strawberry.mutation(
        resolver=vouchers.approve_voucher_product,
        graphql_type=voucher_results.ApproveVoucherProductResult,
        description=(
            "Publishes a voucher product and sets its budget aside. For finance officers of the town, other than who"
            " submitted it."
        ),
    )
    close_voucher_product = strawberry.mutation(
        resolver=vouchers.close_voucher_product,
        graphql_type=voucher_results.CloseVoucherProductResult,
        description=(
            "Ends the sale and gives back what is not sold; again, and it sweeps up what came back since. For finance"
            " officers of the town."
        ),
    )
    purchase_voucher = strawberry.mutation(
        resolver=vouchers.purchase_voucher,
        graphql_type=voucher_results.PurchaseVoucherResult,
        description=(
            "Buys units of a voucher product, first come, with coin or by a payment service. For residents and"
            " visitors."
        ),
    )
    sell_voucher = strawberry.mutation(
        resolver=vouchers.sell_voucher,
        graphql_type=voucher_results.SellVoucherResult,
        description=(
            "Sells units of a voucher product for cash. For staff of a shop that is a charge agent, and for the"
            " municipal desk."
        ),
    )
    issue_gift_numbers = strawberry.mutation(
        resolver=vouchers.issue_gift_numbers,
        graphql_type=voucher_results.IssueGiftNumbersResult,
        description=(
            "Makes the numbers of a gift, as often as needed until it is activated. For the people of the wallet that"
            " bought it."
        ),
    )
    activate_gift = strawberry.mutation(
        resolver=vouchers.activate_gift,
        graphql_type=voucher_results.ActivateGiftResult,
        description="Brings a gift's vouchers into a wallet, once. For residents and visitors who have its numbers.",
    )
    create_coupon = strawberry.mutation(
        resolver=of_coupons.create_coupon,
        graphql_type=coupon_types.CreateCouponResult,
        description=(
            "Issues a coupon, with its budget where the town bears it. For finance officers of the town; for staff of a"
            " shop for itself."
        ),
    )
    change_coupon = strawberry.mutation(
        resolver=of_coupons.change_coupon,
        graphql_type=coupon_types.ChangeCouponResult,
        description=(
            "Renames a coupon, ends it earlier, or stops it. For finance officers of the town; for staff of the shop"
            " that issued it."
        ),
    )
    claim_coupon = strawberry.mutation(
        resolver=of_coupons.claim_coupon,
        graphql_type=coupon_types.ClaimCouponResult,
        description=(
            "Claims a coupon for a wallet's person. For the wallet's people, the municipal desk, and staff of a shop"
            " that takes it."
        ),
    )
    redeem = strawberry.mutation(
        resolver=of_coupons.redeem,
        graphql_type=coupon_types.RedeemResult,
        description=(
            "Hands over a coupon for an item, or a whole voucher or ticket. For the wallet's people; coupons also for"
            " staff of the shop."
        ),
    )
    rollback_redemption = strawberry.mutation(
        resolver=of_coupons.rollback_redemption,
        graphql_type=coupon_types.RollbackRedemptionResult,
        description=(
            "Undoes a hand-over, once: value and counters go back. For finance officers and the desk of the town."
        ),
    )
    propose_reversal = strawberry.mutation(
        resolver=payments.propose_reversal,
        graphql_type=results.ProposeReversalResult,
        description=(
            "Proposes to undo a charge, a payment, a grant, a conversion or a purchase of vouchers. For finance"
            " officers of the town."
        ),
    )
    reverse_journal = strawberry.mutation(
        resolver=payments.reverse_journal,
        graphql_type=results.ReverseJournalResult,
        description="Approves another officer's proposal and undoes the journal. For finance officers of the town.",
    )
    create_upload = strawberry.mutation(
        resolver=bulk.create_upload,
        graphql_type=bulk_results.CreateUploadResult,
        description="Makes a one-time address to which one file is sent by HTTP PUT. For finance officers of the town.",
    )
    check_bulk_grant = strawberry.mutation(
        resolver=bulk.check_bulk_grant,
        graphql_type=bulk_results.CheckBulkGrantResult,
        description=(
            "Says what a file would grant and what is wrong with which row; moves nothing. For finance officers of the"
            " town."
        ),
    )
    start_bulk_grant = strawberry.mutation(
        resolver=bulk.start_bulk_grant,
        graphql_type=bulk_results.StartBulkGrantResult,
        description=(
            "Grants the rows of a file, or proposes them where the town asks for a second officer. For finance officers"
            " of the town."
        ),
    )
    approve_bulk_grant = strawberry.mutation(
        resolver=bulk.approve_bulk_grant,
        graphql_type=bulk_results.ApproveBulkGrantResult,
        description="Approves another officer's bulk grant, which begins. For finance officers of the town.",
    )
    pause_bulk_grant = strawberry.mutation(
        resolver=bulk.pause_bulk_grant,
        graphql_type=bulk_results.PauseBulkGrantResult,
        description="Stops a bulk grant for a while. For finance officers of the town.",
    )
    resume_bulk_grant = strawberry.mutation(
        resolver=bulk.resume_bulk_grant,
        graphql_type=bulk_results.ResumeBulkGrantResult,
        description="Goes on with a bulk grant. For finance officers of the town.",
    )
    cancel_bulk_grant = strawberry.mutation(
        resolver=bulk.cancel_bulk_grant,
        graphql_type=bulk_results.CancelBulkGrantResult,
        description=(
            "Calls off what a bulk grant has not granted yet, also before its approval. For finance officers of the"
            " town."
        ),
    )
    undo_bulk_grant = strawberry.mutation(
        resolver=bulk.undo_bulk_grant,
        graphql_type=bulk_results.UndoBulkGrantResult,
        description=(
            "Takes back what is left of everything that a bulk grant gave, once. For finance officers of the town."
        ),
    )
    propose_grant = strawberry.mutation(
        resolver=bulk.propose_grant,
        graphql_type=bulk_results.ProposeGrantResult,
        description=(
            "Proposes a grant, as the town asks for above its threshold. For finance officers and the desk of the town."
        ),
    )
    approve_grant = strawberry.mutation(
        resolver=bulk.approve_grant,
        graphql_type=bulk_results.ApproveGrantResult,
        description="Approves somebody else's proposal, and the grant is made. For finance officers of the town.",
    )
    set_grant_thresholds = strawberry.mutation(
        resolver=bulk.set_grant_thresholds,
        graphql_type=bulk_results.SetGrantThresholdsResult,
        description="Sets above which amounts a second officer approves. For finance officers of the town.",
    )
    link_funding_source = strawberry.mutation(
        resolver=funding.link_funding_source,
        graphql_type=funding_types.LinkFundingSourceResult,
        description="Links a card or account to a wallet, at most 10. For residents, to wallets that they may use.",
    )
    remove_funding_source = strawberry.mutation(
        resolver=funding.remove_funding_source,
        graphql_type=funding_types.RemoveFundingSourceResult,
        description="Takes a card or account away. For residents who linked it.",
    )
    change_asset = strawberry.mutation(
        resolver=change.change_asset,
        graphql_type=change_types.ChangeAssetResult,
        description=(
            "Changes names, what is told, and the shops of a kind of value, as far as nobody loses. For finance"
            " officers of the town."
        ),
    )
    change_programme = strawberry.mutation(
        resolver=change.change_programme,
        graphql_type=change_types.ChangeProgrammeResult,
        description="Changes names and end of a programme, or stops it. For finance officers of the town.",
    )
    change_budget = strawberry.mutation(
        resolver=change.change_budget,
        graphql_type=change_types.ChangeBudgetResult,
        description=(
            "Gives a programme more budget, or takes back what is left of it. For finance officers of the town."
        ),
    )
    set_conversion_rate = strawberry.mutation(
        resolver=conversion.set_conversion_rate,
        graphql_type=conversion_types.SetConversionRateResult,
        description=(
            "Sets a rate at which residents convert value, from an instant on. For finance officers of the town."
        ),
    )
    convert = strawberry.mutation(
        resolver=conversion.convert,
        graphql_type=conversion_types.ConvertResult,
        description=(
            "Converts value of a wallet into other value at the town's rate. For residents, in wallets that they may"
            " use."
        ),
    )
    cancel_charge = strawberry.mutation(
        resolver=lifecycle.cancel_charge,
        graphql_type=lifecycle_types.CancelChargeResult,
        description=(
            "Cancels what is unspent of a top-up soon after it; its cash is handed back. For the counter that took it:"
            " shop or desk."
        ),
    )
    set_charge_cancellation = strawberry.mutation(
        resolver=lifecycle.set_charge_cancellation,
        graphql_type=lifecycle_types.SetChargeCancellationResult,
        description=(
            "Sets how long the counters of a town may cancel their own top-ups. For finance officers of the town."
        ),
    )


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
        resolver=viewers.payment_settled,
        graphql_type=events.PaymentSettledItem,
        description=(
            "The payments among `walletEvents` or `storeEvents`: name one of the two. For those who may see it."
        ),
    )
    bulk_grant_progress = strawberry.subscription(
        resolver=bulk.bulk_grant_progress,
        graphql_type=bulk_types.BulkGrant,
        description=f"How a bulk grant stands, at most four times a second; ends when it has ended. {MUNICIPAL}",
    )


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
        *voucher_events.EVENTS,
        voucher_types.VoucherPurchase,
        voucher_types.GiftActivation,
        voucher_types.VoucherGift,
        *coupon_types.TYPES,
        *errors.REFUSALS.values(),
    ],
    extensions=EXTENSIONS,
    exception_handlers=errors.HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS),
)
