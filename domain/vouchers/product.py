"""A voucher product: its terms, and the figures and dates that follow from them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.assets.expiry import after, latest_of_six_months
from domain.assets.kinds import LegalProfile
from domain.conditions.acceptance import Acceptance
from domain.conditions.eligibility import Eligibility
from domain.conditions.hours import Hours
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey, effective_on
from domain.programmes.kinds import BASIS_POINTS
from domain.vouchers.kinds import LegalBasis, Stage, VoucherState

DEPOSIT_FROM = 10_000_000
"""Unused value at a base date above which an issuer that is not exempt deposits half of it. Whole units.

Payment Services Act, article 14.
"""


@dataclass(frozen=True, slots=True)
class SubVoucher:
    """A sub-voucher: one kind of voucher in a unit of a product. Values in whole units.

    free: given in addition to what was paid for. asset: None until the product is published.
    """

    name_ja: str
    name_en: str
    face_value: int
    minimum_unit: int
    free: bool
    acceptance: Acceptance
    asset: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a product: what is sold, when and to whom, and where it may be used.

    Values in whole units per unit sold; `expires_at` exclusive. wider_than_coin_reason: why coin that residents charged
    may buy vouchers that end later than the coin, or that more stores take; empty: it may not.
    """

    code: str
    name_ja: str
    name_en: str
    price: int
    face_value: int
    parts: tuple[SubVoucher, ...]
    stock: int
    units_per_person: int
    units_per_household: int | None
    sale_starts_at: datetime
    sale_ends_at: datetime
    usable_from: datetime
    expires_at: datetime
    hours: Hours
    eligibility: Eligibility
    legal_profile: LegalProfile
    six_month_exempt: bool
    funding_programme: UUID | None
    below_price_reason: str
    wider_than_coin_reason: str = ""

    @property
    def premium(self) -> int:
        """The value that the municipality adds to a unit: the face value above the price, or 0. Whole units."""
        return max(0, self.face_value - self.price)

    @property
    def premium_rate_bp(self) -> int:
        """(face value - price) / price in hundredths of a percent, rounded down.

        Negative where the face value is below the price.
        """
        return (self.face_value - self.price) * BASIS_POINTS // self.price

    @property
    def maximum_exposure(self) -> int:
        """The premium of all units: what the municipality pays if every unit is sold. Whole units."""
        return self.premium * self.stock

    @property
    def legal_basis(self) -> LegalBasis:
        """Why the product may be issued: by its issuer first, then by its term."""
        if self.legal_profile is LegalProfile.MUNICIPALITY:
            return LegalBasis.MUNICIPAL_ISSUER
        if self.six_month_exempt:
            return LegalBasis.SIX_MONTHS
        return (
            LegalBasis.REGISTERED_ISSUER
            if self.legal_profile is LegalProfile.REGISTERED_THIRD_PARTY
            else LegalBasis.OWN_BUSINESS
        )

    @property
    def latest_expires_on(self) -> date | None:
        """The last day that the law allows: six months from the first day of the sale, where the exemption is used.

        None: no limit.
        """
        return latest_of_six_months(effective_on(self.sale_starts_at)) if self.six_month_exempt else None

    @property
    def too_late(self) -> bool:
        """Whether the vouchers expire after the last day that the law allows."""
        latest = self.latest_expires_on
        return latest is not None and self.expires_at > after(latest)

    @property
    def deposit_may_be_due(self) -> bool:
        """Whether the value that can be unused at a base date may oblige the issuer to a deposit."""
        exempt = self.legal_basis in (LegalBasis.MUNICIPAL_ISSUER, LegalBasis.SIX_MONTHS)
        return not exempt and self.face_value * self.stock > DEPOSIT_FROM


@dataclass(frozen=True, slots=True)
class VoucherProduct:
    """A product of a municipality: its terms, its approvals, its stage in the ledger, and the units sold."""

    municipality: int
    id: UUID
    terms: Terms
    submitted: bool
    stage: Stage
    sold: int

    def state(self, at: datetime) -> VoucherState:
        """Compute the state at a time, from approvals, stage and the period of sale."""
        if self.stage is Stage.NONE:
            return VoucherState.REVIEW if self.submitted else VoucherState.DRAFT
        if self.stage is Stage.CLOSED or self.terms.sale_ends_at <= at:
            return VoucherState.CLOSED
        return VoucherState.ON_SALE if self.terms.sale_starts_at <= at else VoucherState.SCHEDULED

    @property
    def published(self) -> bool:
        """Whether the product is visible to everybody."""
        return self.stage is not Stage.NONE

    @property
    def stock_left(self) -> int:
        """The units that are not sold."""
        return self.terms.stock - self.sold

    @property
    def stage_guard(self) -> GuardKey:
        """The guard of the product's stage."""
        return (self.municipality, GuardKind.VOUCHER_STAGE, self.id, "")

    @property
    def sold_guard(self) -> GuardKey:
        """The guard that counts the units sold."""
        return (self.municipality, GuardKind.VOUCHER_SOLD, self.id, "")

    def person_guard(self, person: UUID | str) -> GuardKey:
        """The guard that counts the units bought by a person."""
        return (self.municipality, GuardKind.VOUCHER_PERSON, self.id, str(person))

    def household_guard(self, household: UUID | str) -> GuardKey:
        """The guard that counts the units bought by a household."""
        return (self.municipality, GuardKind.VOUCHER_HOUSEHOLD, self.id, str(household))

    def units_left(self, of_person: int, of_household: int) -> int:
        """Compute how many more units a person may buy, from what the person and the household have bought."""
        rooms = [self.stock_left, self.terms.units_per_person - of_person]
        if self.terms.units_per_household is not None:
            rooms.append(self.terms.units_per_household - of_household)
        return max(0, min(rooms))


def gift_guard(municipality: int, gift: UUID) -> GuardKey:
    """The guard of a gift: 1 once it was activated, or its purchase reversed."""
    return (municipality, GuardKind.VOUCHER_GIFT, gift, "")
