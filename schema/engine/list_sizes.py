"""What fields cost that say nothing of it by their arguments: how long their lists are, and what is read for them."""

LIST_SIZES = {
    "allocations": 5,
    "assets": 20,
    "Store.balances": 2,
    "Wallet.balances": 5,
    "balances": 2,
    "baseAssets": 3,
    "bonuses": 3,
    "bySource": 10,
    "changes": 8,
    "conversionRates": 20,
    "coupons": 3,
    "differences": 50,
    "earningRules": 10,
    "facts": 8,
    "fundingSources": 5,
    "jobs": 20,
    "keptAway": 5,
    "lines": 50,
    "lots": 10,
    "owedByAsset": 5,
    "paidFrom": 5,
    "pointClawbacks": 3,
    "pointGrants": 3,
    "programmes": 20,
    "reasons": 5,
    "received": 5,
    "refunds": 3,
    "roles": 5,
    "ruleTrace": 5,
    "stores": 10,
    "subVouchers": 2,
    "tenders": 3,
    "voucherProducts": 10,
    "wallets": 3,
}
"""How many objects a list counts for, by its name or by its type and name (`Type.field`): what towns have, rounded up.

A list that is not here counts as a full page, and `tests/engine/test_cost.py` asks for its size.
"""

EVENT_TYPES = (
    "ChargeCancelled",
    "ChargeSettled",
    "CouponClaimed",
    "GiftActivated",
    "HoldPlaced",
    "HoldReleased",
    "ItemRedeemed",
    "JournalReversed",
    "PaymentRefunded",
    "PaymentSettled",
    "RedemptionRolledBack",
    "ResyncRequired",
    "ValueConverted",
    "ValueExpired",
    "ValueExpiring",
    "ValueGranted",
    "VoucherPurchased",
)
"""Their amounts are in the journals of a page, which one statement reads."""
FIELD_COSTS = {"Query.driftReport": 1_000, "Query.trialBalance": 500, **{f"{event}.amount": 0 for event in EVENT_TYPES}}
"""Fields whose reading is dear however little is selected. The others cost 1 where they wait for something, else 0."""
