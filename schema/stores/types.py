"""Stores as everybody may see them, and their figures for those who may."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import lazy

from domain.identifiers import Prefix
from domain.municipalities import reads as municipalities
from domain.stores import reads
from domain.stores.code import printed_code
from domain.stores.reads import Store as DomainStore
from schema.core.access import serves, works_at
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID
from schema.core.node import Node
from schema.core.page import After, AfterEvent, First
from schema.municipalities.types import Municipality, municipality_of
from schema.stores.enums import SizeClass

if TYPE_CHECKING:  # balances, histories and events name stores
    from schema.events.types import EventConnection
    from schema.ledger.balances import Balance
    from schema.ledger.history import TransactionConnection

Balances = list[Annotated["Balance", lazy("schema.ledger.balances")]]
Transactions = Annotated["TransactionConnection", lazy("schema.ledger.history")]
Events = Annotated["EventConnection", lazy("schema.events.types")]
MICRODEGREES = 1_000_000


@strawberry.type(description="A place on earth, WGS 84.")
class Location:
    """A place on earth."""

    latitude: float = strawberry.field(description="Degrees, north positive.")
    longitude: float = strawberry.field(description="Degrees, east positive.")


@strawberry.type(
    description="A store that takes payments. Its figures are for its staff and its municipality's staff only. 加盟店"
)
class Store(Node):
    """A store."""

    store: strawberry.Private[DomainStore]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in its municipality."""
        return Prefix.STORE, self.store.municipality, self.store.id

    @strawberry.field(description="Its municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.store.municipality)

    @strawberry.field(description="Its name.")
    def name(self) -> str:
        return self.store.name

    @strawberry.field(description="Its name in katakana; lists sort by it.")
    def name_kana(self) -> str:
        return self.store.name_kana

    @strawberry.field(description="The municipality's category code.")
    def category(self) -> str:
        return self.store.category

    @strawberry.field(description="Its address; empty where not given.")
    def address(self) -> str:
        return self.store.address

    @strawberry.field(description="Its postal code; empty where not given.")
    def postal_code(self) -> str:
        return self.store.postal_code

    @strawberry.field(description="Opening hours in Japanese; empty where not given.")
    def opening_hours(self) -> str:
        return self.store.opening_hours

    @strawberry.field(description="Where it is; null where not given.")
    def location(self) -> Location | None:
        latitude, longitude = self.store.latitude_microdegrees, self.store.longitude_microdegrees
        if latitude is None or longitude is None:
            return None
        return Location(latitude=latitude / MICRODEGREES, longitude=longitude / MICRODEGREES)

    @strawberry.field(description="Whether it takes payments now.")
    def accepting(self) -> bool:
        return self.store.accepting

    @strawberry.field(description="Whether it is a charge agent: takes cash to charge wallets. チャージ窓口")
    def charge_agent(self) -> bool:
        return self.store.charge_agent

    @strawberry.field(description="The municipality's group code; empty: none. 加盟店区分")
    def store_group(self) -> str:
        return self.store.store_group

    @strawberry.field(description="Small or large, as the municipality draws the line.")
    def size_class(self) -> SizeClass:
        return self.store.size_class

    @strawberry.field(description="The municipality's area code; empty: none.")
    def area(self) -> str:
        return self.store.area

    @strawberry.field(description="The text of its static QR code (EMVCo merchant-presented).")
    async def code(self, info: MeguruInfo) -> str:
        municipality = await info.context.load(municipalities.by_ids, self.store.municipality)
        if municipality is None:
            raise NotFoundError
        return printed_code(info.context.services.store_code_guid, self.store, municipality)

    @strawberry.field(
        description=(
            "What the municipality owes it, counted in the municipality's coin whatever customers paid with, and what"
            " is in its cash box, in yen. Null for everybody but its staff and its municipality's."
        )
    )
    async def balances(self, info: MeguruInfo) -> Balances | None:
        from schema.ledger import balances

        if not await self.shows_figures(info):
            return None
        return await balances.of_store(info, self.store.municipality, self.store.id)

    @strawberry.field(
        description=(
            "What the municipality owes it by what customers paid with, for settlement: which programme bears it."
            " Null for everybody but the municipality's staff."
        )
    )
    async def owed_by_asset(self, info: MeguruInfo) -> Balances | None:
        from schema.ledger import balances

        if not await serves(info, self.store.municipality):
            return None
        return await balances.owed_by_asset(info, self.store.municipality, self.store.id)

    @strawberry.field(
        description=(
            "The event up to which `balances` are true. Null for everybody but its staff and its municipality's."
        )
    )
    async def as_of_event_id(self, info: MeguruInfo) -> ID | None:
        from schema.ledger import balances

        if not await self.shows_figures(info):
            return None
        return await balances.as_of(info, self.store.municipality, self.store.id)

    @strawberry.field(
        description=(
            "Its history, newest first, in the units of `balances`. Null for everybody but its staff and its"
            " municipality's."
        )
    )
    async def transactions(self, info: MeguruInfo, first: First = 20, after: After = None) -> Transactions | None:
        from schema.ledger.history import transactions_of_store

        if not await self.shows_figures(info):
            return None
        return await transactions_of_store(info, self.store.municipality, self.store.id, first, after)

    @strawberry.field(
        description=(
            "What `storeEvents` says, as a list, oldest first. Null for everybody but its staff and its municipality's."
        )
    )
    async def events(self, info: MeguruInfo, first: First = 20, after: AfterEvent = None) -> Events | None:
        from schema.events.types import events_of
        from schema.ledger.balances import units_of

        if not await self.shows_figures(info):
            return None
        yen = (await units_of(info, self.store.municipality)).yen
        return await events_of(self.store.municipality, self.store.id, first, after, yen=yen)

    async def shows_figures(self, info: MeguruInfo) -> bool:
        """Whether the viewer may see its figures."""
        return await works_at(info, self.store.municipality, self.store.id)


async def store_of(info: MeguruInfo, municipality: int, store: UUID) -> Store | None:
    """A store of a municipality; anybody may look."""
    row = await info.context.load(reads.by_keys, (municipality, store))
    return None if row is None else Store(store=row)


async def stores_of(info: MeguruInfo, municipality: int, stores: list[UUID]) -> list[Store]:
    """Stores of a municipality, in the order of their keys; without those that are gone."""
    rows = await info.context.load_many(reads.by_keys, [(municipality, store) for store in stores])
    return [Store(store=row) for row in rows if row is not None]
