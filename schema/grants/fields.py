"""Root fields of grants."""

import strawberry

from domain.approvals.refusals import ApprovalStaleError, ApprovalStateError, ApproverIsProposerError
from domain.assets.refusals import AmountOutOfRangeError, NotWholeUnitsError, UnknownAssetError
from domain.grants.refusals import (
    AlreadyGrantedError,
    ApprovalRequiredError,
    PossibleDuplicateGrantError,
    UnknownProposalError,
)
from domain.ledger.kinds import Operation
from domain.ledger.refusals import BalanceCapError, KeyReusedError, UnknownWalletError, WalletFrozenError
from domain.programmes.refusals import (
    BudgetExceededError,
    CapExceededError,
    NotEligibleError,
    ProgrammeClosedError,
    UnknownProgrammeError,
)
from resolvers import grants
from schema.core.fields import FINANCE, FINANCE_OR_DESK, STAFF, mutation, query
from schema.grants.results import ApproveGrantPayload, GrantValuePayload, ProposeGrantPayload, SetGrantThresholdsPayload
from schema.grants.types import GrantProposal, GrantThresholds

GRANTING = (
    BudgetExceededError,
    CapExceededError,
    UnknownProgrammeError,
    ProgrammeClosedError,
    NotEligibleError,
    UnknownWalletError,
    UnknownAssetError,
    WalletFrozenError,
    BalanceCapError,
    NotWholeUnitsError,
)
"""What every grant may be refused for, by one person or by two."""


@strawberry.type
class GrantsQuery:
    """Proposals and thresholds of grants."""

    grant_proposal = query(
        grants.grant_proposal,
        GrantProposal | None,
        roles=STAFF,
        description="A proposed grant, by its approval's id. For municipal staff of the municipality.",
    )
    grant_thresholds = query(
        grants.grant_thresholds,
        GrantThresholds,
        roles=STAFF,
        description="Amounts above which another officer must approve. For municipal staff of the municipality.",
    )


@strawberry.type
class GrantsMutation:
    """Grants by one person, or by two."""

    grant_value = mutation(
        grants.grant_value,
        GrantValuePayload,
        roles=FINANCE_OR_DESK,
        operation=Operation.GRANT_VALUE,
        refuses=(*GRANTING, AmountOutOfRangeError, ApprovalRequiredError, PossibleDuplicateGrantError),
        description=(
            "Grants value of a programme to a wallet, out of its budget. For finance officers and the desk of the"
            " municipality."
        ),
    )
    propose_grant = mutation(
        grants.propose_grant,
        ProposeGrantPayload,
        roles=FINANCE_OR_DESK,
        refuses=(UnknownProgrammeError, UnknownWalletError, AmountOutOfRangeError, NotWholeUnitsError, KeyReusedError),
        description=(
            "Proposes a grant, as the municipality requires above its threshold. For finance officers and the desk of"
            " the municipality."
        ),
    )
    approve_grant = mutation(
        grants.approve_grant,
        ApproveGrantPayload,
        roles=FINANCE,
        operation=Operation.APPROVE_GRANT,
        refuses=(
            *GRANTING,
            AlreadyGrantedError,
            UnknownProposalError,
            ApproverIsProposerError,
            ApprovalStaleError,
            ApprovalStateError,
        ),
        description=(
            "Approves somebody else's proposal, and the grant is made. For finance officers of the municipality."
        ),
    )
    set_grant_thresholds = mutation(
        grants.set_grant_thresholds,
        SetGrantThresholdsPayload,
        roles=FINANCE,
        description=(
            "Sets the amounts above which another officer must approve. Lower ones are in force at once; a higher one"
            " is a proposal for `approveChange`. For finance officers of the municipality."
        ),
    )
