"""Municipalities: input in, one domain call, the contract's type out."""

from domain.municipalities import change, reads
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
    row = await change.set_charge_cancellation(info.context.services, info.context.signed_in, number, input.minutes)
    return SetChargeCancellationPayload(municipality=Municipality(municipality=row))
