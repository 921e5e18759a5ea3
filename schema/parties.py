"""Towns, people, wallets, shops and assets."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, lazy
from strawberry.types import Info

from domain.assets.reads import Asset as AssetRow
from domain.merchants.reads import Store as StoreRow
from domain.municipalities.reads import Municipality as MunicipalityRow
from domain.payments.merchant_code import static_code
from domain.residents.reads import Assignment
from domain.residents.reads import Wallet as WalletRow
from resolvers import viewers, views
from resolvers.views import Balance as BalanceView
from schema.context import Context, MeguruInfo
from schema.enums import AssetKind, RoleName
from schema.ids import ID, Prefix, encode
from schema.scalars import Amount, SignedAmount

if TYPE_CHECKING:  # history imports this page
    from schema.history import EventConnection, TransactionConnection

TransactionPage = Annotated["TransactionConnection", lazy("schema.history")]
EventPage = Annotated["EventConnection", lazy("schema.history")]
FIRST = strawberry.argument(description="How many, 0 to 100.")
AFTER = strawberry.argument(description="The cursor after which the page begins.")


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    """Anything with an id."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable; carries its town.")


@strawberry.type(description="A town: the tenant of everything in it.")
class Municipality(Node):
    """A town."""

    code: str = strawberry.field(description="The national code of 6 digits, such as 012106.")
    name: str = strawberry.field(description="Its name in Japanese.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, MunicipalityRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[MunicipalityRow]) -> ID:  # noqa: D102
        return ID(encode(Prefix.MUNICIPALITY, root.id, root.id))


async def town(info: MeguruInfo, number: int) -> MunicipalityRow:
    """The town of an object."""
    found = await info.context.loaders.municipalities.load(number)
    if found is None:
        raise viewers.NotFoundError
    return found


@strawberry.type(description="A kind of value of one town.")
class Asset(Node):
    """A kind of value."""

    kind: AssetKind = strawberry.field(description="What it is.")
    code: str = strawberry.field(description="Short name within the town, such as COIN.")
    paid: bool = strawberry.field(description="Whether residents pay money for it.")
    charge_maximum: Amount = strawberry.field(description="The most that may be charged at once. Whole units.")
    payment_maximum: Amount = strawberry.field(description="The most that may be paid at once. Whole units.")
    balance_cap: Amount | None = strawberry.field(description="The most that a wallet may hold. Whole units; null: no limit.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, AssetRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[AssetRow]) -> ID:  # noqa: D102
        return ID(encode(Prefix.ASSET, root.municipality, root.id))

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[AssetRow], info: Info[Context, None]) -> str:  # noqa: D102
        return root.name_ja if info.context.locale == "ja" else root.name_en

    @strawberry.field(description="The name of one unit in the language of the request.")
    def unit(root: Parent[AssetRow], info: Info[Context, None]) -> str:  # noqa: D102
        return root.unit_ja if info.context.locale == "ja" else root.unit_en


async def asset(info: MeguruInfo, number: int) -> AssetRow:
    """The asset of a balance or movement."""
    found = await info.context.loaders.assets.load(number)
    if found is None:
        raise viewers.NotFoundError
    return found


@strawberry.type(description="Value of one source and expiry within a balance.")
class Lot:
    """Value of one source and expiry."""

    amount: Amount = strawberry.field(description="What is left of it. Whole units.")
    issued_on: date | None = strawberry.field(description="When it was issued. Civil date in Asia/Tokyo; null for value without a date of issue.")
    expires_on: date | None = strawberry.field(description="The last day on which it may be spent. Civil date in Asia/Tokyo; null: no expiry.")


@strawberry.type(description="What somebody has of one asset.")
class Balance:
    """What somebody has of one asset."""

    posted: SignedAmount = strawberry.field(description="All of it. Whole units. A shop's may be negative after refunds.")
    held: Amount = strawberry.field(description="The part that is set aside by holds. Whole units.")
    available: SignedAmount = strawberry.field(
        description="What may be spent now: posted without held, expired and not yet usable parts. Whole units."
    )
    lots: list[Lot] = strawberry.field(description="A wallet's value by source and expiry; empty for shops.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[BalanceView], info: Info[Context, None]) -> Asset:  # noqa: D102
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.type(description="A resident's container of balances in one town.")
class Wallet(Node):
    """A wallet."""

    frozen: bool = strawberry.field(description="Whether its town has stopped it.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, WalletRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[WalletRow]) -> ID:  # noqa: D102
        return ID(encode(Prefix.WALLET, root.municipality, root.id))

    @strawberry.field(description="The town whose value it holds.")
    async def municipality(root: Parent[WalletRow], info: Info[Context, None]) -> Municipality:  # noqa: D102
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The text of the QR code that a counter scans to top this wallet up. It only credits.")
    def receive_code(root: Parent[WalletRow]) -> str:  # noqa: D102
        return encode(Prefix.RECEIVE, root.municipality, root.id)

    @strawberry.field(description="Balances by asset; assets of which it has nothing are left out.")
    async def balances(root: Parent[WalletRow], info: Info[Context, None]) -> list[Balance]:  # noqa: D102
        return await viewers.of_wallet(info, root)  # type: ignore[return-value]

    @strawberry.field(description="The event up to which `balances` are true: subscribe to `walletEvents` after it.")
    async def as_of_event_id(root: Parent[WalletRow], info: Info[Context, None]) -> ID:  # noqa: D102
        return await viewers.as_of(info, root.municipality, root.id)

    @strawberry.field(description="Its history, newest first.")
    async def transactions(  # noqa: D102
        root: Parent[WalletRow], first: Annotated[int, FIRST] = 20, after: Annotated[str | None, AFTER] = None
    ) -> TransactionPage:
        return await viewers.transactions(root.municipality, root.id, first, after)  # type: ignore[return-value]

    @strawberry.field(description="What `walletEvents` says, as a list, oldest first: for polling and after a push.")
    async def events(  # noqa: D102
        root: Parent[WalletRow], first: Annotated[int, FIRST] = 20, after: Annotated[ID | None, AFTER] = None
    ) -> EventPage:
        return await viewers.events(root.municipality, root.id, first, after)  # type: ignore[return-value]


@strawberry.type(description="A shop that takes payments. Its figures are for its staff and its town's staff only.")
class Store(Node):
    """A shop."""

    name: str = strawberry.field(description="Its name.")
    name_kana: str = strawberry.field(description="Its name in katakana; lists sort by it.")
    category: str = strawberry.field(description="The town's category code.")
    address: str = strawberry.field(description="Its address; empty where not given.")
    postal_code: str = strawberry.field(description="Its postal code; empty where not given.")
    opening_hours: str = strawberry.field(description="When it is open, in Japanese; empty where not given.")
    latitude_microdegrees: int | None = strawberry.field(description="Millionths of a degree, WGS 84; null where not given.")
    longitude_microdegrees: int | None = strawberry.field(description="Millionths of a degree, WGS 84; null where not given.")
    accepting: bool = strawberry.field(description="Whether it takes payments now.")
    charge_agent: bool = strawberry.field(description="Whether it takes cash to top wallets up.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, StoreRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[StoreRow]) -> ID:  # noqa: D102
        return ID(encode(Prefix.STORE, root.municipality, root.id))

    @strawberry.field(description="Its town.")
    async def municipality(root: Parent[StoreRow], info: Info[Context, None]) -> Municipality:  # noqa: D102
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The text of its static QR code (EMVCo merchant-presented).")
    def code(root: Parent[StoreRow], info: Info[Context, None]) -> str:  # noqa: D102
        return static_code(
            guid=info.context.services.shop_code_guid, merchant=root.merchant_code, store=root.store_code, mcc=root.merchant_category_code,
            name=root.name_roman, city="MEGURU", postal=root.postal_code.replace("-", ""), name_ja=root.name[:25],
        )  # fmt: skip

    @strawberry.field(description="What the town owes it and what is in its cash box. Null for everybody but its staff and its town's.")
    async def balances(root: Parent[StoreRow], info: Info[Context, None]) -> list[Balance] | None:  # noqa: D102
        return await viewers.of_store(info, root)  # type: ignore[return-value]

    @strawberry.field(description="The event up to which `balances` are true. Null for everybody but its staff and its town's.")
    async def as_of_event_id(root: Parent[StoreRow], info: Info[Context, None]) -> ID | None:  # noqa: D102
        return await viewers.as_of(info, root.municipality, root.id) if await viewers.sees_inside(info.context.viewer, root) else None

    @strawberry.field(description="Its history, newest first. Null for everybody but its staff and its town's.")
    async def transactions(  # noqa: D102
        root: Parent[StoreRow], info: Info[Context, None], first: Annotated[int, FIRST] = 20, after: Annotated[str | None, AFTER] = None
    ) -> TransactionPage | None:
        if not await viewers.sees_inside(info.context.viewer, root):
            return None
        return await viewers.transactions(root.municipality, root.id, first, after)  # type: ignore[return-value]

    @strawberry.field(description="What `storeEvents` says, as a list, oldest first. Null for everybody but its staff and its town's.")
    async def events(  # noqa: D102
        root: Parent[StoreRow], info: Info[Context, None], first: Annotated[int, FIRST] = 20, after: Annotated[ID | None, AFTER] = None
    ) -> EventPage | None:
        if not await viewers.sees_inside(info.context.viewer, root):
            return None
        return await viewers.events(root.municipality, root.id, first, after)  # type: ignore[return-value]


@strawberry.type(description="The person who asks.")
class Person(Node):
    """The person who asks."""

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Person)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[views.Person]) -> ID:  # noqa: D102
        return ID(encode(Prefix.PERSON, 0, root.id))


@strawberry.type(description="What the viewer may act as, where.")
class RoleAssignment:
    """What the viewer may act as."""

    @strawberry.field(description="The role.")
    def name(root: Parent[Assignment]) -> RoleName:  # noqa: D102
        return RoleName[root.role.name]

    @strawberry.field(description="The town.")
    async def municipality(root: Parent[Assignment], info: Info[Context, None]) -> Municipality:  # noqa: D102
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The shop, for shop staff; null for every other role.")
    async def store(root: Parent[Assignment], info: Info[Context, None]) -> Store | None:  # noqa: D102
        if root.store_id is None:
            return None
        return await info.context.loaders.stores.load((root.municipality, root.store_id))  # type: ignore[return-value]


@strawberry.type(description="The person who asks, with what they may act as and use.")
class Viewer:
    """The person who asks."""

    person: Person = strawberry.field(description="The person.")
    roles: list[RoleAssignment] = strawberry.field(description="What the token and the towns let the person act as.")
    wallets: list[Wallet] = strawberry.field(description="Every wallet that the person may use, in any town; at most 100.")


__all__ = ["Asset", "Balance", "Lot", "Municipality", "Node", "Person", "RoleAssignment", "Store", "Viewer", "Wallet", "asset", "town"]
