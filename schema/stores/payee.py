"""How inputs name the store that is paid."""

from dataclasses import dataclass
from uuid import UUID

import strawberry

from domain.codes import merchant_code
from domain.codes.merchant_code import MerchantCode
from domain.codes.refusals import InvalidCodeError, NotOurStoreError
from domain.ledger.kinds import Channel
from domain.ledger.refusals import UnknownPayeeError
from domain.services import Services
from domain.stores import reads
from schema.core.ids import ID, Prefix, key_in


@dataclass(frozen=True, slots=True)
class NamedStore:
    """The store that an input names, how it was named, and the code that was scanned, if one was."""

    id: UUID
    channel: Channel
    code: MerchantCode | None = None


@strawberry.input(one_of=True, description="Names a store, in one of two ways.")
class Payee:
    """Names a store."""

    store_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The store's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The text of the store's static QR code (EMVCo merchant-presented), at most 512 characters. An amount in it"
            " (field 54) is binding: any other amount, and any other use, is refused with CODE_AMOUNT. A code that a"
            " till made for one payment (field 01 is 12) is refused with DYNAMIC_CODE. JPQR codes are read too."
        ),
    )

    async def store(self, services: Services, municipality: int) -> NamedStore:
        """The store in a municipality, and how it was named; UnknownPayee, InvalidCode or NotOurStore where none is."""
        if self.store_id:
            return NamedStore(store_key(self.store_id, municipality), Channel.APP)
        return await _store_of_code(services, self.code or "", municipality)


def store_key(unchecked: str, municipality: int) -> UUID:
    """The key of a store of a municipality by its id; UnknownPayeeError for every other text."""
    return key_in(Prefix.STORE, unchecked, municipality, UnknownPayeeError)


async def _store_of_code(services: Services, unchecked: str, municipality: int) -> NamedStore:
    try:
        code = merchant_code.parse(unchecked)
        reference = merchant_code.store_of(code, services.store_code_guid)
    except merchant_code.InvalidCodeError as error:
        raise InvalidCodeError(error.reason) from error
    if reference is None:
        raise NotOurStoreError
    store = await reads.by_code(municipality, reference.municipality_and_merchant, reference.store)
    if store is None:
        raise UnknownPayeeError
    return NamedStore(store.id, Channel.MPM, code)
