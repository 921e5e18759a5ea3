"""Who may call which root field: one row per field.

The finer rule (whose wallet, which shop) is decided on the row itself.
"""

from collections.abc import Mapping
from types import MappingProxyType

from domain.viewer import MUNICIPAL_STAFF, Role

EVERYBODY = None
"""Also without a token."""
SIGNED_IN = frozenset(Role)
RESIDENT = frozenset({Role.RESIDENT})
SHOP = frozenset({Role.MERCHANT_STAFF})
COUNTER = frozenset({Role.MERCHANT_STAFF, Role.DESK})
FINANCE = frozenset({Role.FINANCE})

ROOT_FIELDS: Mapping[str, frozenset[Role] | None] = MappingProxyType(
    {
        # Query
        "viewer": SIGNED_IN,
        "wallet": SIGNED_IN,
        "store": EVERYBODY,
        "payment": SIGNED_IN,
        "quotePayment": RESIDENT,
        "quoteCharge": frozenset({Role.RESIDENT, Role.MERCHANT_STAFF, Role.DESK}),
        "assets": EVERYBODY,
        "programmes": EVERYBODY,
        "programme": EVERYBODY,
        "simulateEarning": MUNICIPAL_STAFF,
        "coupons": EVERYBODY,
        "coupon": EVERYBODY,
        "conversionRates": EVERYBODY,
        "quoteConversion": RESIDENT,
        "fundingSources": RESIDENT,
        "outcome": SIGNED_IN,
        "serverTime": EVERYBODY,
        "node": SIGNED_IN,
        "nodes": SIGNED_IN,
        "jobs": MUNICIPAL_STAFF,
        "driftReport": MUNICIPAL_STAFF,
        "trialBalance": MUNICIPAL_STAFF,
        "voucherProducts": EVERYBODY,
        "voucherProduct": EVERYBODY,
        "previewVoucherProduct": frozenset({Role.FINANCE, Role.AUDITOR}),
        "bulkGrant": MUNICIPAL_STAFF,
        "bulkGrants": MUNICIPAL_STAFF,
        "grantProposal": MUNICIPAL_STAFF,
        "grantThresholds": MUNICIPAL_STAFF,
        # Mutation
        "charge": COUNTER,
        "pay": RESIDENT,
        "refundPayment": SHOP,
        "abandon": SIGNED_IN,
        "recordClaim": frozenset({Role.DESK}),
        "classifyStore": frozenset({Role.FINANCE, Role.DESK}),
        "createAsset": FINANCE,
        "createProgramme": FINANCE,
        "addEarningRule": FINANCE,
        "stopEarningRule": FINANCE,
        "grantValue": frozenset({Role.FINANCE, Role.DESK}),
        "createCoupon": frozenset({Role.FINANCE, Role.MERCHANT_STAFF}),
        "changeCoupon": frozenset({Role.FINANCE, Role.MERCHANT_STAFF}),
        "claimCoupon": frozenset({Role.RESIDENT, Role.MERCHANT_STAFF, Role.DESK}),
        "redeem": frozenset({Role.RESIDENT, Role.MERCHANT_STAFF}),
        "rollbackRedemption": frozenset({Role.FINANCE, Role.DESK}),
        "proposeReversal": FINANCE,
        "reverseJournal": FINANCE,
        "createVoucherProduct": FINANCE,
        "createVoucherProductFromTemplate": FINANCE,
        "submitVoucherProduct": FINANCE,
        "approveVoucherProduct": FINANCE,
        "closeVoucherProduct": FINANCE,
        "purchaseVoucher": RESIDENT,
        "sellVoucher": COUNTER,
        "issueGiftNumbers": RESIDENT,
        "activateGift": RESIDENT,
        "createUpload": FINANCE,
        "checkBulkGrant": FINANCE,
        "startBulkGrant": FINANCE,
        "approveBulkGrant": FINANCE,
        "pauseBulkGrant": FINANCE,
        "resumeBulkGrant": FINANCE,
        "cancelBulkGrant": FINANCE,
        "undoBulkGrant": FINANCE,
        "proposeGrant": frozenset({Role.FINANCE, Role.DESK}),
        "approveGrant": FINANCE,
        "setGrantThresholds": FINANCE,
        "cancelCharge": COUNTER,
        "setChargeCancellation": FINANCE,
        "setConversionRate": FINANCE,
        "convert": RESIDENT,
        "linkFundingSource": RESIDENT,
        "removeFundingSource": RESIDENT,
        "changeAsset": FINANCE,
        "changeProgramme": FINANCE,
        "changeBudget": FINANCE,
        # Subscription
        "walletEvents": SIGNED_IN,
        "storeEvents": SIGNED_IN,
        "paymentSettled": SIGNED_IN,
        "bulkGrantProgress": MUNICIPAL_STAFF,
    }
)


def allowed(field: str, roles: frozenset[Role] | None) -> bool:
    """Whether somebody with these roles (None: no token) may call a root field. KeyError for a field without a row."""
    needed = ROOT_FIELDS[field]
    return needed is EVERYBODY or (roles is not None and not needed.isdisjoint(roles))
