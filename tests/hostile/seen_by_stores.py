"""What a store's staff see of every field that they can reach: whoever adds a field decides here."""

SAME = "what the municipality's staff see"
CUT = "null or empty"
SOME = "those that say nothing of the customer"
OWN = "told in a way of its own"
NEVER = "an object that is not there for them"
SEEN: dict[str, dict[str, str]] = {
    # Receipts of what a store took part in
    "Payment": {
        SAME: "id receiptNumber occurredAt amount cashDue discount listAmount tenders refunded refundable refunds store paidAt",
        CUT: "allocations explain pointGrants wallet note",
        SOME: "coupons",
    },
    "Refund": {
        SAME: "id receiptNumber occurredAt amount tenders discountReturned payment lapsed reason refundedAt",
        OWN: "notice returned",
        CUT: "allocations pointClawbacks",
    },
    "Charge": {SAME: "id receiptNumber occurredAt amount store chargedAt takenBackAmount", CUT: "allocations bonuses"},
    "ChargeCancellation": {
        SAME: "id receiptNumber occurredAt amount store cancelledAt cancelReason charge",
        CUT: "allocations bonuses",
    },
    "Redemption": {
        SAME: "id receiptNumber occurredAt amount tenders store redeemedAt item redeemedUnits itemCoupon rolledBack",
        CUT: "allocations",
    },
    "RedemptionRollback": {
        SAME: "id receiptNumber occurredAt amount tenders rolledBackAt rollbackReason redemption",
        CUT: "allocations",
    },
    "Reversal": {SAME: "id receiptNumber occurredAt amount reversedAt receipt"},
    "VoucherPurchase": {
        SAME: "id receiptNumber occurredAt amount faceValue units store purchasedAt product",
        CUT: "allocations paidFrom gift",
    },
    "AppliedCoupon": {SAME: "discount borneBy multiplierBp coupon"},
    "Tender": {SAME: "class amount"},
    # A store's own figures, events and history: in coin and yen, for everybody who may see them
    "Store": {
        SAME: "id municipality name nameKana category address postalCode openingHours location accepting chargeAgent"
        " storeGroup sizeClass area code balances asOfEventId transactions events",
        CUT: "owedByAsset",
    },
    "Balance": {SAME: "asset posted held available pending debt lots belowUnit"},
    "BalanceAfter": {SAME: "moved posted asset"},
    "Transaction": {SAME: "kind receiptNumber eventId amount balanceAfter occurredAt asset counterparty receipt"},
    "Counterparty": {SAME: "kind name store"},
    **{
        event: {SAME: f"eventId occurredAt receiptNumber amount balances counterparty {of}"}
        for event, of in {
            "PaymentSettled": "payment",
            "PaymentRefunded": "refund",
            "ChargeSettled": "charge",
            "ChargeCancelled": "cancellation",
            "ItemRedeemed": "redemption",
            "RedemptionRolledBack": "rollback",
            "VoucherPurchased": "purchase",
            "JournalReversed": "reversal",
            "HoldPlaced": "",
            "HoldReleased": "",
            "ResyncRequired": "reason",
        }.items()
    },
    "TransactionConnection": {SAME: "edges pageInfo"},
    "TransactionEdge": {SAME: "node cursor"},
    "EventConnection": {SAME: "edges pageInfo"},
    "EventEdge": {SAME: "node cursor"},
    "PageInfo": {SAME: "hasNextPage hasPreviousPage startCursor endCursor"},
    # Answers of what they do
    "ChargePayload": {SAME: "refusal replayed charge", CUT: "balances"},
    "CancelChargePayload": {SAME: "refusal replayed cancellation charge", CUT: "balances"},
    "SellVoucherPayload": {SAME: "refusal replayed purchase", CUT: "balances"},
    "RedeemPayload": {SAME: "refusal replayed redemption", CUT: "balances"},
    "RefundPaymentPayload": {SAME: "refusal replayed refund payment"},
    "QuoteChargePayload": {SAME: "refusal quote"},
    "ChargeQuote": {SAME: "asset amount", CUT: "bonuses"},
    "ClaimCouponPayload": {SAME: "refusal", CUT: "replayed claim"},
    "CreateCouponPayload": {SAME: "refusal replayed coupon", CUT: "approval"},
    "ChangeCouponPayload": {SAME: "refusal coupon"},
    "AbandonPayload": {SAME: "refusal outcome"},
    "Outcome": {SAME: "state receipt refusal"},
    "Refusal": {
        SAME: "code message advice retryAfter retry amount reasons possibleBelow possibleAbove available missing required refundable minimum maximum unit threshold field problem"
        " reason state receiptNumber couponId bulkGrantId duplicateRows duplicateCount unitsLeft maximumCount minutes row byte rowCount invalidCount"
    },
    # What everybody sees, also without a token
    "Acceptance": {SAME: "stores groups sizeClasses areas categories excludedCategories hours"},
    "Asset": {
        SAME: "id kind code name unit paid chargeMaximum paymentMaximum balanceCap legalProfile sixMonthExempt expiryRule"
        " expiresAfterMonths expiresOn acceptance minimumUnit transferable refundedAfterExpiry freshDays disclosure"
    },
    "ConversionRate": {
        SAME: "fromAsset toAsset programme numerator denominator minimumUnit capPerDay startsAt laterEndReason"
    },
    "Coupon": {
        SAME: "id kind name municipality store borneBy budget rateBp amount discountMaximum multiplierBp minimumSpend"
        " acceptance eligibility startsAt endsAt stock stockLeft perPerson perDay claimRequired stacking returnsOnRefund"
        " stoppedAt",
        CUT: "budgetLeft",
    },
    "CouponConnection": {SAME: "edges pageInfo"},
    "CouponEdge": {SAME: "node cursor distanceMetres claimCount whyNot"},  # of the viewer, whoever asks
    "WhyNot": {SAME: "obstacle message"},
    "EarningRule": {
        SAME: "id kind name rateBp points minimumAmount baseAssets acceptance eligibility capPerDay capPerMonth priority"
        " stacking stoppedAt"
    },
    "Eligibility": {SAME: "residentsOnly ageFrom ageTo"},
    "EligibleStoreConnection": {SAME: "totalCount edges pageInfo"},
    "EligibleStoreEdge": {SAME: "node cursor"},
    "Hours": {SAME: "weekdays fromTime untilTime"},
    "Location": {SAME: "latitude longitude"},
    "Municipality": {SAME: "id code name chargeCancelMinutes"},
    "Programme": {
        SAME: "id kind name municipality asset budget startsAt endsAt capPerPerson capPerHousehold eligibility acceptance"
        " usableFrom expiresOn chargedAsset rateBp activatesAfterDays clawbackRule earningRules fundingSource"
        " nextValueExpiresOn",
        CUT: "budgetLeft",
    },
    "SubVoucher": {SAME: "name faceValue minimumUnit free acceptance asset eligibleStores"},
    "VoucherProduct": {
        SAME: "id code name municipality state price faceValue premiumRateBp subVouchers stock stockLeft unitsPerPerson"
        " unitsPerHousehold saleStartsAt saleEndsAt usableFrom expiresOn usableHours eligibility legalProfile"
        " unitsLeftForViewer widerThanCoinReason",  # of the viewer, whoever asks
        CUT: "preview",
    },
    # Of themselves
    "Viewer": {SAME: "person roles", CUT: "wallets"},
    "Person": {SAME: "id"},
    "RoleAssignment": {SAME: "name municipality store"},
    # Reached in the types, never in an answer
    **{
        kind: {NEVER: "*"}
        for kind in (
            "Allocation",
            "Approval",
            "BulkGrant",
            "BulkGrantRow",
            "BulkGrantRowConnection",
            "BulkGrantRowEdge",
            "Conversion",
            "CouponClaim",
            "CouponClaimed",
            "Expiry",
            "FundingSource",
            "GiftActivated",
            "GiftActivation",
            "Grant",
            "KeptAway",
            "LegalVerdict",
            "Lot",
            "PointClawback",
            "PointGrant",
            "ProposedFact",
            "QuotedBonus",
            "RuleTrace",
            "ValueConverted",
            "ValueExpired",
            "ValueExpiring",
            "ValueGranted",
            "VoucherGift",
            "VoucherPreview",
            "Wallet",
        )
    },
}
RECEIPTS = (
    "Payment",
    "Refund",
    "Charge",
    "ChargeCancellation",
    "Redemption",
    "RedemptionRollback",
    "Reversal",
    "VoucherPurchase",
)
