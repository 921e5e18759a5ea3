"""Programmes: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.controls import budgets
from domain.controls.budgets import NewBudget, NewEnd
from domain.controls.change import change as change_control
from domain.programmes import reads
from domain.programmes.kinds import ProgrammeKind
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID, Prefix, encode, read
from schema.core.node import finds
from schema.core.page import AfterItem, part_of
from schema.municipalities.types import MunicipalityCode, list_of, number_of
from schema.programmes.inputs import ChangeBudgetInput, ChangeProgrammeInput, CreateProgrammeInput, programme_key
from schema.programmes.results import ChangeBudgetPayload, ChangeProgrammePayload, CreateProgrammePayload
from schema.programmes.types import Programme

ProgrammeId = Annotated[ID, argument(description="The programme.")]


@finds(Prefix.PROGRAMME)
async def find(info: MeguruInfo, municipality: int, programme: UUID) -> Programme | None:
    """Any programme; everybody may see them."""
    row = await info.context.load(reads.by_keys, (municipality, programme))
    return None if row is None else Programme(programme=row)


async def programmes(
    info: MeguruInfo,  # noqa: ARG001 - as every root field
    municipality: MunicipalityCode,
    after: AfterItem = None,
) -> list[Programme]:
    """The programmes of a municipality, newest first; those of vouchers are shown as voucher products."""
    rows = await list_of(municipality, reads.of_municipality)
    programmes_of_staff = [row for row in rows if row.kind is not ProgrammeKind.VOUCHER]
    part = part_of(programmes_of_staff, after, lambda row: encode(Prefix.PROGRAMME, row.municipality, row.id))
    return [Programme(programme=row) for row in part]


async def programme(info: MeguruInfo, id: ProgrammeId) -> Programme | None:
    """One programme."""
    key = read(Prefix.PROGRAMME, id)
    return None if key is None else await find(info, *key)


async def create_programme(info: MeguruInfo, input: CreateProgrammeInput) -> CreateProgrammePayload:
    """Creates a programme and allocates its budget."""
    municipality = await number_of(input.municipality)
    changed = await change_control(
        info.context.services,
        info.context.signed_in,
        budgets.PROGRAMME,
        municipality,
        input.programme(municipality),
        key=input.idempotency_key,
    )
    if changed.result is None:
        return CreateProgrammePayload(approval=approval_of(changed.approval))
    row, posted = changed.result
    return CreateProgrammePayload(programme=Programme(programme=row), replayed=posted.replayed)


async def change_programme(info: MeguruInfo, input: ChangeProgrammeInput) -> ChangeProgrammePayload:
    """Changes names or end of a programme."""
    municipality, programme = programme_key(input.programme_id)
    new = NewEnd(programme, input.change())
    changed = await change_control(
        info.context.services, info.context.signed_in, budgets.PROGRAMME_CHANGE, municipality, new
    )
    if changed.result is None:
        return ChangeProgrammePayload(approval=approval_of(changed.approval))
    return ChangeProgrammePayload(programme=Programme(programme=changed.result))


async def change_budget(info: MeguruInfo, input: ChangeBudgetInput) -> ChangeBudgetPayload:
    """Changes a programme's budget."""
    municipality, programme = programme_key(input.programme_id)
    changed = await change_control(
        info.context.services,
        info.context.signed_in,
        budgets.BUDGET,
        municipality,
        NewBudget(programme, input.change),
        key=input.idempotency_key,
    )
    if changed.result is None:
        return ChangeBudgetPayload(approval=approval_of(changed.approval))
    row, posted = changed.result
    return ChangeBudgetPayload(programme=Programme(programme=row), replayed=posted.replayed)
