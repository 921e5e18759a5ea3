"""What rules would give on a payment that nobody makes: for staff who write rules.

Caps and budgets are taken as untouched.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.kinds import PAYABLE
from domain.assets.limits import check_amount
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
from domain.stores import reads as merchants
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Imagined:
    """A payment that nobody makes. Amount in whole units, of one asset; `claims` of the payer, None: not verified."""

    municipality: int
    store_id: UUID
    asset: int
    amount: int
    at: datetime
    claims: Claims | None


async def simulate(services: Services, viewer: Viewer, imagined: Imagined) -> list[Granted]:
    """What each programme would give, with the word of every rule that is not stopped."""
    town = imagined.municipality
    await require_staff(town, viewer, Relation.FINANCE, Relation.DESK, Relation.AUDITOR)
    check_amount(imagined.amount, NO_LIMIT)
    store = await merchants.by_id(town, imagined.store_id)
    if store is None:
        raise UnknownPayeeError
    asset = await assets.in_municipality(town, imagined.asset)
    if asset is None or asset.kind not in PAYABLE:
        raise UnknownAssetError
    services.shared(EARNING_RULES).forget(town)
    services.shared(PROGRAMMES).forget(town)
    rules = await services.shared(EARNING_RULES).of(town)
    payer = Payer(viewer.person_id, imagined.claims, store, effective_on(imagined.at))
    earner = await earner_of(services, payer, town, rules, imagined.at)
    return [] if earner is None else earner.traced({imagined.asset: imagined.amount}, imagined.at, unlimited(earner))
