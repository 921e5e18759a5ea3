"""Staff add earning rules to a programme of shopping points, and stop them.

A rule never changes, because clawbacks compute its points again.
"""

from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.approvals.trail import record
from domain.assets import reads as assets
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.kinds import AssetKind
from domain.assets.refusals import UnknownAssetError
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import ANYBODY, Eligibility
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.holders import require_staff
from domain.ledger.refusals import KeyReusedError
from domain.points import reads
from domain.points.kinds import RuleKind, Stacking
from domain.points.reads import EARNING_RULES
from domain.points.refusals import UnknownEarningRuleError
from domain.points.rules import EarningRule
from domain.points.tables import EarningRule as Row
from domain.programmes import reads as programmes
from domain.programmes.create import AGE_LIMIT
from domain.programmes.kinds import BASIS_POINTS, ProgrammeKind
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer

PRIORITY_LIMIT = 1_000
RULES_LIMIT = 50
"""Rules of one programme that are not stopped. Every payment evaluates all of them."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """The terms of a new rule; see `rules.EarningRule`."""

    kind: RuleKind
    name_ja: str
    name_en: str
    stacking: Stacking
    rate_bp: int | None = None
    points: int | None = None
    minimum_amount: int = 1
    base_assets: frozenset[int] = frozenset()
    acceptance: Acceptance = EVERYWHERE
    eligibility: Eligibility = ANYBODY
    cap_per_day: int | None = None
    cap_per_month: int | None = None
    priority: int = 0


def check(new: NewRule) -> None:
    """Raise InvalidInputError for the first field that is wrong."""
    wrong = [
        *wrong_names(NAME_LIMIT, name_ja=new.name_ja, name_en=new.name_en),
        ("rate_bp", "RATE_OF_PERCENT", (new.rate_bp is not None) != (new.kind is RuleKind.PERCENT)),
        ("rate_bp", "PERCENT", new.rate_bp is not None and not 1 <= new.rate_bp <= BASIS_POINTS),
        ("points", "POINTS_OF_VISIT", (new.points is not None) != (new.kind is RuleKind.PER_VISIT)),
        ("points", "POSITIVE", new.points is not None and not 1 <= new.points <= LARGEST),
        ("minimum_amount", "POSITIVE", not 1 <= new.minimum_amount <= LARGEST),
        ("cap_per_day", "POSITIVE", new.cap_per_day is not None and not 1 <= new.cap_per_day <= LARGEST),
        ("cap_per_month", "POSITIVE", new.cap_per_month is not None and not 1 <= new.cap_per_month <= LARGEST),
        ("age_to", "ORDER", (new.eligibility.age_from or 0) > (new.eligibility.age_to or AGE_LIMIT)),
        ("priority", "PRIORITY", abs(new.priority) > PRIORITY_LIMIT),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)


async def add_rule(
    services: Services, viewer: Viewer, municipality: int, programme_id: UUID, key: UUID, new: NewRule
) -> tuple[EarningRule, bool]:
    """Create a rule, in force within seconds everywhere, and return it with whether it existed before.

    The same key creates one rule. UnknownProgrammeError, UnknownAssetError, InvalidInputError; KeyReusedError for a key
    that was used with other terms.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    await check_new(municipality, programme_id, new)
    rule = rule_of_key(viewer, municipality, key)
    known = await reads.by_id(municipality, rule)
    replayed = known is not None
    if known is None:
        try:
            await _create(services, viewer, municipality, programme_id, rule, new)
        except IntegrityError:  # a request with the same key created it at the same moment
            known = await reads.by_id(municipality, rule)
            if known is None:
                raise
            replayed = True
    if known is not None and (known.programme != programme_id or _facts(known) != _facts(new)):
        raise KeyReusedError
    services.shared(EARNING_RULES).forget(municipality)
    return await _existing(municipality, rule), replayed


def rule_of_key(viewer: Viewer, municipality: int, key: UUID) -> UUID:
    """Return the id of the rule that a key creates."""
    return derived(viewer.person_id, "earning_rule", str(municipality), str(key))


async def check_new(municipality: int, programme_id: UUID, new: NewRule) -> None:
    """Raise UnknownProgrammeError, UnknownAssetError, or InvalidInputError for the first field that is wrong."""
    programme = await programmes.by_id(municipality, programme_id)
    if programme is None or programme.kind is not ProgrammeKind.EARNING:
        raise UnknownProgrammeError
    check(new)
    await _check_assets(municipality, new)


async def _existing(municipality: int, rule: UUID) -> EarningRule:
    earning_rule = await reads.by_id(municipality, rule)
    if earning_rule is None:
        raise UnknownEarningRuleError
    return earning_rule


def _facts(rule: NewRule | EarningRule) -> tuple[object, ...]:
    return tuple(getattr(rule, name) for name in NewRule.__dataclass_fields__)


async def _check_assets(municipality: int, new: NewRule) -> None:
    for number in new.base_assets:
        asset = await assets.in_municipality(municipality, number)
        if asset is None or asset.kind is AssetKind.CASH:
            raise UnknownAssetError


async def _create(
    services: Services, viewer: Viewer, municipality: int, programme_id: UUID, rule: UUID, new: NewRule
) -> None:
    now = services.clock()
    if (
        await Row.filter(municipality_id=municipality, programme_id=programme_id, stopped_at=None).count()
        >= RULES_LIMIT
    ):
        raise InvalidInputError("programme_id", "TOO_MANY_RULES")
    async with transaction():
        await Row.create(
            id=rule,
            municipality_id=municipality,
            programme_id=programme_id,
            kind=new.kind,
            name_ja=new.name_ja,
            name_en=new.name_en,
            rate_bp=new.rate_bp,
            points=new.points,
            minimum_amount=new.minimum_amount,
            base_assets=sorted(new.base_assets),
            acceptance=acceptance_to_json(new.acceptance),
            eligibility=eligibility_to_json(new.eligibility),
            cap_per_day=new.cap_per_day,
            cap_per_month=new.cap_per_month,
            priority=new.priority,
            stacking=new.stacking,
            created_by=viewer.person_id,
            created_at=now,
        )
        after = {
            "programme": str(programme_id),
            "kind": new.kind.name,
            "rate_bp": new.rate_bp,
            "points": new.points,
            "stacking": new.stacking.name,
        }
        await record(municipality, viewer, "add_earning_rule", rule, "", None, after, now)


async def stop_rule(services: Services, viewer: Viewer, municipality: int, rule: UUID) -> EarningRule:
    """Stop a rule: it gives no more points, within seconds everywhere. Stopping it again changes nothing."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    await _existing(municipality, rule)
    now = services.clock()
    async with transaction():
        stopped = await Row.filter(municipality_id=municipality, id=rule, stopped_at=None).update(stopped_at=now)
        if stopped:
            await record(
                municipality,
                viewer,
                "stop_earning_rule",
                rule,
                "",
                {"stopped_at": None},
                {"stopped_at": now.isoformat()},
                now,
            )
    services.shared(EARNING_RULES).forget(municipality)
    return await _existing(municipality, rule)
