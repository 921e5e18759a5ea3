"""How inputs name a wallet, and inputs about people and wallets."""

from uuid import UUID

import strawberry

from domain.codes.refusals import InvalidCodeError
from domain.identifiers import InvalidIdError, decode
from domain.ledger.refusals import UnknownWalletError
from domain.typed_text import narrow
from schema.core.ids import ID, Prefix, key_of
from schema.municipalities.types import MUNICIPALITY
from schema.residents.enums import WalletStateReason


@strawberry.input(one_of=True, description="Names a wallet, in one of two ways.")
class WalletReference:
    """Names a wallet."""

    wallet_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The wallet's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The text of the wallet's receive code, which only credits."
    )

    def key(self) -> tuple[int, UUID]:
        """Municipality and key of the wallet; UnknownWalletError or InvalidCodeError for a text that names none."""
        if self.wallet_id:
            return wallet_key(self.wallet_id)
        try:
            prefix, municipality, key = decode(narrow(self.code or ""))
        except InvalidIdError as error:
            raise InvalidCodeError("NOT_A_CODE") from error
        if prefix is not Prefix.RECEIVE or not isinstance(key, UUID):
            raise InvalidCodeError("NOT_A_RECEIVE_CODE")
        return municipality, key


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
