"""Assets, programmes, grants: input in, one domain call, a view out."""

from datetime import date, datetime
from typing import Annotated

from strawberry import argument

from domain.assets import reads as assets
from domain.assets.create import NewAsset
from domain.assets.expiry import after
from domain.assets.kinds import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from domain.assets.manage import make_asset
from domain.assets.reads import Asset
from domain.assets.refusals import UnknownAssetError
from domain.charging.quote import quote_charge as quoted
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.eligibility import ANYBODY, Eligibility
from domain.conditions.hours import ALWAYS, Hours, parse
from domain.grants import grant as granting
from domain.ledger.kinds import Operation
from domain.ledger.refusals import UnknownPayeeError, UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.programmes import create as creating
from domain.programmes import reads as programmes
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.programmes.reads import Programme
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import InvalidInputError, NotPermittedError
from domain.residents import claim as claiming
from domain.stores import classify as classifying
from domain.stores.kinds import SizeClass
from resolvers.money import balances_after
from resolvers.payments import actor, journal_of, wallet_of
from resolvers.views import (
    ClassifyStoreSuccess,
    CreateAssetSuccess,
    CreateProgrammeSuccess,
    Grant,
    GrantValueSuccess,
    QuoteChargeSuccess,
    RecordClaimSuccess,
)
from schema.context import MeguruInfo
from schema.enums import Weekday
from schema.ids import ID, Prefix, read, read_number
from schema.inputs import QuoteChargeInput
from schema.value_inputs import (
    AcceptanceInput,
    ClassifyStoreInput,
    CreateAssetInput,
    CreateProgrammeInput,
    EligibilityInput,
    GrantValueInput,
    HoursInput,
    RecordClaimInput,
)

TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]
ProgrammeId = Annotated[ID, argument(description="The programme.")]
PROGRAMMES_LIMIT = 100
CODES_LIMIT = 1_000


async def assets_of(municipality: TownCode) -> list[Asset]:
    """The kinds of value of a town that wallets hold."""
    town = await municipalities.by_code(municipality)
    return (
        []
        if town is None
        else [asset for asset in await assets.of_municipality(town.id) if asset.kind is not AssetKind.CASH]
    )


async def programmes_of(municipality: TownCode) -> list[Programme]:
    """The programmes of a town, newest first."""
    town = await municipalities.by_code(municipality)
    found = [] if town is None else await programmes.of_municipality(town.id)
    return [one for one in found if one.kind is not ProgrammeKind.VOUCHER][:PROGRAMMES_LIMIT]


async def programme(info: MeguruInfo, id: ProgrammeId) -> Programme | None:
    """One programme."""
    found = read(Prefix.PROGRAMME, id)
    return None if found is None else await info.context.loaders.programmes.load(found)


async def quote_charge(info: MeguruInfo, input: QuoteChargeInput) -> QuoteChargeSuccess:
    """What a top-up would bring now."""
    viewer = actor(info, "quoteCharge")
    municipality, wallet_id = wallet_of(input.wallet)
    asset = asset_of(input.asset_id, municipality)
    return QuoteChargeSuccess(await quoted(info.context.services, viewer, municipality, wallet_id, asset, input.amount))


async def create_asset(info: MeguruInfo, input: CreateAssetInput) -> CreateAssetSuccess:
    """A new kind of value."""
    viewer = actor(info, "createAsset")
    town = await town_of(input.municipality)
    new = NewAsset(
        code=input.code,
        kind=AssetKind[input.kind.name],
        name_ja=input.name_ja.strip(),
        name_en=input.name_en.strip(),
        unit_ja=input.unit_ja.strip(),
        unit_en=input.unit_en.strip(),
        paid=input.paid,
        charge_maximum=input.charge_maximum,
        payment_maximum=input.payment_maximum,
        balance_cap=input.balance_cap,
        expires_after_months=input.expires_after_months,
        expiry_rule=ExpiryRule[input.expiry_rule.name],
        expires_on=input.expires_on,
        legal_profile=LegalProfile[input.legal_profile.name],
        six_month_exempt=input.six_month_exempt,
        acceptance=acceptance_of(input.acceptance, town),
        minimum_unit=input.minimum_unit,
        transferable=input.transferable,
        returns_to_budget=input.returns_to_budget,
        disclosure_ja=input.disclosure_ja or "",
        disclosure_en=input.disclosure_en or "",
        refunded_after_expiry=RefundedAfterExpiry[(input.refunded_after_expiry or RefundedAfterExpiry.NONE).name],
        fresh_days=input.fresh_days,
    )
    return CreateAssetSuccess(await make_asset(info.context.services, viewer, town, new))


async def create_programme(info: MeguruInfo, input: CreateProgrammeInput) -> CreateProgrammeSuccess:
    """A new programme with its budget."""
    viewer = actor(info, "createProgramme")
    town = await town_of(input.municipality)
    new = creating.NewProgramme(
        ProgrammeKind[input.kind.name],
        input.name_ja.strip(),
        input.name_en.strip(),
        asset_of(input.asset_id, town),
        input.budget,
        input.starts_at,
        input.ends_at,
        cap_per_person=input.cap_per_person,
        eligibility=eligibility_of(input.eligibility),
        acceptance=acceptance_of(input.acceptance, town),
        usable_from=input.usable_from,
        expires_at=_end(input.expires_on),
        charged_asset=None if input.charged_asset_id is None else asset_of(input.charged_asset_id, town),
        rate_bp=input.rate_bp,
        activates_after_days=input.activates_after_days,
        clawback=None if input.clawback_rule is None else ClawbackRule[input.clawback_rule.name],
        cap_per_household=input.cap_per_household,
    )
    made, posted = await creating.create_programme(info.context.services, viewer, town, input.idempotency_key, new)
    return CreateProgrammeSuccess(made, posted.replayed)


async def grant_value(info: MeguruInfo, input: GrantValueInput) -> GrantValueSuccess:
    """Gives value of a programme to a wallet."""
    viewer = actor(info, "grantValue")
    of_programme, of_wallet = read(Prefix.PROGRAMME, input.programme_id), read(Prefix.WALLET, input.wallet_id)
    if of_programme is None:
        raise UnknownProgrammeError
    if of_wallet is None or of_wallet[0] != of_programme[0]:
        raise UnknownWalletError
    what = granting.Grant(input.idempotency_key, *of_programme, of_wallet[1], input.amount, input.valid_until)
    posted = await granting.grant_value(info.context.services, viewer, what)
    journal = journal_of(posted, viewer, Operation.GRANT_VALUE, of_wallet[1], None)
    return GrantValueSuccess(Grant(journal), balances_after(posted.receipt, sign=1), posted.replayed)


async def record_claim(info: MeguruInfo, input: RecordClaimInput) -> RecordClaimSuccess:
    """What the desk has verified of a person."""
    viewer = actor(info, "recordClaim")
    found = read(Prefix.WALLET, input.wallet_id)
    if found is None:
        raise UnknownWalletError
    await claiming.record_claim(
        info.context.services,
        viewer,
        *found,
        resident=input.resident,
        birth_year=input.birth_year,
        household=input.household_code,
    )
    return RecordClaimSuccess(info.context.services.clock())


async def classify_store(info: MeguruInfo, input: ClassifyStoreInput) -> ClassifyStoreSuccess:
    """The groups of a shop."""
    viewer = actor(info, "classifyStore")
    found = read(Prefix.STORE, input.store_id)
    if found is None:
        raise UnknownPayeeError
    size = SizeClass[input.size_class.name]
    store = await classifying.classify_store(
        info.context.services, viewer, *found, group=input.store_group.strip(), size=size, area=input.area.strip()
    )
    return ClassifyStoreSuccess(store)


async def town_of(code: str) -> int:
    """The number of the town with a code; staff of no town may do nothing there."""
    town = await municipalities.by_code(code)
    if town is None:
        raise NotPermittedError
    return town.id


def asset_of(unchecked: ID, municipality: int) -> int:
    """The number of an asset of the town."""
    found = read_number(Prefix.ASSET, unchecked)
    if found is None or found[0] != municipality:
        raise UnknownAssetError
    return found[1]


def _end(last: date | None) -> datetime | None:
    return None if last is None else after(last)


def eligibility_of(given: EligibilityInput | None) -> Eligibility:
    """Who may take part; anybody when nothing is given."""
    return ANYBODY if given is None else Eligibility(bool(given.residents_only), given.age_from, given.age_to)


def acceptance_of(given: AcceptanceInput | None, municipality: int) -> Acceptance:
    """Where value of a town may be spent; everywhere when nothing is given."""
    if given is None:
        return EVERYWHERE
    stores = [read(Prefix.STORE, one) for one in given.store_ids or ()]
    if len(stores) > CODES_LIMIT or any(one is None or one[0] != municipality for one in stores):
        raise InvalidInputError("store_ids", "UNKNOWN_STORE")
    return Acceptance(
        frozenset(one[1] for one in stores if one is not None),
        _codes("groups", given.groups),
        frozenset(SizeClass[one.name] for one in given.size_classes or ()),
        _codes("areas", given.areas),
        _codes("categories", given.categories),
        _codes("excluded_categories", given.excluded_categories),
        hours_of(given.hours),
    )


def hours_of(given: HoursInput | None) -> Hours:
    """Days and hours; always when nothing is given."""
    return ALWAYS if given is None else parse(_days(given.weekdays), given.from_time, given.until_time)


def _days(given: list[Weekday] | None) -> list[int] | None:
    return None if given is None else [int(day.value) for day in given]


def _codes(field: str, given: list[str] | None) -> frozenset[str]:
    found = frozenset(given or ())
    if len(found) > CODES_LIMIT or any(not 0 < len(one) <= 32 for one in found):  # noqa: PLR2004 - as asset codes
        raise InvalidInputError(field, "LENGTH")
    return found
