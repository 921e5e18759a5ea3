"""Quotes of charges: the amount, and the bonus of each campaign. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from domain.assets import reads as assets
from domain.assets.kinds import CHARGEABLE
from domain.assets.limits import check_amount, check_units
from domain.assets.lots import opens_no_lot
from domain.assets.refusals import UnknownAssetError
from domain.charging import bonus as bonuses
from domain.codes.refusals import RENEWED, InvalidCodeError
from domain.ledger.reads import wallet_totals
from domain.ledger.refusals import UnknownWalletError
from domain.programmes.caps import left as caps_left
from domain.programmes.reads import Programme, budgets_left
from domain.residents import reads as residents
from domain.residents.receive_codes import Receiver
from domain.services import Services
from domain.stores import reads as stores
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class QuotedBonus:
    """The bonus that one campaign would add. Whole units; `expires_at` is exclusive."""

    programme: Programme
    asset: int
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeQuote:
    """A charge that could be made now. Whole units."""

    municipality: int
    asset: int
    amount: int
    bonuses: tuple[QuotedBonus, ...]


@opens_no_lot
async def quote_charge(
    services: Services, viewer: Viewer, receiver: Receiver, asset_id: int, amount: int
) -> ChargeQuote:
    """Return what `charge` would do at this instant.

    The wallet's people and counters of the municipality may ask. Others may not: a bonus discloses age, residence and
    household of the wallet's owner. Beyond that a quote discloses nothing of the wallet.
    """
    municipality, wallet_id = receiver.municipality, receiver.wallet_id
    if not await residents.may_use(viewer, municipality, wallet_id) and not await stores.at_counter(
        viewer, municipality
    ):
        raise UnknownWalletError
    if receiver.ended:
        raise InvalidCodeError(RENEWED)
    asset = await assets.in_municipality(municipality, asset_id)
    if asset is None or asset.kind not in CHARGEABLE:
        raise UnknownAssetError
    check_amount(amount, asset.charge_maximum)
    check_units(amount, asset)
    if not await residents.exists(municipality, wallet_id):
        raise UnknownWalletError
    now = services.clock()
    offered = await bonuses.offered(services, municipality, wallet_id, asset.id, now)
    caps = [await caps_left(bonus.caps) for bonus in offered]
    left = await budgets_left([(municipality, bonus.programme.id) for bonus in offered])
    _, held = await wallet_totals(municipality, wallet_id, now) if offered else ([], {})
    quoted = []
    for bonus, cap_left, budget in zip(offered, caps, left, strict=True):
        cap = bonus.asset.balance_cap
        room = 2**53 - 1 if cap is None else cap - held.get(bonus.asset.id, 0)
        added = bonuses.amount_of(bonus, amount, cap_left, budget, room)
        held[bonus.asset.id] = held.get(bonus.asset.id, 0) + added
        if added:
            quoted.append(QuotedBonus(bonus.programme, bonus.asset.id, added, bonus.lot.expires_at))
    return ChargeQuote(municipality, asset.id, amount, tuple(quoted))
