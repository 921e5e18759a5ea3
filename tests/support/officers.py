"""Finance officers at their apps, and files without a socket."""

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
from tests.support.api import Api
from tests.support.town import People


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
        people, wallets = [[self.services.ids.new() for _ in range(count)] for _ in range(2)]
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
        new = await create_upload(self.services, viewer or self.town.finance, self.town.id, UploadPurpose.BULK_GRANT)
        assert await claim(self.services, new.upload)
        receiver = Receiver(self.services, new.upload)
        assert await receiver.take(content)
        await receiver.finish()
        return encode(Prefix.UPLOAD, self.town.id, new.upload.id)

    async def check(self, content: bytes | str, programme: str, locale: str = "ja", **variables: Any) -> Any:
        upload = content if isinstance(content, str) else await self.upload(content)
        fields = {"uploadId": upload, "programmeId": programme}
        return await self.ask(self.town.finance, "CheckBulkGrant", locale, input=fields, **{"first": 100, **variables})

    async def wrong(self, content: bytes, programme: str, locale: str = "ja") -> list[tuple[int, str | None, str, str]]:
        """Row, column, code and message of each error."""
        edges = (await self.check(content, programme, locale))["check"]["rowErrors"]["edges"]
        wrong_rows = [edge["node"] for edge in edges]
        return [(row["row"], row["column"], row["code"], row["message"]) for row in wrong_rows]

    async def start(self, content: bytes | str, programme: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        upload = content if isinstance(content, str) else await self.upload(content, viewer)
        fields = {"idempotencyKey": str(uuid4()), "uploadId": upload, "programmeId": programme, "skipInvalid": False}
        return await self.ask(viewer or self.town.finance, "StartBulkGrant", input={**fields, **facts})

    async def start_again(self, content: bytes | str, programme: str, **facts: Any) -> Any:
        """Start as an officer who has looked at the possible duplicates of the check, and means them."""
        upload = content if isinstance(content, str) else await self.upload(content)
        token = (await self.check(upload, programme))["check"]["duplicates"]["token"]
        meant = {} if token is None else {"confirmDuplicates": {"token": token, "reason": "ADDITIONAL"}}
        return await self.start(upload, programme, **{**meant, **facts})

    async def duplicates(self, bulk: str, viewer: Viewer | None = None) -> Any:
        """Possible duplicates of a bulk grant that waits for its approval."""
        return await self.ask(viewer or self.town.other_finance, "BulkGrantDuplicates", id=bulk, first=100)

    async def started(self, content: bytes | str, programme: str, **facts: Any) -> str:
        """The id of a bulk grant that has begun."""
        return (await self.start(content, programme, **facts))["bulkGrant"]["id"]

    async def do(self, operation: str, bulk: str, viewer: Viewer | None = None) -> Any:
        """`PauseBulkGrant` and the like."""
        return await self.ask(viewer or self.town.finance, operation, input={"bulkGrantId": bulk})

    async def undo(self, bulk: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        fields = {"bulkGrantId": bulk, "idempotencyKey": key or str(uuid4()), "reason": "WRONG_AMOUNT"}
        return await self.both(viewer or self.town.finance, "UndoBulkGrant", input=fields)

    async def approve(self, bulk: str, viewer: Viewer | None = None, key: str | None = None, **facts: Any) -> Any:
        fields = {"bulkGrantId": bulk, "idempotencyKey": key or str(uuid4()), **facts}
        return await self.ask(viewer or self.town.other_finance, "ApproveBulkGrant", input=fields)

    async def look(self, bulk: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.auditor, "BulkGrant", id=bulk)

    async def rows(self, bulk: str, viewer: Viewer | None = None, locale: str = "ja", **variables: Any) -> list[Any]:
        page = {"first": 100, **variables}
        bulk_grant = await self.ask(viewer or self.town.auditor, "BulkGrantRows", locale, id=bulk, **page)
        return [edge["node"] for edge in bulk_grant["rows"]["edges"]]

    async def undone(self, bulk: str) -> list[tuple[int, int, str | None]]:
        """Of each row of an undo that has ended: its number, what was taken back, and why not all of it."""
        assert (await self.undo(bulk))["bulkGrant"]["state"] == "UNDOING"
        await self.run(bulk)
        assert (await self.look(bulk))["state"] == "UNDONE"
        granted = await self.rows(bulk, state="GRANTED")
        return [(row["row"], row["takenBackAmount"], row["undoCode"]) for row in granted]

    async def run(self, bulk: str) -> int:
        """To the end, as the job does."""
        _, town, key = decode(bulk)
        assert isinstance(key, UUID)
        return await run(self.services, town, key)

    async def row_of(self, bulk: str) -> BulkGrant:
        _, town, key = decode(bulk)
        assert isinstance(key, UUID)
        bulk_grant = await reads.by_id(town, key)
        assert bulk_grant is not None
        return bulk_grant

    async def held_by(self, wallets: list[UUID]) -> list[int]:
        """What each wallet has, posted."""
        accounts = await rows(
            "select a.holder_id, sum(a.posted)::bigint as posted from account a where a.municipality_id = $1 and a.kind = 1"
            " and a.holder_id = any ($2::uuid[]) group by 1",
            self.town.id,
            wallets,
        )
        posted = {row["holder_id"]: row["posted"] for row in accounts}
        return [posted.get(wallet, 0) for wallet in wallets]
