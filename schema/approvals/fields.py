"""Root fields of approvals."""

import strawberry

from domain.approvals.refusals import (
    ApprovalStaleError,
    ApprovalStateError,
    ApproverIsProposerError,
    UnknownApprovalError,
)
from domain.assets.refusals import AmountOutOfRangeError, UnknownAssetError, UnsafeChangeError
from domain.bulk_grants.refusals import BulkGrantStateError, UnknownBulkGrantError
from domain.ledger.refusals import (
    AbandonedError,
    KeyReusedError,
    RequestExpiredError,
    UnknownPayeeError,
    UnknownWalletError,
)
from domain.programmes.refusals import BudgetExceededError, UnknownProgrammeError
from domain.refusals import InvalidInputError
from resolvers import approvals
from schema.approvals.log import AuditConnection
from schema.approvals.results import ApproveChangePayload, RejectApprovalPayload, WithdrawApprovalPayload
from schema.approvals.types import Approval, ApprovalConnection
from schema.core.fields import FINANCE, FINANCE_OR_DESK, OFFICERS, mutation, query, subscription

DECIDING = (UnknownApprovalError, ApproverIsProposerError, ApprovalStateError)
APPLYING = (
    InvalidInputError,
    UnknownAssetError,
    UnsafeChangeError,
    UnknownProgrammeError,
    AmountOutOfRangeError,
    BudgetExceededError,
    UnknownPayeeError,
    UnknownWalletError,
    UnknownBulkGrantError,
    BulkGrantStateError,
    KeyReusedError,
    AbandonedError,
    RequestExpiredError,
)
"""What a change may be refused for when it is applied."""


@strawberry.type
class ApprovalsQuery:
    """The inbox of officers."""

    audit_log = query(
        approvals.audit_log,
        AuditConnection,
        roles=OFFICERS,
        description=(
            "What staff of a municipality, its stores and its counters did, newest first: who, when, in which roles,"
            " why, and the values before and after. For finance officers and auditors of the municipality."
        ),
    )
    approvals = query(
        approvals.approvals,
        ApprovalConnection,
        roles=OFFICERS,
        description=(
            "Proposals of a municipality, newest first: what waits for an officer, and what became of the rest. For"
            " finance officers and auditors of the municipality."
        ),
    )


@strawberry.type
class ApprovalsMutation:
    """Deciding proposals."""

    approve_change = mutation(
        approvals.approve_change,
        ApproveChangePayload,
        roles=FINANCE,
        moves_value=True,
        refuses=(*DECIDING, ApprovalStaleError, *APPLYING),
        description=(
            "Approves another officer's proposal of any kind that `ApprovalKind` names with `approveChange`. It"
            " is in force from its `effectiveAt`, and not before the approval; sending it again changes nothing. For"
            " finance officers of the municipality."
        ),
    )
    reject_approval = mutation(
        approvals.reject_approval,
        RejectApprovalPayload,
        roles=FINANCE,
        refuses=(*DECIDING, InvalidInputError),
        description=(
            "Rejects another officer's proposal of any kind, with a reason. It can be proposed again. For finance"
            " officers of the municipality."
        ),
    )
    withdraw_approval = mutation(
        approvals.withdraw_approval,
        WithdrawApprovalPayload,
        roles=FINANCE_OR_DESK,
        refuses=(UnknownApprovalError, ApprovalStateError, InvalidInputError),
        description=(
            "Withdraws one's own proposal of any kind, with a reason. It can be proposed again. For finance officers"
            " and the desk of the municipality."
        ),
    )


@strawberry.type
class ApprovalsSubscription:
    """The inbox, live."""

    approval_changed = subscription(
        approvals.approval_changed,
        Approval,
        roles=OFFICERS,
        visible=approvals.visible_inbox,
        description=(
            "The inbox, live: the proposals of a municipality that wait, newest first, at most 100, and then every one"
            " that is made, approved, rejected or withdrawn. One that expires is not told. For finance officers and"
            " auditors of the municipality."
        ),
    )
