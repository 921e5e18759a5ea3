"""Municipalities as everybody may see them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry
from strawberry import argument

from domain.identifiers import Prefix
from domain.municipalities import reads
from domain.municipalities.reads import Municipality as DomainMunicipality
from domain.refusals import NotPermittedError
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.node import Node

T = TypeVar("T")
MUNICIPALITY = "The code of the municipality, 6 digits."
MunicipalityCode = Annotated[str, argument(description=MUNICIPALITY)]


@strawberry.type(description="A municipality: the tenant of everything in it. 自治体")
class Municipality(Node):
    """A municipality."""

    municipality: strawberry.Private[DomainMunicipality]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its number stands for both."""
        return Prefix.MUNICIPALITY, self.municipality.id, self.municipality.id

    @strawberry.field(description="The national code of 6 digits, such as 012106.")
    def code(self) -> str:
        return self.municipality.code

    @strawberry.field(description="Its name in Japanese.")
    def name(self) -> str:
        return self.municipality.name

    @strawberry.field(
        description="How many minutes a counter may cancel a charge of its own, within the same day; 0: never."
    )
    def charge_cancel_minutes(self) -> int:
        return self.municipality.charge_cancel_minutes


async def municipality_of(info: MeguruInfo, number: int) -> Municipality:
    """The municipality of an object."""
    row = await info.context.load(reads.by_ids, number)
    if row is None:
        raise NotFoundError
    return Municipality(municipality=row)


async def find_number(code: str) -> int | None:
    """The number of the municipality with a code; None if there is none."""
    municipality = await reads.by_code(code)
    return None if municipality is None else municipality.id


async def number_of(code: str) -> int:
    """The number of the municipality with a code; NotPermittedError if there is none, as for another municipality."""
    number = await find_number(code)
    if number is None:
        raise NotPermittedError
    return number


async def list_of(code: str, read: Callable[[int], Awaitable[list[T]]]) -> list[T]:
    """Read a list of the municipality with a code, by its number; empty if there is none."""
    number = await find_number(code)
    return [] if number is None else await read(number)
