"""The root types, put together from one mixin per subject, and the schema."""

import importlib.util
import pkgutil
from datetime import datetime

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

import resolvers
import schema as rooms
from resolvers import nodes as node_resolvers
from schema.approvals.fields import ApprovalsMutation, ApprovalsQuery, ApprovalsSubscription
from schema.assets.fields import AssetsMutation, AssetsQuery
from schema.bulk_grants.fields import BulkGrantsMutation, BulkGrantsQuery, BulkGrantsSubscription
from schema.charging.fields import ChargingMutation, ChargingQuery
from schema.conversions.fields import ConversionsMutation, ConversionsQuery
from schema.core.fields import EVERYBODY, SIGNED_IN, query
from schema.core.node import Node
from schema.core.scalars import SCALARS
from schema.corrections.fields import CorrectionsMutation
from schema.coupons.fields import CouponsMutation, CouponsQuery
from schema.engine.extensions import EXTENSIONS
from schema.events.fields import EventsSubscription
from schema.events.types import Event
from schema.funding.fields import FundingMutation, FundingQuery
from schema.grants.fields import GrantsMutation, GrantsQuery
from schema.jobs.fields import JobsQuery
from schema.keys.fields import KeysMutation, KeysQuery
from schema.ledger.fields import LedgerQuery
from schema.municipalities.fields import MunicipalitiesMutation
from schema.payments.fields import PaymentsMutation, PaymentsQuery, PaymentsSubscription
from schema.points.fields import PointsMutation, PointsQuery
from schema.programmes.fields import ProgrammesMutation, ProgrammesQuery
from schema.redemptions.fields import RedemptionsMutation, RedemptionsQuery
from schema.residents.fields import ResidentsMutation, ResidentsQuery
from schema.staff.fields import StaffMutation
from schema.stores.fields import StoresMutation, StoresQuery
from schema.uploads.fields import UploadsMutation
from schema.vouchers.fields import VouchersMutation, VouchersQuery


@strawberry.type
class NodesQuery:
    """Whatever an id names."""

    node = query(
        node_resolvers.node,
        Node | None,
        roles=SIGNED_IN,
        description="Whatever an id names, if the viewer may see it. For everybody who is signed in.",
    )
    nodes = query(
        node_resolvers.nodes,
        list[Node | None],
        roles=SIGNED_IN,
        description="The same for up to 100 ids, in their order. For everybody who is signed in.",
    )
    server_time = query(
        node_resolvers.server_time,
        datetime,
        roles=EVERYBODY,
        description="The server's clock, in UTC, for `validUntil`. For everybody, also without a token.",
    )


@strawberry.type(description="What can be asked.")
class Query(
    ResidentsQuery,
    StoresQuery,
    PaymentsQuery,
    ChargingQuery,
    AssetsQuery,
    ProgrammesQuery,
    PointsQuery,
    CouponsQuery,
    RedemptionsQuery,
    VouchersQuery,
    ConversionsQuery,
    FundingQuery,
    GrantsQuery,
    BulkGrantsQuery,
    ApprovalsQuery,
    KeysQuery,
    LedgerQuery,
    JobsQuery,
    NodesQuery,
):
    """What can be asked."""


@strawberry.type(description="What can be done. One mutation that moves value per operation.")
class Mutation(
    PaymentsMutation,
    ChargingMutation,
    CorrectionsMutation,
    KeysMutation,
    ResidentsMutation,
    StoresMutation,
    AssetsMutation,
    ProgrammesMutation,
    PointsMutation,
    CouponsMutation,
    RedemptionsMutation,
    VouchersMutation,
    ConversionsMutation,
    FundingMutation,
    GrantsMutation,
    UploadsMutation,
    BulkGrantsMutation,
    ApprovalsMutation,
    MunicipalitiesMutation,
    StaffMutation,
):
    """What can be done."""


@strawberry.type(description="What can be followed live, over graphql-transport-ws.")
class Subscription(EventsSubscription, PaymentsSubscription, BulkGrantsSubscription, ApprovalsSubscription):
    """What can be followed live."""


class Schema(strawberry.Schema):
    """Strawberry's own log of errors would hold what clients sent, so it is silent; `PublicErrors` logs faults."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Logs nothing."""


def register() -> None:
    """Imports what no root field names: the events of every subject, and the functions that follow ids."""
    for subject in pkgutil.iter_modules(rooms.__path__):
        if subject.ispkg and importlib.util.find_spec(f"schema.{subject.name}.events") is not None:
            importlib.import_module(f"schema.{subject.name}.events")
    for module in pkgutil.iter_modules(resolvers.__path__):
        importlib.import_module(f"resolvers.{module.name}")


def members(interface: type) -> list[type]:
    """The object types of an interface, which may be reached through it only."""
    children: list[type] = interface.__subclasses__()
    return [member for child in children for member in members(child)] if children else [interface]


register()
schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*members(Node), *members(Event)],
    extensions=EXTENSIONS,
    config=StrawberryConfig(scalar_map=SCALARS),
)
