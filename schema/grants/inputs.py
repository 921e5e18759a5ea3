"""Inputs of grants. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.grants.grant import Grant
from domain.grants.refusals import UnknownProposalError
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities.thresholds import NewThresholds
from schema.core.ids import ID, Prefix, key_in, key_of
from schema.core.scalars import Amount
from schema.keys.inputs import KEY, UNTIL
from schema.municipalities.types import MUNICIPALITY
from schema.programmes.inputs import programme_key

PROGRAMME = "The programme; of kind GRANT."
WALLET = "The wallet, of the programme's municipality."
AMOUNT = "Whole units, 1 to 10,000,000."


def _programme_and_wallet(programme_id: str, wallet_id: str) -> tuple[int, UUID, UUID]:
    """Municipality, programme and wallet; UnknownProgrammeError, or UnknownWalletError for another municipality's."""
    municipality, programme = programme_key(programme_id)
    return municipality, programme, key_in(Prefix.WALLET, wallet_id, municipality, UnknownWalletError)


@strawberry.input(description="Staff grant value of a programme to a wallet.")
class GrantValueInput:
    """A grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description=PROGRAMME)
    wallet_id: ID = strawberry.field(description=WALLET)
    amount: Amount = strawberry.field(description=AMOUNT)
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)
    confirm_duplicate: bool | None = strawberry.field(
        default=None,
        description=(
            "False: refuse with POSSIBLE_DUPLICATE_GRANT if this programme gave this wallet the same amount today, by"
            " whatever road. True: it is known, and meant. Null, as from apps of before: not asked."
        ),
    )

    def grant(self) -> Grant:
        """The grant; UnknownProgrammeError, UnknownWalletError."""
        municipality, programme, wallet = _programme_and_wallet(self.programme_id, self.wallet_id)
        return Grant(
            key=self.idempotency_key,
            municipality=municipality,
            programme_id=programme,
            wallet_id=wallet,
            amount=self.amount,
            valid_until=self.valid_until,
            refuse_duplicate=self.confirm_duplicate is False,
        )


@strawberry.input(description="Proposes a grant for another officer's approval.")
class ProposeGrantInput:
    """A proposal."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description=PROGRAMME)
    wallet_id: ID = strawberry.field(description=WALLET)
    amount: Amount = strawberry.field(description=AMOUNT)

    def programme_and_wallet(self) -> tuple[int, UUID, UUID]:
        """Municipality, programme and wallet; UnknownProgrammeError, UnknownWalletError."""
        return _programme_and_wallet(self.programme_id, self.wallet_id)


@strawberry.input(description="Approves somebody else's proposal, and the grant is made.")
class ApproveGrantInput:
    """An approval, and the grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    approval_id: ID = strawberry.field(description="The proposal's approval; of somebody else.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def approval(self) -> tuple[int, UUID]:
        """Municipality and key of the approval; UnknownProposalError for an id of something else."""
        return key_of(Prefix.APPROVAL, self.approval_id, UnknownProposalError)


@strawberry.input(description="Amounts above which another officer must approve. Raising one needs two officers.")
class SetGrantThresholdsInput:
    """The thresholds of a municipality."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    single: Amount = strawberry.field(
        description=(
            "The most that people may grant alone to a wallet in a civil day. Whole units; 0: every grant needs"
            " approval."
        )
    )
    file: Amount = strawberry.field(
        description="The most that one person may grant alone in a civil day, by files and singly. Whole units."
    )
    budget: Amount | None = strawberry.field(
        default=None,
        description=(
            "The most that one officer may put into budgets alone in a civil day. Whole units; absent: as it is."
        ),
    )
    effective_at: datetime | None = strawberry.field(
        default=None,
        description=(
            "Time from which it is in force, in UTC; not before another officer's approval. Absent: at once where one"
            " officer may change it, else from the approval on."
        ),
    )

    def thresholds(self) -> NewThresholds:
        """The new thresholds."""
        return NewThresholds(self.single, self.file, self.budget)
