"""How inputs name the store that is paid."""

from uuid import UUID

import strawberry

from domain.codes import merchant_code
from domain.codes.refusals import InvalidCodeError, NotOurStoreError
from domain.ledger.kinds import Channel
from domain.ledger.refusals import UnknownPayeeError
from domain.services import Services
from domain.stores import reads
from schema.core.ids import ID, Prefix, key_in


@strawberry.input(one_of=True, description="Names a store, in one of two ways.")
class Payee:
    """Names a store."""

    store_id: ID | None = strawberry.field(default=strawberry.UNSET, description="The store's id.")
    code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The text of the store's static QR code (EMVCo merchant-presented). JPQR codes are read too. At most 512"
            " characters."
        ),
    )

    async def store(self, services: Services, municipality: int) -> tuple[UUID, Channel]:
        """The store in a municipality, and how it was named; UnknownPayee, InvalidCode or NotOurStore where none is."""
        if self.store_id:
            return store_key(self.store_id, municipality), Channel.APP
        return await _store_of_code(services, self.code or "", municipality), Channel.MPM


def store_key(unchecked: str, municipality: int) -> UUID:
    """The key of a store of a municipality by its id; UnknownPayeeError for every other text."""
    return key_in(Prefix.STORE, unchecked, municipality, UnknownPayeeError)


async def _store_of_code(services: Services, unchecked: str, municipality: int) -> UUID:
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
    return store.id
