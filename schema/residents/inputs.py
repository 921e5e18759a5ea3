"""How inputs name a wallet, and inputs about people and wallets."""

from uuid import UUID

import strawberry

from domain.codes import receive_code
from domain.ledger.refusals import UnknownWalletError
from domain.residents import receive_codes
from domain.residents.receive_codes import Receiver
from schema.core.ids import ID, Prefix, key_of
from schema.municipalities.types import MUNICIPALITY
from schema.residents.enums import RenewalReason, WalletStateReason


@strawberry.input(one_of=True, description="Names a wallet, in one of two ways.")
class WalletReference:
    """Names a wallet."""

    wallet_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The wallet's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The text of the wallet's receive code, scanned or typed; it only credits. One that was renewed is refused"
            " as INVALID_CODE with the reason RENEWED."
        ),
    )

    async def receiver(self) -> Receiver:
        """The wallet; UnknownWalletError or InvalidCodeError for a text that names none.

        A code that was renewed still names its wallet, so that requests of before are answered.
        """
        if self.wallet_id:
            return Receiver(*wallet_key(self.wallet_id))
        return await receive_codes.receiver(*receive_code.read(self.code or ""))


def wallet_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a wallet's id; UnknownWalletError for every other text."""
    return key_of(Prefix.WALLET, unchecked, UnknownWalletError)


@strawberry.input(description="What the desk has verified of a person.")
class RecordClaimInput:
    """What was verified."""

    wallet_id: ID = strawberry.field(description="A wallet of the person, in the desk's municipality.")
    resident: bool = strawberry.field(description="Whether the person lives in the municipality.")
    birth_year: int | None = strawberry.field(
        default=None, description="The year of birth in the common era; absent: not verified."
    )
    household_code: str | None = strawberry.field(
        default=None,
        description=(
            "The municipality's number of the household, at most 64 characters; a hash is kept. Absent: as before;"
            " empty: none. 世帯番号"
        ),
    )


@strawberry.input(description="A person for whom the desk opens a wallet.")
class OpenWalletInput:
    """A person for whom the desk opens a wallet."""

    idempotency_key: UUID = strawberry.field(
        description="Made by the client for this request: the same key opens one wallet."
    )
    municipality: str = strawberry.field(description=MUNICIPALITY)
    display_name: str = strawberry.field(description="The name of the person, 1 to 100 characters. It can be erased.")


@strawberry.input(description="A wallet that is frozen.")
class FreezeWalletInput:
    """A wallet that is frozen."""

    wallet_id: ID = strawberry.field(description="The wallet.")
    reason: WalletStateReason = strawberry.field(description="Why.")


@strawberry.input(description="A frozen wallet that is released.")
class UnfreezeWalletInput:
    """A frozen wallet that is released."""

    wallet_id: ID = strawberry.field(description="The wallet.")
    reason: WalletStateReason = strawberry.field(description="Why.")


@strawberry.input(description="A new receive code for a wallet.")
class RenewReceiveCodeInput:
    """A renewal."""

    wallet_id: ID = strawberry.field(description="The wallet.")
    reason: RenewalReason | None = strawberry.field(
        default=None, description="Why. Needed where the desk does it for the person; kept in the audit trail then."
    )
