"""Funding sources and top-ups, as others see them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from domain.database import rows


class TopUpState(IntEnum):
    """Where a top-up is. Append only."""

    ASKED = 0
    AUTHORISED = 1
    CAPTURED = 2
    VOIDED = 3
    DECLINED = 4


OPEN = (TopUpState.ASKED, TopUpState.AUTHORISED)


@dataclass(frozen=True, slots=True)
class Source:
    """A card or account that a person has linked to a wallet for one kind of coin. The token is the provider's."""

    municipality: int
    id: UUID
    wallet_id: UUID
    person_id: UUID
    asset: int
    token: str = field(repr=False)
    label: str


@dataclass(frozen=True, slots=True)
class TopUpRow:
    """What was asked of a provider for one payment. `id` is the reference; yen."""

    municipality: int
    id: UUID
    actor: UUID
    key: UUID
    wallet_id: UUID
    source_id: UUID
    asset: int
    token: str = field(repr=False)
    amount: int
    state: TopUpState
    created_at: datetime
    input_hash: bytes | None


_SOURCE = "select municipality_id, id, wallet_id, person_id, asset_id, token, label from funding_source "
_TOP_UP = """select t.municipality_id, t.id, t.actor, t.key, t.wallet_id, t.source_id, s.asset_id, s.token, t.amount,
  t.state, t.created_at,
  t.input_hash
  from top_up t join funding_source s on s.municipality_id = t.municipality_id and s.id = t.source_id """


async def source_by_id(municipality: int, source: UUID) -> Source | None:
    """A source that is linked now."""
    found = await rows(_SOURCE + "where municipality_id = $1 and id = $2 and removed_at is null", municipality, source)
    return Source(*found[0].values()) if found else None


async def sources_by_keys(keys: list[tuple[int, UUID]]) -> list[Source | None]:
    """Sources that are linked now, in the order of (municipality, id); None where there is none."""
    found = await rows(
        _SOURCE
        + "where removed_at is null and (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [town for town, _ in keys],
        [source for _, source in keys],
    )
    known = {(row["municipality_id"], row["id"]): Source(*row.values()) for row in found}
    return [known.get(key) for key in keys]


async def sources_of(municipality: int, wallet: UUID, person: UUID) -> list[Source]:
    """What a person has linked to a wallet, oldest first."""
    found = await rows(
        _SOURCE + "where municipality_id = $1 and wallet_id = $2 and person_id = $3 and removed_at is null order by"
        " linked_at, id",
        municipality,
        wallet,
        person,
    )
    return [Source(*row.values()) for row in found]


async def top_up_of(municipality: int, actor: UUID, key: UUID) -> TopUpRow | None:
    """The top-up of a payment's key."""
    found = await rows(
        _TOP_UP + "where t.municipality_id = $1 and t.actor = $2 and t.key = $3", municipality, actor, key
    )
    return _row(found[0]) if found else None


async def open_top_ups(before: datetime, limit: int) -> list[TopUpRow]:
    """Top-ups that were begun before an instant and have no end yet, in all towns, in no order."""
    found = await rows(
        _TOP_UP + f"where t.state in ({TopUpState.ASKED:d}, {TopUpState.AUTHORISED:d}) and t.created_at < $1"
        " order by random() limit $2",
        before,
        limit,
    )
    return [_row(row) for row in found]


def _row(row: dict[str, Any]) -> TopUpRow:
    return TopUpRow(
        **{
            "municipality": row["municipality_id"],
            "asset": row["asset_id"],
            "state": TopUpState(row["state"]),
            **{
                name: row[name]
                for name in (
                    "id",
                    "actor",
                    "key",
                    "wallet_id",
                    "source_id",
                    "token",
                    "amount",
                    "created_at",
                    "input_hash",
                )
            },
        }
    )
