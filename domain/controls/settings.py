"""Controls of a town: thresholds, the window for cancelling charges, new kinds of value, rates of conversion."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from domain.approvals.kinds import ApprovalKind
from domain.approvals.subject import Subject
from domain.assets import reads as assets
from domain.assets.change import AssetChange, change_asset
from domain.assets.create import NewAsset
from domain.assets.create import check as check_asset
from domain.assets.kinds import CHARGEABLE, AssetKind
from domain.assets.manage import make_asset
from domain.assets.reads import Asset
from domain.assets.refusals import UnknownAssetError
from domain.controls.control import Change, Control, Judgement
from domain.conversions import rates
from domain.conversions.rates import NewRate
from domain.conversions.reads import Rate, rate_at
from domain.identifiers import Prefix, encode
from domain.ledger.request import effective_on
from domain.municipalities import change as settings
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.municipalities.thresholds import NewThresholds, Thresholds, set_thresholds, thresholds_of
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.viewer import Viewer


def _figures(thresholds: Thresholds) -> dict[str, Any]:
    return {name: value for name, value in asdict(thresholds).items() if name != "municipality"}


async def _judge_thresholds(_: Services, _viewer: Viewer, change: Change[NewThresholds]) -> Judgement:
    before = await thresholds_of(change.municipality)
    old, new = _figures(before), _figures(change.new.over(before))
    return Judgement(Subject(before=old, after=new), needs_two=any(new[name] > old[name] for name in new))


async def _set_thresholds(services: Services, viewer: Viewer, change: Change[NewThresholds]) -> Thresholds:
    return await set_thresholds(services, viewer, change.municipality, change.new)


GRANT_THRESHOLDS = Control(ApprovalKind.GRANT_THRESHOLDS, NewThresholds, _judge_thresholds, _set_thresholds)


@dataclass(frozen=True, slots=True)
class NewCancellation:
    """For how many minutes a counter may cancel its own charges."""

    minutes: int


async def _judge_cancellation(_: Services, _viewer: Viewer, change: Change[NewCancellation]) -> Judgement:
    settings.check_minutes(change.new.minutes)
    town = await municipalities.by_id(change.municipality)
    if town is None:
        raise NotPermittedError
    before, after = town.charge_cancel_minutes, change.new.minutes
    return Judgement(Subject(before={"minutes": before}, after={"minutes": after}), needs_two=after > before)


async def _set_cancellation(services: Services, viewer: Viewer, change: Change[NewCancellation]) -> Municipality:
    return await settings.set_charge_cancellation(services, viewer, change.municipality, change.new.minutes)


CHARGE_CANCELLATION = Control(ApprovalKind.CHARGE_CANCELLATION, NewCancellation, _judge_cancellation, _set_cancellation)


LIMITS = ("charge_maximum", "payment_maximum", "balance_cap")
"""What a kind of value may not pass."""


async def _judge_asset(services: Services, _viewer: Viewer, change: Change[NewAsset]) -> Judgement:
    """Judge a new kind of value: what residents pay for needs two where a limit is wider than those that the town has.

    Value that nobody pays for comes out of budgets, which have a control of their own.
    """
    new = change.new
    check_asset(new, effective_on(services.clock()))
    known = [asset for asset in await assets.of_municipality(change.municipality) if asset.kind in CHARGEABLE]
    wider = any(
        getattr(new, name) is None or all(_below(getattr(asset, name), getattr(new, name)) for asset in known)
        for name in LIMITS
    )
    after = {
        "code": new.code,
        "kind": new.kind.name,
        "nameJa": new.name_ja,
        **{name: getattr(new, name) for name in LIMITS},
    }
    return Judgement(Subject(after=after), needs_two=new.paid and wider)


def _below(limit: int | None, new: int) -> bool:
    return limit is not None and limit < new


async def _make_asset(services: Services, viewer: Viewer, change: Change[NewAsset]) -> Asset:
    return await make_asset(services, viewer, change.municipality, change.new)


ASSET = Control(ApprovalKind.ASSET, NewAsset, _judge_asset, _make_asset)


@dataclass(frozen=True, slots=True)
class NewLimits:
    """A change of a kind of value."""

    number: int
    change: AssetChange


async def _judge_asset_change(_: Services, _viewer: Viewer, change: Change[NewLimits]) -> Judgement:
    asset, new = await assets.in_municipality(change.municipality, change.new.number), change.new.change
    if asset is None or asset.kind is AssetKind.CASH:
        raise UnknownAssetError
    before = {name: getattr(asset, name) for name in LIMITS}
    after = {name: old if getattr(new, name, None) is None else getattr(new, name) for name, old in before.items()}
    wider = any(old is not None and (after[name] or 0) > old for name, old in before.items())
    names = {"assetId": encode(Prefix.ASSET, change.municipality, asset.id), "nameJa": new.name_ja or asset.name_ja}
    return Judgement(Subject(before=before, after={**after, **names}), needs_two=wider)


async def _change_asset(services: Services, viewer: Viewer, change: Change[NewLimits]) -> Asset:
    return await change_asset(services, viewer, change.municipality, change.new.number, change.new.change)


ASSET_CHANGE = Control(ApprovalKind.ASSET_CHANGE, NewLimits, _judge_asset_change, _change_asset)


def _terms(rate: Rate | NewRate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    names = ("numerator", "denominator", "minimum_unit", "cap_per_day", "later_end_reason")
    return {name: getattr(rate, name) for name in names} | {"programme": str(rate.programme_id)}


def _no_better(new: NewRate, old: Rate | None) -> bool:
    """Whether a rate gives nobody more than the one before: it ends the conversion, or gives less by all its terms."""
    if new.numerator == 0:
        return True
    if old is None or old.programme_id != new.programme_id:
        return False
    if new.later_end_reason and not old.later_end_reason:  # what is received could outlive what paid for it
        return False
    capped = old.cap_per_day is None or (new.cap_per_day is not None and new.cap_per_day <= old.cap_per_day)
    return capped and new.numerator * old.denominator <= old.numerator * new.denominator


async def _judge_rate(services: Services, _viewer: Viewer, change: Change[NewRate]) -> Judgement:
    new, now, town = change.new, services.clock(), change.municipality
    past = not change.alone and new.starts_at is not None and new.starts_at < now
    await rates.check_new(town, replace(new, starts_at=None) if past else new, now)  # then from the approval
    old = await rate_at(town, new.from_asset, new.to_asset, max(new.starts_at or now, now))
    assets_named = {
        "fromAssetId": encode(Prefix.ASSET, town, new.from_asset),
        "toAssetId": encode(Prefix.ASSET, town, new.to_asset),
        "startsAt": None if new.starts_at is None else new.starts_at.isoformat(),
    }
    subject = Subject(before=_terms(old), after={**(_terms(new) or {}), **assets_named})
    return Judgement(subject, needs_two=not _no_better(new, old))


async def _set_rate(services: Services, viewer: Viewer, change: Change[NewRate]) -> Rate:
    """Set a rate, never backdated: one that was approved after its start is in force from the approval."""
    new = change.new
    if new.starts_at is not None and new.starts_at < services.clock() and not change.alone:
        new = replace(new, starts_at=None)
    rate: UUID | None = None if change.alone else change.key
    return await rates.set_rate(services, viewer, change.municipality, new, rate)


CONVERSION_RATE = Control(ApprovalKind.CONVERSION_RATE, NewRate, _judge_rate, _set_rate)
