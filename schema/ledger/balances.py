"""Balances: what somebody has now, and what a journal did to it."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.assets.reads import ASSETS, StoreUnits, last_day, store_units
from domain.charging.receipts import Bonuses
from domain.identifiers import encode_event, encode_lot
from domain.ledger import reads
from domain.ledger.book import Account
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Balances
from domain.ledger.receipt import Receipt
from domain.ledger.request import EventRow, effective_on
from domain.points.receipts import Earnings
from schema.assets.types import Asset, asset_of
from schema.core.context import Context, MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID
from schema.core.scalars import Amount, SignedAmount

WALLET = frozenset({AccountKind.WALLET, AccountKind.DEBT})


@strawberry.type(description="Value of one source and expiry within a balance.")
class Lot:
    """What a wallet has of one lot."""

    account: strawberry.Private[Account]
    now: strawberry.Private[datetime]

    @strawberry.field(description="Names it for `redeem`: this lot in this wallet. Stable.")
    def id(self) -> ID:
        return ID(encode_lot(self.account.municipality, self.account.holder, self.account.lot))

    @strawberry.field(description="What is left of it. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.account.posted)

    @strawberry.field(description="Day of issue in Asia/Tokyo; null for value without one.")
    def issued_on(self) -> date | None:
        return None if self.account.issued_at is None else effective_on(self.account.issued_at)

    @strawberry.field(
        description="Time from which it may be spent, in UTC, while it waits; null: it does not wait. 付与予定"
    )
    def usable_from(self) -> datetime | None:
        return _waits_until(self.account, self.now)

    @strawberry.field(description="Last day on which it may be spent, in Asia/Tokyo; null: no expiry.")
    def expires_on(self) -> date | None:
        return last_day(self.account.expires_at)


@strawberry.type(description="What somebody has of one asset.")
class Balance:
    """The accounts of a holder in one asset, at an instant."""

    number: strawberry.Private[int]
    accounts: strawberry.Private[list[Account]]
    now: strawberry.Private[datetime]

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.number)

    @strawberry.field(
        description=(
            "All of it, less `debt`. Whole units. A store's may be negative after refunds, a wallet's while it has a"
            " debt."
        )
    )
    def posted(self) -> SignedAmount:
        return SignedAmount(sum(account.posted for account in self.accounts))

    @strawberry.field(description="The part that is set aside by holds. Whole units.")
    def held(self) -> Amount:
        return Amount(sum(account.held for account in self.accounts))

    @strawberry.field(
        description=(
            "What may be spent now: posted without held, expired and not yet usable parts, and without `belowUnit`."
            " Whole units. Some stores may take less of it."
        )
    )
    async def available(self, info: MeguruInfo) -> SignedAmount:
        return SignedAmount(self._usable() - await self._below_unit(info))

    @strawberry.field(
        description=(
            "What waits for a whole minimum unit: it may be spent once more of the asset completes one. It counts over"
            " all lots that may be spent now. Whole units. 利用単位に満たない分"
        )
    )
    async def below_unit(self, info: MeguruInfo) -> Amount:
        return Amount(await self._below_unit(info))

    async def _below_unit(self, info: MeguruInfo) -> int:
        if not self._wallet():
            return 0
        return self._usable() % (await asset_of(info, self.number)).asset.minimum_unit

    def _usable(self) -> int:
        """What is posted without held, expired and not yet usable parts. Whole units."""
        return sum(_available(account, self.now) for account in self.accounts if account.kind != AccountKind.DEBT)

    @strawberry.field(
        description="What will be spendable later, see `lots { usableFrom }`; part of `posted`. Whole units. 付与予定"
    )
    def pending(self) -> Amount:
        waiting = [account for account in self._wallet() if _waits_until(account, self.now) is not None]
        return Amount(sum(account.available for account in waiting))

    @strawberry.field(
        description=(
            "What the next value of the asset settles first, after a refund of what had earned points. Whole units."
        )
    )
    def debt(self) -> Amount:
        return Amount(-sum(account.posted for account in self.accounts if account.kind == AccountKind.DEBT))

    @strawberry.field(description="A wallet's value by source and expiry; empty for stores.")
    def lots(self) -> list[Lot]:
        return [Lot(account=account, now=self.now) for account in self._wallet() if account.posted]

    def _wallet(self) -> list[Account]:
        return [account for account in self.accounts if account.kind == AccountKind.WALLET]


def balances_of(balances: Balances, kinds: frozenset[AccountKind], now: datetime) -> list[Balance]:
    """A holder's balances by asset, where it has accounts of these kinds."""
    numbers = sorted({account.asset for account in balances.accounts if account.kind in kinds})
    return [
        Balance(number=number, accounts=[account for account in balances.accounts if account.asset == number], now=now)
        for number in numbers
    ]


def balances_of_store(balances: Balances, units: StoreUnits, now: datetime) -> list[Balance]:
    """What a store is owed, in coin, and what is in its cash box, in yen: never by what its customers paid with."""
    figures = (
        Balance(number=number, accounts=[account for account in balances.accounts if account.kind == kind], now=now)
        for kind, number in ((AccountKind.CASH, units.yen), (AccountKind.PAYABLE, units.coin))
    )
    return [figure for figure in figures if figure.accounts]


async def _read(context: Context, keys: list[tuple[int, UUID]]) -> list[Balances | None]:
    now = context.services.clock()
    balances = {key: await reads.balances(*key, now) for key in dict.fromkeys(keys)}
    return [balances[key] for key in keys]


async def _snapshot(info: MeguruInfo, municipality: int, holder: UUID) -> Balances:
    """Accounts and last event of a holder, in one snapshot for all fields of a request that ask."""
    balances = await info.context.load_as_viewer(_read, (municipality, holder))
    if balances is None:
        raise NotFoundError
    return balances


async def of_holder(info: MeguruInfo, municipality: int, holder: UUID, kinds: frozenset[AccountKind]) -> list[Balance]:
    """A holder's balances now, by asset."""
    return balances_of(await _snapshot(info, municipality, holder), kinds, info.context.services.clock())


async def of_store(info: MeguruInfo, municipality: int, store: UUID) -> list[Balance]:
    """A store's figures now."""
    units = await units_of(info, municipality)
    return balances_of_store(await _snapshot(info, municipality, store), units, info.context.services.clock())


async def owed_by_asset(info: MeguruInfo, municipality: int, store: UUID) -> list[Balance]:
    """What a store is owed, by what its customers paid with."""
    kinds = frozenset({AccountKind.PAYABLE})
    return balances_of(await _snapshot(info, municipality, store), kinds, info.context.services.clock())


async def units_of(info: MeguruInfo, municipality: int) -> StoreUnits:
    """The assets in which the figures of a municipality's stores are told."""
    return store_units(await info.context.services.shared(ASSETS).of(municipality))


async def as_of(info: MeguruInfo, municipality: int, holder: UUID) -> ID:
    """The event up to which the balances of this request are true."""
    return ID(encode_event(municipality, holder, (await _snapshot(info, municipality, holder)).sequence))


def _available(account: Account, now: datetime) -> int:
    if account.kind != AccountKind.WALLET:
        return account.posted
    return account.available if account.usable(now) else 0


def _waits_until(account: Account, now: datetime) -> datetime | None:
    return account.usable_from if account.usable_from is not None and account.usable_from > now else None


@strawberry.type(description="What a journal did to one of somebody's balances.")
class BalanceAfter:
    """What a journal did to a balance."""

    number: strawberry.Private[int]
    moved: SignedAmount = strawberry.field(description="By how much it changed. Whole units.")
    posted: SignedAmount = strawberry.field(description="What there was afterwards. Whole units.")

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.number)


def balances_after(receipt: Receipt, *, sign: int) -> list[BalanceAfter]:
    """The wallet's balances after a journal, as its receipt keeps them. Whole units."""
    bonuses, earnings = receipt.find(Bonuses), receipt.find(Earnings)
    moved: dict[int, int] = {}
    for portion in (*receipt.lots, *(bonuses.portions if bonuses else ())):
        moved[portion.asset] = moved.get(portion.asset, 0) + sign * portion.amount
    for points in earnings.programmes if earnings else ():
        moved[points.asset] = moved.get(points.asset, 0) + points.points
    return changed_balances(receipt, moved)


def changed_balances(receipt: Receipt, moved: Mapping[int, int]) -> list[BalanceAfter]:
    """The balances that a receipt keeps, with by how much each changed. Whole units."""
    return [
        BalanceAfter(number=asset, moved=SignedAmount(moved.get(asset, 0)), posted=SignedAmount(posted))
        for asset, posted in receipt.balances.items()
    ]


def cash_box_of(row: EventRow, yen: int) -> list[BalanceAfter]:
    """What an event did to a store's cash box; empty where it took no cash. Whole units."""
    return [movement for movement in movements_of(row) if movement.number == yen]


def movements_of(row: EventRow) -> list[BalanceAfter]:
    """The movements of an event. Whole units."""
    return [
        BalanceAfter(number=asset, moved=SignedAmount(amount), posted=SignedAmount(balance))
        for asset, amount, balance in zip(row.assets, row.amounts, row.balances, strict=True)
    ]
