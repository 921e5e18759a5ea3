"""A town for a test, made through the domain's own verbs."""

import itertools
import os
from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.new_municipality import open_municipality
from domain.assets.reads import Asset
from domain.charging.charge import Charge, charge
from domain.codes.merchant_code import merchant_reference
from domain.database import transaction
from domain.ledger.audit import drift, trial_balance
from domain.ledger.holders import give_access
from domain.ledger.reads import wallet_accounts
from domain.ledger.request import Posted
from domain.municipalities.reads import Municipality
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.refund import Refund, refund
from domain.residents.join import join, open_wallet
from domain.services import Services
from domain.stores.manage import next_merchant
from domain.stores.open_store import NewStore, employ, open_store
from domain.viewer import Relation, Role, Viewer

_numbers = itertools.count(1)


@dataclass
class People:
    """A town with a resident, a store that is a charge agent, its staff, and municipal staff."""

    services: Services
    town: Municipality
    coin: Asset
    resident: Viewer
    wallet: UUID
    store: UUID
    staff: Viewer
    desk: Viewer
    finance: Viewer
    other_finance: Viewer
    auditor: Viewer

    @property
    def id(self) -> int:
        return self.town.id

    async def charge(self, amount: int, wallet: UUID | None = None, key: UUID | None = None) -> Posted:
        return await charge(
            self.services, self.desk, Charge(key or uuid4(), self.id, wallet or self.wallet, self.coin.id, amount)
        )

    async def pay(self, amount: int, key: UUID | None = None, **more: object) -> Posted:
        terms = {"confirm_duplicate": True, **more}
        payment = Pay(key or uuid4(), self.id, self.wallet, self.store, amount, **terms)  # type: ignore[arg-type]
        return await pay(self.services, self.resident, payment)

    async def refund(self, payment: UUID, amount: int, key: UUID | None = None) -> Posted:
        return await refund(
            self.services, self.staff, Refund(key or uuid4(), self.id, payment, amount, RefundReason.OTHER)
        )

    async def balance(self, wallet: UUID | None = None) -> int:
        return sum(
            account.posted for account in await wallet_accounts(self.id, wallet or self.wallet, self.services.clock())
        )

    async def available(self, wallet: UUID | None = None) -> int:
        now = self.services.clock()
        return sum(
            account.available
            for account in await wallet_accounts(self.id, wallet or self.wallet, now)
            if account.usable(now)
        )

    async def new_resident(self) -> tuple[Viewer, UUID]:
        async with transaction():
            person = await join("試験 太郎", self.services.clock(), self.services.ids)
            wallet = await open_wallet(self.id, person, self.services.clock(), self.services.ids)
        return Viewer(person, frozenset({Role.RESIDENT})), wallet

    async def new_store(self, *, charge_agent: bool = False) -> tuple[UUID, Viewer]:
        async with transaction():
            number = await next_merchant(self.id)
            new = NewStore(
                f"試験商店{number}",
                "シケンショウテン",
                "SHIKEN SHOTEN",
                "food",
                "5411",
                merchant_reference(self.id, number),
                "S01",
                charge_agent=charge_agent,
            )
            store = await open_store(self.id, new, self.services.clock(), self.services.ids)
            person = await join(None, self.services.clock(), self.services.ids)
            await employ(self.id, store, person, self.services.clock())
        return store, Viewer(person, frozenset({Role.MERCHANT_STAFF}))

    async def assert_sound(self) -> None:
        """Trial balance zero, no drift."""
        trial = await trial_balance(self.id, self.services.clock())
        assert trial.balanced, trial
        assert await drift([self.id]) == []


async def new_town(services: Services) -> People:
    now = services.clock()
    async with transaction():
        town = await open_municipality(f"{os.getpid() % 100:02d}{next(_numbers):04d}", "試験市", now, services.ids)
        viewers = {}
        for name, role, relation, holder in (
            ("desk", Role.DESK, Relation.DESK, town.desk_id),
            ("finance", Role.FINANCE, Relation.FINANCE, town.issuer_id),
            ("other_finance", Role.FINANCE, Relation.FINANCE, town.issuer_id),
            ("auditor", Role.AUDITOR, Relation.AUDITOR, town.issuer_id),
        ):
            person = await join(None, now, services.ids)
            await give_access(town.id, holder, person, relation, now)
            viewers[name] = Viewer(person, frozenset({role}))
    coin = next(asset for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.COIN)
    nobody = Viewer(uuid4(), frozenset())
    people = People(services, town, coin, nobody, uuid4(), uuid4(), nobody, **viewers)
    people.resident, people.wallet = await people.new_resident()
    people.store, people.staff = await people.new_store(charge_agent=True)
    return people
