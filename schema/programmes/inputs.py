"""Inputs of programmes. Nothing here defaults to a meaning of money; a change leaves absent fields as they are."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.assets.expiry import after
from domain.programmes.change import ProgrammeChange
from domain.programmes.create import NewProgramme
from domain.programmes.refusals import UnknownProgrammeError
from schema.assets.inputs import asset_number
from schema.conditions.inputs import AcceptanceInput, EligibilityInput, acceptance_of, eligibility_of
from schema.core.ids import ID, Prefix, key_of
from schema.core.scalars import Amount, SignedAmount
from schema.keys.inputs import KEY
from schema.ledger.enums import BudgetSource
from schema.municipalities.types import MUNICIPALITY
from schema.programmes.enums import ClawbackRule, ProgrammeKind


def programme_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a programme's id; UnknownProgrammeError for every other text."""
    return key_of(Prefix.PROGRAMME, unchecked, UnknownProgrammeError)


@strawberry.input(description="A new programme with its budget.")
class CreateProgrammeInput:
    """A new programme."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    municipality: str = strawberry.field(description=MUNICIPALITY)
    kind: ProgrammeKind = strawberry.field(description="How it gives value.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    asset_id: ID = strawberry.field(description="The kind of value that it gives: an unpaid asset of the municipality.")
    budget: Amount = strawberry.field(description="The most that it can ever give. Whole units, from 1.")
    starts_at: datetime = strawberry.field(description="Time from which it gives value, in UTC.")
    ends_at: datetime = strawberry.field(description="Time until which it gives value, exclusive, in UTC.")
    cap_per_person: Amount | None = strawberry.field(
        default=None, description="The most for one person in total. Whole units; absent: no limit."
    )
    cap_per_household: Amount | None = strawberry.field(
        default=None,
        description=(
            "The most for one household in total; people whose household is not verified take no part. Whole units;"
            " absent: no limit."
        ),
    )
    eligibility: EligibilityInput | None = strawberry.field(
        default=None, description="Who may take part; anybody when absent."
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description=(
            "Where its value may be spent, in addition to the conditions of the asset; the asset's alone when absent."
        ),
    )
    usable_from: datetime | None = strawberry.field(
        default=None, description="Time from which its value may be spent, in UTC; at once when absent."
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description=(
            "Last day on which its value may be spent, in Asia/Tokyo, if earlier than the asset's own. Of value that is"
            " exempt by its six months: within six months of the first day on which it is given."
        ),
    )
    charged_asset_id: ID | None = strawberry.field(
        default=None, description="For CHARGE_BONUS: the coin whose charges get the bonus."
    )
    rate_bp: int | None = strawberry.field(
        default=None, description="For CHARGE_BONUS: hundredths of a percent of the charge, 1 to 10,000."
    )
    activates_after_days: int | None = strawberry.field(
        default=None,
        description="For EARNING: midnights in Asia/Tokyo after which the points may be spent, 0 to 60. 0: at once.",
    )
    clawback_rule: ClawbackRule | None = strawberry.field(
        default=None,
        description="For EARNING: what becomes of points that a refund takes back and that were spent already.",
    )
    funding_source: BudgetSource | None = strawberry.field(
        default=None, description="Who pays for it, as residents and reports are told; not stated when absent."
    )

    def programme(self, municipality: int) -> NewProgramme:
        """The new programme of a municipality; UnknownAssetError, InvalidInputError for an acceptance."""
        return NewProgramme(
            kind=self.kind,
            name_ja=self.name_ja.strip(),
            name_en=self.name_en.strip(),
            asset=asset_number(self.asset_id, municipality),
            budget=self.budget,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            cap_per_person=self.cap_per_person,
            eligibility=eligibility_of(self.eligibility),
            acceptance=acceptance_of(self.acceptance, municipality),
            usable_from=self.usable_from,
            expires_at=None if self.expires_on is None else after(self.expires_on),
            charged_asset=None if self.charged_asset_id is None else asset_number(self.charged_asset_id, municipality),
            rate_bp=self.rate_bp,
            activates_after_days=self.activates_after_days,
            clawback=self.clawback_rule,
            cap_per_household=self.cap_per_household,
            funding_source=self.funding_source,
        )


@strawberry.input(description="Changes of a programme.")
class ChangeProgrammeInput:
    """Changes of a programme."""

    programme_id: ID = strawberry.field(description="A programme of the officer's municipality.")
    name_ja: str | None = strawberry.field(default=None, description="Its name in Japanese, at most 60 characters.")
    name_en: str | None = strawberry.field(default=None, description="Its name in English, at most 60 characters.")
    ends_at: datetime | None = strawberry.field(
        default=None,
        description=(
            "Time until which it gives value, exclusive, in UTC; in the future, and not after the last day of its"
            " value."
        ),
    )
    stop_now: bool | None = strawberry.field(
        default=None, description="True: it gives nothing from now on, everywhere within 10 seconds."
    )

    def change(self) -> ProgrammeChange:
        """The change."""
        return ProgrammeChange(
            name_ja=self.name_ja and self.name_ja.strip(),
            name_en=self.name_en and self.name_en.strip(),
            ends_at=self.ends_at,
            stops=bool(self.stop_now),
        )


@strawberry.input(description="Gives a programme more budget, or takes back some of what is left of it.")
class ChangeBudgetInput:
    """A change of a budget."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="A programme of the officer's municipality.")
    change: SignedAmount = strawberry.field(
        description="Whole units: positive gives it more, negative takes back; not 0."
    )
