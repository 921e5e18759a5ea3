"""Kinds and states of approvals, and reasons. Append only: a number never changes its meaning."""

from enum import IntEnum, StrEnum

from domain.viewer import Relation


class ApprovalKind(IntEnum):
    """The kind of subject that is approved."""

    REVERSAL = 1
    VOUCHER_PRODUCT = 2
    GRANT = 3
    BULK_GRANT = 4
    # changes of controls
    GRANT_THRESHOLDS = 5
    CHARGE_CANCELLATION = 6
    PROGRAMME = 7
    BUDGET = 8
    PROGRAMME_CHANGE = 9
    EARNING_RULE = 10
    COUPON = 11
    CONVERSION_RATE = 12
    ASSET = 13
    BULK_GRANT_UNDO = 14
    ASSET_CHANGE = 15
    STAFF = 16
    WALLET_RELEASE = 17
    STORE_RESUMPTION = 18


CONTROLS = tuple(kind for kind in ApprovalKind if kind >= ApprovalKind.GRANT_THRESHOLDS)
"""Changes of what guards money; `approveChange` approves them, and they are in force from a time."""

PROPOSERS: dict[ApprovalKind, tuple[Relation, ...]] = dict.fromkeys(ApprovalKind, (Relation.FINANCE,)) | {
    ApprovalKind.GRANT: (Relation.FINANCE, Relation.DESK)
}
"""Who may propose, and must still be in service when it is approved."""


class ApprovalState(IntEnum):
    """What has become of a proposal."""

    PROPOSED = 0
    APPROVED = 1
    REJECTED = 2
    WITHDRAWN = 3
    EXPIRED = 4


class Stale(StrEnum):
    """Why a proposal can no longer be approved."""

    PROPOSER_LEFT = "PROPOSER_LEFT"
    PROPOSER_SESSION_ENDED = "PROPOSER_SESSION_ENDED"
    SUBJECT_CHANGED = "SUBJECT_CHANGED"
    EXPIRED = "EXPIRED"


class EndReason(IntEnum):
    """Why a proposal was rejected or withdrawn."""

    WRONG_SUBJECT = 1
    WRONG_AMOUNT = 2
    NOT_JUSTIFIED = 3
    DUPLICATE = 4
    NO_LONGER_NEEDED = 5
    OTHER = 9


class ReversalReason(IntEnum):
    """The reason for reversing a journal."""

    WRONG_WALLET = 1
    WRONG_AMOUNT = 2
    POSTED_TWICE = 3
    FRAUD = 4
    OTHER = 9


NO_REASON = ReversalReason.OTHER
"""The reason of proposals that need none, such as a grant or a voucher product."""
