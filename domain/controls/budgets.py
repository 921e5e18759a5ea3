"""Controls of budgets and of what spends them: programmes, their end, earning rules, coupons, and undoing a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals.kinds import ApprovalKind, ReversalReason
from domain.approvals.subject import Subject
from domain.assets.create import LARGEST
from domain.assets.refusals import AmountOutOfRangeError
from domain.bulk_grants import control as bulk_control
from domain.bulk_grants import reads as bulk_reads
from domain.bulk_grants.kinds import UNDOABLE
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.refusals import BulkGrantStateError, UnknownBulkGrantError
from domain.bulk_grants.subject import about_undo
from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.controls.control import Change, Control, Judgement
from domain.coupons import create as coupons
from domain.coupons import reads as coupon_reads
from domain.coupons.coupon import Coupon
from domain.coupons.create import NewCoupon
from domain.coupons.kinds import BorneBy, CouponKind
from domain.identifiers import Prefix, encode
from domain.ledger.reads import guard_values
from domain.ledger.request import Posted
from domain.points import manage as rules
from domain.points import reads as rule_reads
from domain.points.manage import NewRule
from domain.points.rules import EarningRule
from domain.programmes import change as changes
from domain.programmes import create as programmes
from domain.programmes import reads
from domain.programmes.allowance import allowance_of
from domain.programmes.change import ProgrammeChange
from domain.programmes.create import NewProgramme
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import Programme
from domain.programmes.refusals import UnknownProgrammeError
from domain.programmes.subject import facts_of
from domain.services import Services
from domain.viewer import Viewer


async def _over_allowance(services: Services, viewer: Viewer, municipality: int, amount: int) -> bool:
    """Whether an amount is more than the officer may put into budgets today; the ledger decides it again."""
    allowance = await allowance_of(services, municipality, viewer.person_id)
    [used] = await guard_values([allowance.guard])
    return used + amount > allowance.maximum


async def _programme(municipality: int, programme: UUID) -> Programme:
    known = await reads.by_id(municipality, programme)
    if known is None or known.kind is ProgrammeKind.VOUCHER:
        raise UnknownProgrammeError
    return known


def _named(change: Change[Any], programme: UUID) -> dict[str, Any]:
    return {"programmeId": encode(Prefix.PROGRAMME, change.municipality, programme)}


async def _judge_programme(services: Services, viewer: Viewer, change: Change[NewProgramme]) -> Judgement:
    new, town = change.new, change.municipality
    subject = Subject(after=facts_of(new), amount=new.budget)
    if await programmes.was_created(services, viewer, town, change.key):
        return Judgement(subject, needs_two=False, known=True)
    if await reads.by_id(town, programmes.programme_of_key(viewer, town, change.key)) is None:
        await programmes.check_new(services, town, new)
    return Judgement(subject, needs_two=await _over_allowance(services, viewer, town, new.budget))


async def _create_programme(
    services: Services, viewer: Viewer, change: Change[NewProgramme]
) -> tuple[Programme, Posted]:
    allowance = await allowance_of(services, change.municipality, viewer.person_id) if change.alone else None
    return await programmes.create_programme(
        services, viewer, change.municipality, change.key, change.new, allowance=allowance
    )


PROGRAMME = Control(ApprovalKind.PROGRAMME, NewProgramme, _judge_programme, _create_programme)


@dataclass(frozen=True, slots=True)
class NewBudget:
    """A change of a programme's budget; below zero takes back. Whole units."""

    programme: UUID
    change: int


async def _judge_budget(services: Services, viewer: Viewer, change: Change[NewBudget]) -> Judgement:
    new = change.new
    programme = await _programme(change.municipality, new.programme)
    changes.check_change(new.change)
    subject = Subject(
        before={"budget": programme.budget},
        after={**_named(change, new.programme), "budget": programme.budget + new.change},
        amount=abs(new.change),
    )
    if await changes.was_changed(services, viewer, change.municipality, change.key):
        return Judgement(subject, needs_two=False, known=True)
    [left] = await reads.budgets_left([(change.municipality, new.programme)])
    if left + new.change > LARGEST:
        raise AmountOutOfRangeError(1, LARGEST - left)
    more = new.change > 0 and await _over_allowance(services, viewer, change.municipality, new.change)
    return Judgement(subject, needs_two=more)


async def _change_budget(services: Services, viewer: Viewer, change: Change[NewBudget]) -> tuple[Programme, Posted]:
    new = change.new
    counts = change.alone and new.change > 0
    return await changes.change_budget(
        services,
        viewer,
        change.municipality,
        new.programme,
        key=change.key,
        change=new.change,
        allowance=await allowance_of(services, change.municipality, viewer.person_id) if counts else None,
    )


BUDGET = Control(ApprovalKind.BUDGET, NewBudget, _judge_budget, _change_budget)


@dataclass(frozen=True, slots=True)
class NewEnd:
    """A change of a programme's names or end."""

    programme: UUID
    change: ProgrammeChange


async def _judge_end(services: Services, _viewer: Viewer, change: Change[NewEnd]) -> Judgement:
    new = change.new
    programme = await _programme(change.municipality, new.programme)
    await changes.check_programme_change(services, change.municipality, new.programme, new.change)
    before = {"nameJa": programme.name_ja, "nameEn": programme.name_en, "endsAt": programme.ends_at.isoformat()}
    after = {
        "nameJa": new.change.name_ja or programme.name_ja,
        "nameEn": new.change.name_en or programme.name_en,
        "endsAt": (new.change.ends_at or programme.ends_at).isoformat(),
    }
    later = new.change.ends_at is not None and new.change.ends_at > programme.ends_at
    return Judgement(Subject(before=before, after={**_named(change, new.programme), **after}), needs_two=later)


async def _change_programme(services: Services, viewer: Viewer, change: Change[NewEnd]) -> Programme:
    return await changes.change_programme(
        services, viewer, change.municipality, change.new.programme, change=change.new.change
    )


PROGRAMME_CHANGE = Control(ApprovalKind.PROGRAMME_CHANGE, NewEnd, _judge_end, _change_programme)


@dataclass(frozen=True, slots=True)
class NewEarning:
    """A new earning rule of a programme."""

    programme: UUID
    rule: NewRule


async def _judge_rule(_: Services, viewer: Viewer, change: Change[NewEarning]) -> Judgement:
    new, town = change.new, change.municipality
    await rules.check_new(town, new.programme, new.rule)
    names = ("name_ja", "name_en", "rate_bp", "points", "minimum_amount", "cap_per_day", "cap_per_month", "priority")
    rule = {name: getattr(new.rule, name) for name in names}
    terms = {
        "base_assets": sorted(encode(Prefix.ASSET, town, asset) for asset in new.rule.base_assets),
        "kind": new.rule.kind.name,
        "stacking": new.rule.stacking.name,
        "acceptance": acceptance_to_json(new.rule.acceptance),
        "eligibility": eligibility_to_json(new.rule.eligibility),
    }
    programme = await _programme(town, new.programme)
    subject = Subject(after={**_named(change, new.programme), **rule, **terms}, basis=facts_of(programme))
    known = await rule_reads.by_id(town, rules.rule_of_key(viewer, town, change.key)) is not None
    return Judgement(subject, needs_two=not known, known=known)


async def _add_rule(services: Services, viewer: Viewer, change: Change[NewEarning]) -> tuple[EarningRule, bool]:
    return await rules.add_rule(
        services, viewer, change.municipality, change.new.programme, key=change.key, new=change.new.rule
    )


EARNING_RULE = Control(ApprovalKind.EARNING_RULE, NewEarning, _judge_rule, _add_rule)


_COUPON_FACTS = (
    "name_ja",
    "name_en",
    "rate_bp",
    "amount",
    "discount_maximum",
    "multiplier_bp",
    "minimum_spend",
    "budget",
    "stock",
    "per_person",
    "per_day",
    "claim_required",
    "returns_on_refund",
)
"""Terms of a coupon that an officer agrees to, as they are."""


async def _judge_coupon(services: Services, viewer: Viewer, change: Change[NewCoupon]) -> Judgement:
    """Judge a coupon: the town's budget, and points that are multiplied at the town's cost. Stores bear their own."""
    new, town = change.new, change.municipality
    await coupons.check_issuer(viewer, town, new.store_id)
    facts = {name: getattr(new, name) for name in _COUPON_FACTS}
    facts |= {"kind": new.kind.name, "borneBy": new.borne_by.name, "stacking": new.stacking.name}
    facts |= {
        "acceptance": acceptance_to_json(new.acceptance),
        "eligibility": eligibility_to_json(new.eligibility),
        "storeId": None if new.store_id is None else encode(Prefix.STORE, town, new.store_id),
    }
    period = {"startsAt": _written(new.starts_at), "endsAt": _written(new.ends_at)}
    subject = Subject(after={**facts, **period}, amount=new.budget)
    if await coupons.was_issued(services, viewer, town, change.key):
        return Judgement(subject, needs_two=False, known=True)
    if await coupon_reads.by_id(town, coupons.coupon_of_key(viewer, town, change.key)) is None:
        await coupons.check_new(services, town, new)
    if new.store_id is not None:
        return Judgement(subject, needs_two=False)
    multiplies = new.kind is CouponKind.POINTS_MULTIPLIER and new.borne_by is BorneBy.TOWN
    over = new.budget is not None and await _over_allowance(services, viewer, town, new.budget)
    return Judgement(subject, needs_two=multiplies or over)


def _written(at: datetime) -> str:
    return at.isoformat()


async def _create_coupon(services: Services, viewer: Viewer, change: Change[NewCoupon]) -> tuple[Coupon, Posted]:
    counts = change.alone and change.new.store_id is None and change.new.budget is not None
    return await coupons.create_coupon(
        services,
        viewer,
        change.municipality,
        change.key,
        change.new,
        allowance=await allowance_of(services, change.municipality, viewer.person_id) if counts else None,
    )


COUPON = Control(ApprovalKind.COUPON, NewCoupon, _judge_coupon, _create_coupon)


@dataclass(frozen=True, slots=True)
class NewUndo:
    """The undo of a bulk grant."""

    bulk_grant: UUID
    reason: ReversalReason


async def _judge_undo(_: Services, viewer: Viewer, change: Change[NewUndo]) -> Judgement:
    bulk = await bulk_reads.by_id(change.municipality, change.new.bulk_grant)
    if bulk is None:
        raise UnknownBulkGrantError
    known = bulk.undo_key == change.key and bulk.undone_by == viewer.person_id
    if not known and bulk.state not in UNDOABLE:
        raise BulkGrantStateError(bulk.state.name)
    return Judgement(about_undo(bulk, change.new.reason), needs_two=not known, known=known)


async def _undo(services: Services, viewer: Viewer, change: Change[NewUndo]) -> tuple[BulkGrant, bool]:
    return await bulk_control.undo_bulk_grant(
        services,
        viewer,
        change.municipality,
        key=change.key,
        bulk_grant=change.new.bulk_grant,
        reason=change.new.reason,
    )


BULK_GRANT_UNDO = Control(ApprovalKind.BULK_GRANT_UNDO, NewUndo, _judge_undo, _undo)
