"""Finance officers: their documents, and files without a socket."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from domain.background import Background
from domain.bulk_grants import reads
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.run import run
from domain.database import rows, transaction
from domain.identifiers import Prefix, decode, encode
from domain.services import Services
from domain.uploads.create import create_upload
from domain.uploads.kinds import UploadPurpose
from domain.uploads.receive import Receiver, claim
from domain.viewer import Viewer
from tests.support.api import ERRORS, Api
from tests.support.town import People

COUNTS = (
    "id state rowCount invalidCount grantedCount refusedCount cancelledCount leftCount undoneCount totalAmount grantedAmount takenBackAmount"
    " approval { proposedAt approvedAt }"
)
CHECK = (
    "mutation($input: CheckBulkGrantInput!, $first: Int = 100, $after: String) { checkBulkGrant(input: $input) { ... on CheckBulkGrantSuccess"
    " { check { rowCount validCount invalidCount totalAmount budgetLeft withinBudget needsApproval sameFile { id }"
    " rowErrors(first: $first, after: $after) { edges { node { row column code message } cursor } pageInfo { hasNextPage endCursor } } } }"
    " ... on WrongEncodingError { row byte } ... on UnreadableFileError { row problem } ... on UploadNotReadyError { state: uploadState } "
    + ERRORS
    + " } }"
)
START = (
    "mutation($input: StartBulkGrantInput!) { startBulkGrant(input: $input) { ... on StartBulkGrantSuccess { replayed bulkGrant { "
    + COUNTS
    + " } }"
    " ... on InvalidRowsError { invalidCount rowCount } ... on SameFileError { bulkGrantId } ... on UploadUsedError { bulkGrantId }"
    " ... on BudgetExceededError { available } ... on WrongEncodingError { row byte } ... on UnreadableFileError { row problem } "
    + ERRORS
    + " } }"
)
LOOK = "query($id: ID!) { bulkGrant(id: $id) { " + COUNTS + " } }"
ROWS = (
    "query($id: ID!, $first: Int = 100, $after: String, $state: BulkRowState, $notTakenBack: Boolean) { bulkGrant(id: $id) {"
    " rows(first: $first, after: $after, state: $state, notTakenBack: $notTakenBack) { edges { cursor node { row state amount code message takenBackAmount undone undoCode undoMessage wallet { id } grant { amount receiptNumber } } }"
    " pageInfo { hasNextPage endCursor } } } }"
)


def verb(name: str, keyed: bool = False) -> str:
    """The document of a mutation that answers a bulk grant."""
    kind = name[0].upper() + name[1:]
    replayed = " replayed" if keyed else ""
    return (
        f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ ... on {kind}Success {{{replayed} bulkGrant {{ {COUNTS} }} }}"
        f" ... on BulkGrantStateError {{ state: bulkGrantState }} {ERRORS} }} }}"
    )


class Officers(Api):
    """Finance officers. Nothing runs by itself: tests run it."""

    def __init__(self, town: People) -> None:
        super().__init__(town)
        self.services: Services = replace(town.services, background=Background(limit=0))

    async def points(self, budget: int = 1_000_000, **facts: Any) -> str:
        """A programme that grants points."""
        return await self.programme(await self.asset(f"POINT{uuid4().hex[:6].upper()}"), budget, **facts)

    async def residents(self, count: int) -> list[UUID]:
        """Wallets of new people, written at once."""
        now = self.services.clock()
        made = [(self.services.ids.new(), self.services.ids.new()) for _ in range(count)]
        people, wallets = [one for one, _ in made], [one for _, one in made]
        async with transaction():
            await rows(
                "insert into person (id, created_at) select p, $2 from unnest($1::uuid[]) p returning 1", people, now
            )
            await rows(
                "insert into holder (municipality_id, id, kind, last_at) select $1, w, 1, $3 from unnest($2::uuid[]) w returning 1",
                self.town.id,
                wallets,
                now,
            )
            await rows(
                "insert into wallet (municipality_id, id, created_at) select $1, w, $3 from unnest($2::uuid[]) w returning 1",
                self.town.id,
                wallets,
                now,
            )
            await rows(
                "insert into holder_access (municipality_id, holder_id, person_id, relation, granted_at)"
                " select $1, w, p, 1, $4 from unnest($2::uuid[], $3::uuid[]) x (w, p) returning 1",
                self.town.id,
                wallets,
                people,
                now,
            )
        return wallets

    def csv(self, wallets: list[UUID], amount: int = 100) -> bytes:
        lines = [f"{self.wallet(wallet)},{amount}" for wallet in wallets]
        return "\r\n".join(["ウォレットID,金額", *lines, ""]).encode()

    async def upload(self, content: bytes, viewer: Viewer | None = None) -> str:
        """The id of an upload that has arrived."""
        made = await create_upload(self.services, viewer or self.town.finance, self.town.id, UploadPurpose.BULK_GRANT)
        assert await claim(self.services, made.upload)
        receiver = Receiver(self.services, made.upload)
        assert await receiver.take(content)
        await receiver.finish()
        return encode(Prefix.UPLOAD, self.town.id, made.upload.id)

    async def check(self, content: bytes | str, programme: str, locale: str = "ja", **variables: Any) -> Any:
        upload = content if isinstance(content, str) else await self.upload(content)
        return await self.ask(
            self.town.finance, CHECK, locale, input={"uploadId": upload, "programmeId": programme}, **variables
        )

    async def wrong(self, content: bytes, programme: str, locale: str = "ja") -> list[tuple[int, str | None, str, str]]:
        """Row, column, code and message of each error."""
        edges = (await self.check(content, programme, locale))["check"]["rowErrors"]["edges"]
        return [
            (one["node"]["row"], one["node"]["column"], one["node"]["code"], one["node"]["message"]) for one in edges
        ]

    async def start(self, content: bytes | str, programme: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        upload = content if isinstance(content, str) else await self.upload(content, viewer)
        given = {"idempotencyKey": str(uuid4()), "uploadId": upload, "programmeId": programme, "skipInvalid": False}
        return await self.ask(viewer or self.town.finance, START, input={**given, **facts})

    async def started(self, content: bytes, programme: str, **facts: Any) -> str:
        """The id of a bulk grant that has begun."""
        return (await self.start(content, programme, **facts))["bulkGrant"]["id"]

    async def do(self, name: str, bulk: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        """`pauseBulkGrant` and the like."""
        return await self.ask(viewer or self.town.finance, verb(name), input={"bulkGrantId": bulk, **facts})

    async def undo(self, bulk: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        given = {"bulkGrantId": bulk, "idempotencyKey": key or str(uuid4()), "reason": "WRONG_AMOUNT"}
        return await self.ask(viewer or self.town.finance, verb("undoBulkGrant", keyed=True), input=given)

    async def approve(self, bulk: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        given = {"bulkGrantId": bulk, "idempotencyKey": key or str(uuid4())}
        return await self.ask(viewer or self.town.other_finance, verb("approveBulkGrant", keyed=True), input=given)

    async def look(self, bulk: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.auditor, LOOK, id=bulk)

    async def rows(self, bulk: str, viewer: Viewer | None = None, locale: str = "ja", **variables: Any) -> list[Any]:
        found = await self.ask(viewer or self.town.auditor, ROWS, locale, id=bulk, **variables)
        return [one["node"] for one in found["rows"]["edges"]]

    async def run(self, bulk: str) -> int:
        """To the end, as the job does."""
        _, town, key = decode(bulk)
        assert isinstance(key, UUID)
        return await run(self.services, town, key)

    async def row_of(self, bulk: str) -> BulkGrant:
        _, town, key = decode(bulk)
        assert isinstance(key, UUID)
        found = await reads.by_id(town, key)
        assert found is not None
        return found

    async def given(self, wallets: list[UUID]) -> list[int]:
        """What each wallet has, posted."""
        found = await rows(
            "select a.holder_id, sum(a.posted)::bigint as posted from account a where a.municipality_id = $1 and a.kind = 1"
            " and a.holder_id = any ($2::uuid[]) group by 1",
            self.town.id,
            wallets,
        )
        posted = {row["holder_id"]: row["posted"] for row in found}
        return [posted.get(wallet, 0) for wallet in wallets]
