"""Towns, people, wallets, shops and assets."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, lazy
from strawberry.types import Info

from domain.assets.reads import Asset as AssetRow
from domain.municipalities.reads import Municipality as MunicipalityRow
from domain.residents.reads import Assignment
from domain.residents.reads import Wallet as WalletRow
from domain.stores.code import shop_code
from domain.stores.reads import Store as StoreRow
from resolvers import viewers, views
from resolvers.views import Balance as BalanceView
from resolvers.views import LotBalance
from schema.conditions import Hours
from schema.context import Context, MeguruInfo
from schema.enums import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry, RoleName, SizeClass
from schema.ids import ID, Prefix, encode
from schema.scalars import Amount, SignedAmount

if TYPE_CHECKING:  # they import this page
    from schema.events import EventConnection
    from schema.history import TransactionConnection

TransactionPage = Annotated["TransactionConnection", lazy("schema.history")]
EventPage = Annotated["EventConnection", lazy("schema.events")]
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
    charge_cancel_minutes: int = strawberry.field(
        description="How many minutes a counter may cancel a top-up of its own, within the same day; 0: never."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, MunicipalityRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[MunicipalityRow]) -> ID:
        return ID(encode(Prefix.MUNICIPALITY, root.id, root.id))


async def town(info: MeguruInfo, number: int) -> MunicipalityRow:
    """The town of an object."""
    found = await info.context.loaders.municipalities.load(number)
    if found is None:
        raise viewers.NotFoundError
    return found


@strawberry.type(
    description=(
        "Where and when value may be spent: every condition that is not empty must hold. All empty: every shop of the"
        " town."
    )
)
class Acceptance:
    """Where value may be spent."""

    @strawberry.field(description="These shops only; at most 1,000.")
    async def stores(root: Parent[views.AcceptanceOf], info: Info[Context, None]) -> list["Store"]:
        return await viewers.stores_of(info, root)  # type: ignore[return-value]

    @strawberry.field(description="Shops of these group codes.")
    def groups(root: Parent[views.AcceptanceOf]) -> list[str]:
        return sorted(root.rule.groups)

    @strawberry.field(description="Shops of these sizes.")
    def size_classes(root: Parent[views.AcceptanceOf]) -> list[SizeClass]:
        return [SizeClass[one.name] for one in sorted(root.rule.size_classes)]

    @strawberry.field(description="Shops of these area codes.")
    def areas(root: Parent[views.AcceptanceOf]) -> list[str]:
        return sorted(root.rule.areas)

    @strawberry.field(description="Shops of these category codes.")
    def categories(root: Parent[views.AcceptanceOf]) -> list[str]:
        return sorted(root.rule.categories)

    @strawberry.field(description="No shop of these category codes. 利用対象外")
    def excluded_categories(root: Parent[views.AcceptanceOf]) -> list[str]:
        return sorted(root.rule.excluded_categories)

    @strawberry.field(description="On which days and at which hours.")
    def hours(root: Parent[views.AcceptanceOf]) -> Hours:
        return root.rule.hours  # type: ignore[return-value]


@strawberry.type(description="A kind of value of one town.")
class Asset(Node):
    """A kind of value."""

    kind: AssetKind = strawberry.field(description="What it is.")
    code: str = strawberry.field(description="Short name within the town, such as COIN.")
    paid: bool = strawberry.field(description="Whether residents pay money for it.")
    charge_maximum: Amount = strawberry.field(description="The most that may be charged at once. Whole units.")
    payment_maximum: Amount = strawberry.field(description="The most that may be paid at once. Whole units.")
    balance_cap: Amount | None = strawberry.field(
        description="The most that a wallet may hold. Whole units; null: no limit."
    )
    legal_profile: LegalProfile = strawberry.field(description="Who issues it.")
    six_month_exempt: bool = strawberry.field(
        description="Whether no value of it can end later than six months after its issue."
    )
    expiry_rule: ExpiryRule = strawberry.field(description="When it ends.")
    expires_after_months: int | None = strawberry.field(
        description="Months of the rules in months; null for the others."
    )
    expires_on: date | None = strawberry.field(
        description="The last usable day of the fixed-date rule. Asia/Tokyo; null for the others."
    )
    minimum_unit: Amount = strawberry.field(
        description="The least that may be spent of it, and its multiples. Whole units."
    )
    transferable: bool = strawberry.field(description="Whether residents may send it to each other.")
    refunded_after_expiry: RefundedAfterExpiry = strawberry.field(
        description="What becomes of refunded value of it whose last day is over."
    )
    fresh_days: int | None = strawberry.field(description="Days of FRESH_DAYS; null for NONE.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, AssetRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[AssetRow]) -> ID:
        return ID(encode(Prefix.ASSET, root.municipality, root.id))

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[AssetRow], info: Info[Context, None]) -> str:
        return root.name_ja if info.context.locale == "ja" else root.name_en

    @strawberry.field(description="The name of one unit in the language of the request.")
    def unit(root: Parent[AssetRow], info: Info[Context, None]) -> str:
        return root.unit_ja if info.context.locale == "ja" else root.unit_en

    @strawberry.field(description="Where it may be spent.")
    def acceptance(root: Parent[AssetRow]) -> Acceptance:
        return views.AcceptanceOf(root.municipality, root.acceptance)  # type: ignore[return-value]

    @strawberry.field(
        description="What must be told of it, in the language of the request; empty where not given. 情報提供"
    )
    def disclosure(root: Parent[AssetRow], info: Info[Context, None]) -> str:
        return root.disclosure_ja if info.context.locale == "ja" else root.disclosure_en


async def asset(info: MeguruInfo, number: int) -> AssetRow:
    """The asset of a balance or movement."""
    found = await info.context.loaders.assets.load(number)
    if found is None:
        raise viewers.NotFoundError
    return found


@strawberry.type(description="Value of one source and expiry within a balance.")
class Lot:
    """Value of one source and expiry."""

    @strawberry.field(
        description=(
            "Names it for `redeem`. Stable; every wallet with value that was issued alike on one day has the same."
        )
    )
    def id(root: Parent[LotBalance]) -> ID:
        return ID(encode(Prefix.LOT, root.municipality, root.lot))

    amount: Amount = strawberry.field(description="What is left of it. Whole units.")
    issued_on: date | None = strawberry.field(
        description="When it was issued. Civil date in Asia/Tokyo; null for value without a date of issue."
    )
    usable_from: datetime | None = strawberry.field(
        description="While it waits: from when it may be spent; null: it does not wait. UTC. 付与予定"
    )
    expires_on: date | None = strawberry.field(
        description="The last day on which it may be spent. Civil date in Asia/Tokyo; null: no expiry."
    )


@strawberry.type(description="What somebody has of one asset.")
class Balance:
    """What somebody has of one asset."""

    posted: SignedAmount = strawberry.field(
        description=(
            "All of it, less `debt`. Whole units. A shop's may be negative after refunds, a wallet's while it has a"
            " debt."
        )
    )
    held: Amount = strawberry.field(description="The part that is set aside by holds. Whole units.")
    available: SignedAmount = strawberry.field(
        description="What may be spent now: posted without held, expired and not yet usable parts. Whole units."
    )
    pending: Amount = strawberry.field(
        description=(
            "What will be spendable from a later instant, see `lots { usableFrom }`; part of `posted`. Whole units."
            " 付与予定"
        )
    )
    debt: Amount = strawberry.field(
        description=(
            "What is still to be settled by what comes next, after a refund of what had earned points. Whole units."
        )
    )
    lots: list[Lot] = strawberry.field(description="A wallet's value by source and expiry; empty for shops.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[BalanceView], info: Info[Context, None]) -> Asset:
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
    def id(root: Parent[WalletRow]) -> ID:
        return ID(encode(Prefix.WALLET, root.municipality, root.id))

    @strawberry.field(description="The town whose value it holds.")
    async def municipality(root: Parent[WalletRow], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(
        description="The text of the QR code that a counter scans to top this wallet up. It only credits."
    )
    def receive_code(root: Parent[WalletRow]) -> str:
        return encode(Prefix.RECEIVE, root.municipality, root.id)

    @strawberry.field(description="Balances by asset; assets of which it has nothing are left out.")
    async def balances(root: Parent[WalletRow], info: Info[Context, None]) -> list[Balance]:
        return await viewers.of_wallet(info, root)  # type: ignore[return-value]

    @strawberry.field(description="The event up to which `balances` are true: subscribe to `walletEvents` after it.")
    async def as_of_event_id(root: Parent[WalletRow], info: Info[Context, None]) -> ID:
        return await viewers.as_of(info, root.municipality, root.id)

    @strawberry.field(description="Its history, newest first.")
    async def transactions(
        root: Parent[WalletRow], first: Annotated[int, FIRST] = 20, after: Annotated[str | None, AFTER] = None
    ) -> TransactionPage:
        return await viewers.transactions(root.municipality, root.id, first, after)  # type: ignore[return-value]

    @strawberry.field(description="What `walletEvents` says, as a list, oldest first: for polling and after a push.")
    async def events(
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
    latitude_microdegrees: int | None = strawberry.field(
        description="Millionths of a degree, WGS 84; null where not given."
    )
    longitude_microdegrees: int | None = strawberry.field(
        description="Millionths of a degree, WGS 84; null where not given."
    )
    accepting: bool = strawberry.field(description="Whether it takes payments now.")
    charge_agent: bool = strawberry.field(description="Whether it takes cash to top wallets up.")
    store_group: str = strawberry.field(description="The town's group code; empty: none. 加盟店区分")
    size_class: SizeClass = strawberry.field(description="Small or large, as the town draws the line.")
    area: str = strawberry.field(description="The town's area code; empty: none.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union and interface members are domain objects."""
        return isinstance(obj, StoreRow)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[StoreRow]) -> ID:
        return ID(encode(Prefix.STORE, root.municipality, root.id))

    @strawberry.field(description="Its town.")
    async def municipality(root: Parent[StoreRow], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The text of its static QR code (EMVCo merchant-presented).")
    async def code(root: Parent[StoreRow], info: Info[Context, None]) -> str:
        return shop_code(info.context.services.shop_code_guid, root, await town(info, root.municipality))

    @strawberry.field(
        description=(
            "What the town owes it and what is in its cash box. Null for everybody but its staff and its town's."
        )
    )
    async def balances(root: Parent[StoreRow], info: Info[Context, None]) -> list[Balance] | None:
        return await viewers.of_store(info, root)  # type: ignore[return-value]

    @strawberry.field(
        description="The event up to which `balances` are true. Null for everybody but its staff and its town's."
    )
    async def as_of_event_id(root: Parent[StoreRow], info: Info[Context, None]) -> ID | None:
        return (
            await viewers.as_of(info, root.municipality, root.id)
            if await viewers.sees_inside(info.context.viewer, root)
            else None
        )

    @strawberry.field(description="Its history, newest first. Null for everybody but its staff and its town's.")
    async def transactions(
        root: Parent[StoreRow],
        info: Info[Context, None],
        first: Annotated[int, FIRST] = 20,
        after: Annotated[str | None, AFTER] = None,
    ) -> TransactionPage | None:
        if not await viewers.sees_inside(info.context.viewer, root):
            return None
        return await viewers.transactions(root.municipality, root.id, first, after)  # type: ignore[return-value]

    @strawberry.field(
        description="What `storeEvents` says, as a list, oldest first. Null for everybody but its staff and its town's."
    )
    async def events(
        root: Parent[StoreRow],
        info: Info[Context, None],
        first: Annotated[int, FIRST] = 20,
        after: Annotated[ID | None, AFTER] = None,
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
    def id(root: Parent[views.Person]) -> ID:
        return ID(encode(Prefix.PERSON, 0, root.id))


@strawberry.type(description="What the viewer may act as, where.")
class RoleAssignment:
    """What the viewer may act as."""

    @strawberry.field(description="The role.")
    def name(root: Parent[Assignment]) -> RoleName:
        return RoleName[root.role.name]

    @strawberry.field(description="The town.")
    async def municipality(root: Parent[Assignment], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]

    @strawberry.field(description="The shop, for shop staff; null for every other role.")
    async def store(root: Parent[Assignment], info: Info[Context, None]) -> Store | None:
        if root.store_id is None:
            return None
        return await info.context.loaders.stores.load((root.municipality, root.store_id))  # type: ignore[return-value]


@strawberry.type(description="The person who asks, with what they may act as and use.")
class Viewer:
    """The person who asks."""

    person: Person = strawberry.field(description="The person.")
    roles: list[RoleAssignment] = strawberry.field(description="What the token and the towns let the person act as.")
    wallets: list[Wallet] = strawberry.field(
        description="Every wallet that the person may use, in any town; at most 100."
    )


__all__ = [
    "Acceptance",
    "Asset",
    "Balance",
    "Lot",
    "Municipality",
    "Node",
    "Person",
    "RoleAssignment",
    "Store",
    "Viewer",
    "Wallet",
    "asset",
    "town",
]
