"""The facts about wallets that the rules read, in one statement for a page of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.bulk_grants.csv_file import Column, Problem
from domain.conditions.eligibility import Claims
from domain.database import rows
from domain.ledger.kinds import GuardKind, HolderState
from domain.programmes.reads import Programme
from domain.viewer import Relation


@dataclass(frozen=True, slots=True)
class WalletFacts:
    """The facts of a wallet for a programme. Amounts in whole units.

    balance: of the programme's asset. granted, granted_household: the value that the programme has given to the person
    and to the household.
    """

    frozen: bool
    person: UUID
    claims: Claims | None
    balance: int
    granted: int
    granted_household: int

    @property
    def household(self) -> UUID | None:
        """The household of the wallet's person; None if it has not been verified."""
        return None if self.claims is None else self.claims.household

    def against(self, programme: Programme, year: int) -> Problem | None:
        """Return the problem that rules out any grant to the wallet; None if there is none."""
        if self.frozen:
            return Problem("WALLET_FROZEN", Column.WALLET)
        reason = programme.eligibility.reason_against(self.claims, year)
        return None if reason is None else Problem(f"NOT_ELIGIBLE_{reason}", Column.WALLET)


async def facts_of(programme: Programme, wallets: Sequence[UUID]) -> dict[UUID, WalletFacts]:
    """Return the facts by wallet, without wallets that the programme's municipality does not have.

    A wallet without an owner counts as a person of its own.
    """
    wallet_rows = await rows(
        f"""select w.id, h.state, coalesce(x.person_id, w.id) as person, c.resident, c.birth_year, c.household,
            coalesce(g.value, 0) as granted, coalesce(gh.value, 0) as granted_household,
            coalesce((select sum(a.posted) from account a where a.municipality_id = w.municipality_id
              and a.holder_id = w.id
              and a.asset_id = $3), 0)::bigint as balance
          from unnest($2::uuid[]) requested (id) join wallet w on w.municipality_id = $1 and w.id = requested.id
          join holder h on h.municipality_id = w.municipality_id and h.id = w.id
          left join lateral (select person_id from holder_access where municipality_id = w.municipality_id
            and holder_id = w.id
            and relation = {Relation.OWNER:d}
            and revoked_at is null order by granted_at limit 1) x on true
          left join person_claim c on c.municipality_id = w.municipality_id and c.person_id = x.person_id
          left join guard g on g.municipality_id = w.municipality_id and g.kind = $5 and g.subject = $4
            and g.period = coalesce(x.person_id, w.id)::text
          left join guard gh on gh.municipality_id = w.municipality_id and gh.kind = $6 and gh.subject = $4
            and gh.period = c.household::text""",
        programme.municipality,
        list(wallets),
        programme.asset,
        programme.id,
        GuardKind.PROGRAMME_CAP,
        GuardKind.HOUSEHOLD_CAP,
    )
    return {
        row["id"]: WalletFacts(
            frozen=row["state"] == HolderState.FROZEN,
            person=row["person"],
            claims=None if row["resident"] is None else Claims(row["resident"], row["birth_year"], row["household"]),
            balance=row["balance"],
            granted=row["granted"],
            granted_household=row["granted_household"],
        )
        for row in wallet_rows
    }
