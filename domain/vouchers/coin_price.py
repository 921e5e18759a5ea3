"""The price of vouchers, paid with coin from the wallet.

Coin pays only if the vouchers end no later than it does, and if only stores and hours that accept the coin accept them.
The municipality may lift this by the product's terms for coin that residents charged, of a municipal issuer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.assets.kinds import CHARGEABLE, LegalProfile
from domain.assets.reads import ASSETS, Asset, Lot
from domain.conditions.acceptance import Acceptance, both
from domain.ledger import spend_order
from domain.ledger.book import Account, Book
from domain.ledger.kept_away import SpendingRule
from domain.ledger.kinds import AccountKind
from domain.ledger.part import Part
from domain.ledger.refusals import InsufficientBalanceError
from domain.ledger.request import Draft
from domain.programmes.reads import PROGRAMMES, Programme
from domain.programmes.rights import Bound, Rights, missing_value
from domain.programmes.store_rules import StaleRulesError
from domain.services import Services
from domain.vouchers.product import VoucherProduct
from domain.vouchers.receipts import BoughtUnits


@dataclass(frozen=True, slots=True)
class _CoinRules:
    """Spend rules for coin that buys vouchers from the municipality, at no store.

    may_be_wider: the product's terms let charged coin of a municipal issuer buy more than its own rights.
    """

    coins: Mapping[int, Asset]
    programmes: Mapping[UUID, Programme]
    rights: Rights
    may_be_wider: bool

    def obstacle(self, account: Account, at: datetime) -> SpendingRule | None:
        """Return the rule by which coin may not buy the vouchers; None: it may."""
        return account.obstacle(at) or (None if self.bound(account) is None else SpendingRule.RESTRICTED)

    def bound(self, account: Account) -> Bound | None:
        """Return how the coin is more bound than the vouchers. StaleRulesError for a programme newer than the cache.

        Coin of a programme was converted, not charged: it keeps the rules of its programme, whatever is declared.
        """
        coin = self.coins[account.asset]
        if account.programme_id is None:
            of_town = coin.legal_profile is LegalProfile.MUNICIPALITY and not coin.six_month_exempt
            rules: tuple[Acceptance, ...] = (coin.acceptance,)
            return None if self.may_be_wider and of_town else self.rights.bound(account, rules, may_end_later=False)
        programme = self.programmes.get(account.programme_id)
        if programme is None:
            raise StaleRulesError
        return self.rights.bound(account, (coin.acceptance, programme.acceptance), may_end_later=False)

    def restricted(self, account: Account) -> bool:
        """Return whether the coin is spent in steps, so that it goes first."""
        return self.unit(account) > 1

    def unit(self, account: Account) -> int:
        """Return the minimum unit of the account's coin. Whole units."""
        return self.coins[account.asset].minimum_unit

    def maximum(self, _account: Account) -> int:
        """Return the most of a coin that one purchase uses: its limit is that of the units. Whole units."""
        return spend_order.NO_LIMIT

    def asset(self, account: Account) -> Asset:
        """Return the account's coin."""
        return self.coins[account.asset]


@dataclass(frozen=True, slots=True)
class CoinPrice(Part):
    """The price, paid with coin from the wallet, which goes back to issuance. Whole units."""

    municipality: int
    wallet: UUID
    issuer: UUID
    price: int
    rules: _CoinRules

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Take the price from lots of coin, in spend order. InsufficientBalanceError, ValueBoundError."""
        town, wallet, rules = self.municipality, self.wallet, self.rules
        accounts = [account for account in book.wallet_lots(town, wallet) if account.asset in rules.coins]
        lots = spend_order.spendable(accounts, at, rules)
        taken, missing = spend_order.allocate(lots, self.price, rules)
        if missing:
            kept = spend_order.kept_away(accounts, at, rules, taken, missing)
            refused = InsufficientBalanceError(spend_order.payable(lots, rules), self.price, kept)
            raise missing_value(refused, [lot for lot in accounts if lot.usable(at)], rules.bound)
        for lot, part in taken:
            draft.moves.append((lot, book.plain(town, AccountKind.ISSUANCE, self.issuer, lot.asset), part))
            before = draft.balances.get(lot.asset, book.total(town, wallet, lot.asset))
            draft.balances[lot.asset] = before - part
        bought = draft.find(BoughtUnits)
        if bought is not None:
            draft.put(replace(bought, paid=tuple(lot.portion(part) for lot, part in taken)))


async def coin_price_of(
    services: Services, product: VoucherProduct, *, wallet: UUID, issuer: UUID, price: int, lots: tuple[Lot, ...]
) -> CoinPrice:
    """Return the part that pays a price with coin. lots: those of the vouchers that are bought."""
    town, terms = product.municipality, product.terms
    assets = await services.shared(ASSETS).of(town)
    ends = [lot.expires_at for lot in lots if lot.expires_at is not None]
    hours = Acceptance(hours=terms.hours)
    rights = Rights(
        expires_at=max(ends, default=terms.expires_at),
        acceptances=tuple(both(part.acceptance, hours) for part in terms.parts),
    )
    rules = _CoinRules(
        coins={asset.id: asset for asset in assets if asset.kind in CHARGEABLE},
        programmes={programme.id: programme for programme in await services.shared(PROGRAMMES).of(town)},
        rights=rights,
        may_be_wider=bool(terms.wider_than_coin_reason),
    )
    return CoinPrice(town, wallet, issuer, price, rules)
