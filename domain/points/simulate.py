"""Simulation of the points of a payment, for staff who write earning rules.

Caps and budgets count as unused.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.kinds import PAYABLE
from domain.assets.limits import check_amount
from domain.assets.lots import opens_no_lot
from domain.assets.refusals import UnknownAssetError
from domain.conditions.eligibility import Claims
from domain.ledger.holders import require_staff
from domain.ledger.refusals import UnknownPayeeError
from domain.ledger.request import effective_on
from domain.points.earn import Granted, earner_of, unlimited
from domain.points.reads import EARNING_RULES
from domain.points.rules import NO_LIMIT, Payer
from domain.programmes.reads import PROGRAMMES
from domain.services import Services
from domain.stores import reads as stores
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class SimulatedPayment:
    """A simulated payment. Amount in whole units, of one asset. `claims`: those of the payer; None: not verified."""

    municipality: int
    store_id: UUID
    asset: int
    amount: int
    at: datetime
    claims: Claims | None


@opens_no_lot
async def simulate(services: Services, viewer: Viewer, payment: SimulatedPayment) -> list[Granted]:
    """Compute the points that each programme would give, with the reason of every rule that is not stopped.

    UnknownPayeeError, UnknownAssetError.
    """
    town = payment.municipality
    await require_staff(town, viewer, Relation.FINANCE, Relation.DESK, Relation.AUDITOR)
    check_amount(payment.amount, NO_LIMIT)
    store = await stores.by_id(town, payment.store_id)
    if store is None:
        raise UnknownPayeeError
    asset = await assets.in_municipality(town, payment.asset)
    if asset is None or asset.kind not in PAYABLE:
        raise UnknownAssetError
    services.shared(EARNING_RULES).forget(town)
    services.shared(PROGRAMMES).forget(town)
    rules = await services.shared(EARNING_RULES).of(town)
    payer = Payer(viewer.person_id, payment.claims, store, effective_on(payment.at))
    earner = await earner_of(services, payer, town, rules, payment.at)
    return [] if earner is None else earner.traced({payment.asset: payment.amount}, payment.at, unlimited(earner))
