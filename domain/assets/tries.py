"""What an agent may try on one wallet in a day, so that refusals and cancelled charges do not measure what is in it.

Whether a charge meets the cap of a balance, or a sale the units of a person, says whether that figure is below some
number, so by halving the number again and again it would be found. Such an answer is a try, and so is a charge that is
cancelled. Tries count per wallet over all agents of a municipality. The desk sees balances and is not counted.

A try is taken before the ledger decides and given back where its answer told nothing, so that requests at the same time
are no way round. If the process ends between the two, a try is lost, and never gained.
"""

from uuid import UUID

from tortoise.connection import get_connection

from domain.assets.refusals import CounterTriesError
from domain.database import rows
from domain.ledger.ledger import Ledger
from domain.ledger.refusals import ReversalImpossibleError, UnknownWalletError
from domain.ledger.request import Posted, Request, RequestKey, effective_on
from domain.refusals import OutcomeUnknownError, Refusal, StoredRefusal
from domain.residents import reads as residents
from domain.services import Services

TRIES = 3
ENOUGH = 1_000
"""Beyond which tries of a day are not counted on."""


async def post_counted(services: Services, request: Request, wallet_id: UUID, telling: type[StoredRefusal]) -> Posted:
    """Post an agent's request. A refusal of the class `telling` uses up a try; without one left: CounterTriesError."""
    ledger: Ledger = services.ledger
    if await ledger.has_ended(RequestKey(request.municipality, request.actor, request.operation, request.key)):
        return await ledger.post(request)
    if not await residents.exists(request.municipality, wallet_id):
        raise UnknownWalletError
    if not await _take(services, request.municipality, wallet_id, TRIES):
        return await ledger.answer(request, otherwise=CounterTriesError())
    try:
        posted = await ledger.post(request)
    except Refusal as refusal:
        if not isinstance(refusal, (telling, OutcomeUnknownError)):
            await _give_back(services, request.municipality, wallet_id)
        raise
    await _give_back(services, request.municipality, wallet_id)
    return posted


async def post_telling(services: Services, request: Request, wallet_id: UUID) -> Posted:
    """Post an agent's request that is never refused for its tries, but is one: the cancellation of a charge.

    Cancelled, or impossible because of what was spent, it has told something of the wallet. Other refusals have not.
    """
    if await services.ledger.has_ended(RequestKey(request.municipality, request.actor, request.operation, request.key)):
        return await services.ledger.post(request)
    await _take(services, request.municipality, wallet_id, None)
    try:
        return await services.ledger.post(request)
    except Refusal as refusal:
        if not isinstance(refusal, (ReversalImpossibleError, OutcomeUnknownError)):
            await _give_back(services, request.municipality, wallet_id)
        raise


async def _take(services: Services, municipality: int, wallet_id: UUID, maximum: int | None) -> bool:
    """Take a try of today; False where `maximum` are used."""
    taken = await rows(
        """insert into counter_tries as t (municipality_id, wallet_id, day, tries) values ($1, $2, $3, $5)
          on conflict (municipality_id, wallet_id) do update set day = excluded.day,
            tries = case when t.day = excluded.day then least(t.tries + excluded.tries, $6) else excluded.tries end
          where t.day <> excluded.day or $4::smallint is null or t.tries < $4 returning tries""",
        municipality,
        wallet_id,
        effective_on(services.clock()),
        maximum,
        1,
        ENOUGH,
    )
    return bool(taken)


async def _give_back(services: Services, municipality: int, wallet_id: UUID) -> None:
    await get_connection("default").execute_query(
        "update counter_tries set tries = greatest(tries - 1, 0) where municipality_id = $1 and wallet_id = $2"
        " and day = $3",
        [municipality, wallet_id, effective_on(services.clock())],
    )
