"""What a scanned code binds its reader to: the amount that it names, and the payment that a till made it for."""

from domain.codes.merchant_code import MerchantCode
from domain.codes.refusals import CodeAmountError, DynamicCodeError
from domain.ledger.request import RequestKey
from domain.refusals import UnstoredRefusal
from domain.services import Services


def refusal_of(code: MerchantCode | None, amount: int | None) -> UnstoredRefusal | None:
    """Return why a code does not allow an amount; None where it does, or where nothing was scanned.

    amount: in yen; None for what is no payment, such as a redemption. Pure.
    """
    if code is None:
        return None
    if code.dynamic:
        return DynamicCodeError()
    return None if code.amount in (None, amount) else CodeAmountError(code.amount or 0)


async def require_allowed(services: Services, key: RequestKey, code: MerchantCode | None, amount: int | None) -> None:
    """Raise DynamicCodeError or CodeAmountError for an amount that the code does not allow.

    A key that has ended is not refused: it is answered as it ended, whatever was read of its code then.
    """
    refusal = refusal_of(code, amount)
    if refusal is not None and not await services.ledger.has_ended(key):
        raise refusal
