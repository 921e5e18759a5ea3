"""Municipalities: input in, one domain call, the contract's type out."""

from domain.controls import settings
from domain.controls.change import change
from domain.controls.settings import NewCancellation
from domain.municipalities import reads
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.ids import Prefix
from schema.core.node import finds
from schema.municipalities.inputs import SetChargeCancellationInput
from schema.municipalities.results import SetChargeCancellationPayload
from schema.municipalities.types import Municipality, number_of


@finds(Prefix.MUNICIPALITY)
async def find(info: MeguruInfo, municipality: int, _: int) -> Municipality | None:
    """Any municipality; everybody may see them."""
    row = await info.context.load(reads.by_ids, municipality)
    return None if row is None else Municipality(municipality=row)


async def set_charge_cancellation(info: MeguruInfo, input: SetChargeCancellationInput) -> SetChargeCancellationPayload:
    """Sets how long counters may cancel."""
    number = await number_of(input.municipality)
    changed = await change(
        info.context.services,
        info.context.signed_in,
        settings.CHARGE_CANCELLATION,
        number,
        NewCancellation(input.minutes),
        effective_at=input.effective_at,
    )
    if changed.result is None:
        return SetChargeCancellationPayload(approval=approval_of(changed.approval))
    return SetChargeCancellationPayload(municipality=Municipality(municipality=changed.result))
