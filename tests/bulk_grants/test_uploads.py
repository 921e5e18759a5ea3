"""Addresses and files in the database: once, in time, in chunks, and erased after the town's days."""

from datetime import timedelta

from domain.database import rows
from domain.uploads import reads
from domain.uploads.create import create_upload
from domain.uploads.erase import erase_uploads
from domain.uploads.kinds import UploadPurpose, UploadState
from domain.uploads.purposes import CHUNK_BYTES, LIFETIME
from domain.uploads.receive import NotTaken, Receiver, claim, fail, look_up
from tests.support.clock import MovableClock
from tests.support.officers import Officers


async def chunks(api: Officers) -> list[int]:
    stored = await rows(
        "select length(content) as size from upload_chunk where municipality_id = $1 order by upload_id, number",
        api.town.id,
    )
    return [row["size"] for row in stored]


async def test_a_file_lies_in_chunks_and_is_read_as_it_was_sent(api: Officers):
    content = bytes(range(256)) * 3_000
    new = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    assert await claim(api.services, new.upload)
    receiver = Receiver(api.services, new.upload)
    for start in range(0, len(content), 100_001):
        assert await receiver.take(content[start : start + 100_001])
    sha256 = await receiver.finish()
    assert await chunks(api) == [CHUNK_BYTES, CHUNK_BYTES, 768_000 - 2 * CHUNK_BYTES]
    assert await reads.content(api.town.id, new.upload.id) == content
    upload, kept = await reads.received(
        api.town.id, new.upload.id, api.town.finance.person_id, UploadPurpose.BULK_GRANT
    )
    assert (upload.state, upload.size, kept) == (UploadState.RECEIVED, 768_000, sha256)
    assert not await claim(api.services, new.upload), "once"


async def test_the_secret_is_kept_as_a_hash_only(api: Officers):
    new = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    assert len(new.secret) == 43
    [row] = await rows("select to_jsonb(u)::text as kept from upload u where municipality_id = $1", api.town.id)
    assert new.secret not in row["kept"]
    trail = await rows("select to_jsonb(a)::text as kept from audit_entry a where municipality_id = $1", api.town.id)
    assert [entry for entry in trail if new.secret in entry["kept"]] == []


async def test_after_fifteen_minutes_the_address_takes_nothing(api: Officers, moved: MovableClock):
    new = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    where = (api.services, api.town.id, new.upload.id, new.secret, api.town.finance.person_id)
    assert await look_up(*where) == new.upload
    moved.forward(LIFETIME)
    assert await look_up(*where) is NotTaken.EXPIRED
    assert not await claim(api.services, new.upload)


async def test_what_broke_off_leaves_no_content(api: Officers):
    new = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    await claim(api.services, new.upload)
    assert await Receiver(api.services, new.upload).take(b"x" * 600_000)
    assert await chunks(api) == [CHUNK_BYTES] * 2
    await fail(new.upload)
    assert await chunks(api) == []


async def test_too_long_is_said_at_the_first_byte_too_many(api: Officers):
    new = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    receiver = Receiver(api.services, new.upload)
    for _ in range(16):
        assert await receiver.take(b"x" * 1_048_576)
    assert not await receiver.take(b"x")


async def test_files_are_erased_after_the_towns_days_and_rows_stay(api: Officers, moved: MovableClock):
    programme = await api.points()
    wallets = await api.residents(2)
    upload = await api.upload(api.csv(wallets))
    bulk = (await api.start(upload, programme))["bulkGrant"]["id"]
    waiting = await create_upload(api.services, api.town.finance, api.town.id, UploadPurpose.BULK_GRANT)
    moved.forward(timedelta(minutes=10))
    await erase_uploads(api.services)
    assert len(await chunks(api)) == 1
    moved.forward(timedelta(hours=2))
    await erase_uploads(api.services)
    assert (await reads.by_id(api.town.id, waiting.upload.id)).state is UploadState.ERASED  # type: ignore[union-attr]
    assert len(await chunks(api)) == 1
    moved.forward(timedelta(days=29))
    await erase_uploads(api.services)
    assert len(await chunks(api)) == 1
    moved.forward(timedelta(days=1))
    assert await erase_uploads(api.services) >= 1
    assert await erase_uploads(api.services) == 0
    assert await chunks(api) == []
    refused = await api.check(upload, programme)
    assert (refused["code"], refused["state"]) == ("UPLOAD_NOT_READY", "ERASED")
    await api.run(bulk)
    assert await api.held_by(wallets) == [100, 100]
