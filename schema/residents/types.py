"""People, what they may act as, and their wallets."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import lazy

from domain.codes.receive_code import text_of
from domain.identifiers import Prefix
from domain.residents import reads, receive_codes
from domain.residents.reads import Assignment
from domain.residents.reads import Wallet as DomainWallet
from schema.core.context import Context, MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID
from schema.core.node import Node
from schema.core.page import After, AfterEvent, First
from schema.municipalities.types import Municipality, municipality_of
from schema.residents.enums import Role
from schema.stores.types import Store, store_of

if TYPE_CHECKING:  # histories and events name wallets
    from schema.events.types import EventConnection
    from schema.ledger.balances import Balance
    from schema.ledger.history import TransactionConnection

Balances = list[Annotated["Balance", lazy("schema.ledger.balances")]]
Transactions = Annotated["TransactionConnection", lazy("schema.ledger.history")]
Events = Annotated["EventConnection", lazy("schema.events.types")]


@strawberry.type(description="A resident's container of balances in one municipality. ウォレット")
class Wallet(Node):
    """A wallet that the viewer may see."""

    wallet: strawberry.Private[DomainWallet]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in its municipality."""
        return Prefix.WALLET, self.wallet.municipality, self.wallet.id

    @strawberry.field(description="The municipality whose value it holds.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.wallet.municipality)

    @strawberry.field(description="Whether its municipality has frozen it.")
    def frozen(self) -> bool:
        return self.wallet.frozen

    @strawberry.field(
        description=(
            "The text of the QR code that a counter scans to charge this wallet. It only credits, and says nothing of"
            " the wallet. `renewReceiveCode` ends it."
        )
    )
    async def receive_code(self, info: MeguruInfo) -> str:
        key = (self.wallet.municipality, self.wallet.id)
        code = await info.context.load_as_viewer(_shown_codes, key)
        if code is None:
            raise NotFoundError
        return text_of(self.wallet.municipality, code)

    @strawberry.field(description="Balances by asset; assets of which it has nothing are left out.")
    async def balances(self, info: MeguruInfo) -> Balances:
        from schema.ledger import balances

        return await balances.of_holder(info, self.wallet.municipality, self.wallet.id, balances.WALLET)

    @strawberry.field(description="The event up to which `balances` are true: subscribe to `walletEvents` after it.")
    async def as_of_event_id(self, info: MeguruInfo) -> ID:
        from schema.ledger import balances

        return await balances.as_of(info, self.wallet.municipality, self.wallet.id)

    @strawberry.field(description="Its history, newest first.")
    async def transactions(self, first: First = 20, after: After = None) -> Transactions:
        from schema.ledger.history import transactions_of

        return await transactions_of(self.wallet.municipality, self.wallet.id, first, after)

    @strawberry.field(description="What `walletEvents` says, as a list, oldest first: for polling and after a push.")
    async def events(self, first: First = 20, after: AfterEvent = None) -> Events:
        from schema.events.types import events_of

        return await events_of(self.wallet.municipality, self.wallet.id, first, after, yen=None)


async def _shown_codes(_context: Context, keys: list[tuple[int, UUID]]) -> list[UUID | None]:
    return await receive_codes.shown(keys)


async def _visible(context: Context, keys: list[tuple[int, UUID]]) -> list[DomainWallet | None]:
    return await reads.wallets_for(context.asker, keys)


async def wallet_of(info: MeguruInfo, municipality: int, wallet: UUID | None) -> Wallet | None:
    """A wallet, for its own people and its municipality's staff; None for everybody else."""
    if wallet is None or info.context.viewer is None:
        return None
    row = await info.context.load_as_viewer(_visible, (municipality, wallet))
    return None if row is None else Wallet(wallet=row)


@strawberry.type(description="The person who asks.")
class Person(Node):
    """The person who asks."""

    person: strawberry.Private[UUID]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """The person's key; municipality 0, because people belong to none."""
        return Prefix.PERSON, 0, self.person


@strawberry.type(description="What the viewer may act as, where.")
class RoleAssignment:
    """What the viewer may act as."""

    assignment: strawberry.Private[Assignment]

    @strawberry.field(description="The role.")
    def name(self) -> Role:
        return self.assignment.role

    @strawberry.field(description="The municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.assignment.municipality)

    @strawberry.field(description="The store, for store staff; null for every other role.")
    async def store(self, info: MeguruInfo) -> Store | None:
        store = self.assignment.store_id
        return None if store is None else await store_of(info, self.assignment.municipality, store)


@strawberry.type(description="The person who asks, with what they may act as and use.")
class Viewer:
    """The person who asks."""

    person: Person = strawberry.field(description="The person.")
    roles: list[RoleAssignment] = strawberry.field(
        description="What the token and the municipalities let the person act as."
    )
    wallets: list[Wallet] = strawberry.field(description="Every wallet that the person may use, in any municipality.")
