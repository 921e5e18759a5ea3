"""Receive codes of wallets: whose a code is, which one is shown, and their renewal.

A wallet has one code that is shown. Wallets of before also have the code that was made of their id, because it may be
printed on a card: it is taken until the wallet's code is renewed for the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import rows, transaction
from domain.ledger.holders import serves
from domain.ledger.refusals import UnknownWalletError
from domain.refusals import InvalidInputError
from domain.residents import reads
from domain.residents.kinds import RenewalReason
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Receiver:
    """The wallet that a request names. ended: by a code that was renewed, so only what was done before is answered."""

    municipality: int
    wallet_id: UUID
    ended: bool = False


async def receivers(municipality: int, codes: Sequence[UUID]) -> dict[UUID, Receiver]:
    """Return the wallets by their codes, ended ones too; unknown codes are left out."""
    records = await rows(
        "select code, wallet_id, ended_at is not null as ended from receive_code where municipality_id = $1"
        " and code = any ($2::uuid[])",
        municipality,
        list(codes),
    )
    return {row["code"]: Receiver(municipality, row["wallet_id"], row["ended"]) for row in records}


async def receiver(municipality: int, code: UUID) -> Receiver:
    """Return the wallet of a code, also of one that has ended. UnknownWalletError."""
    wallet = (await receivers(municipality, [code])).get(code)
    if wallet is None:
        raise UnknownWalletError
    return wallet


async def shown(keys: list[tuple[int, UUID]]) -> list[UUID | None]:
    """Return the codes that wallets show, in the order of their keys (municipality, wallet)."""
    records = await rows(
        """select r.municipality_id, r.wallet_id, r.code from unnest($1::smallint[], $2::uuid[]) k (m, w)
          join receive_code r on r.municipality_id = k.m and r.wallet_id = k.w
          where r.ended_at is null and not r.of_before""",
        [town for town, _ in keys],
        [wallet for _, wallet in keys],
    )
    codes = {(row["municipality_id"], row["wallet_id"]): row["code"] for row in records}
    return [codes.get(key) for key in keys]


async def renew(
    services: Services, viewer: Viewer, municipality: int, wallet_id: UUID, reason: RenewalReason | None
) -> UUID:
    """Give a wallet a new code and end all that it had. Return the new one.

    For the wallet's people, and with a reason for the desk of its municipality, which is audited. UnknownWalletError,
    InvalidInputError.
    """
    own = await reads.may_use(viewer, municipality, wallet_id)
    desk = viewer.relations(Relation.DESK)
    if not own and not (desk and await serves(municipality, viewer.person_id, desk)):
        raise UnknownWalletError
    if not own and reason is None:
        raise InvalidInputError("reason", "REASON_OF_STAFF")
    if not await reads.exists(municipality, wallet_id):
        raise UnknownWalletError
    code, now = uuid4(), services.clock()
    async with transaction():
        # The first code of the wallet, which stays for ever, is the lock: renewals at once come one after the other.
        await rows(
            "select 1 from receive_code where municipality_id = $1 and wallet_id = $2 order by created_at, code limit 1"
            " for update",
            municipality,
            wallet_id,
        )
        ended = await rows(
            "update receive_code set ended_at = greatest($3, created_at) where municipality_id = $1 and wallet_id = $2"
            " and ended_at is null returning created_at",
            municipality,
            wallet_id,
            now,
        )
        await get_connection("default").execute_query(
            "insert into receive_code (municipality_id, code, wallet_id, created_at) values ($1, $2, $3, $4)",
            [municipality, code, wallet_id, now],
        )
        if not own:
            why = "" if reason is None else reason.name
            # When and how many, and not the codes: the trail is read by people who need not charge anybody.
            newest = max((row["created_at"].isoformat() for row in ended), default=None)
            before, after = {"codes": len(ended), "newest": newest}, {"codes": 1, "newest": now.isoformat()}
            await record(municipality, viewer, "renew_receive_code", wallet_id, why, before, after, now)
    return code
