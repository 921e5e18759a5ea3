"""Temporary."""
import asyncio, timeit
from uuid import uuid4
import asyncpg
from domain.ledger.batch import ACCOUNTS, Batch
from domain.ledger.book import Account, Holder
from domain.payments.pay import Pay, pay
from tests.support.town import People

KW = lambda row: Account(
    municipality=row[0], id=row[1], kind=row[2], holder=row[3], asset=row[4], lot=row[5], posted=row[6], held=row[7],
    floor=row[8], version=row[9], version_before=row[10], expires_at=row[11], usable_from=row[12], issued_at=row[13],
    paid=row[14], programme_id=row[15])
def kwun(row):
    (municipality, id_, kind, holder, asset, lot, posted, held, floor, version, version_before, expires_at, usable_from, issued_at, paid, programme_id) = row
    return Account(municipality=municipality, id=id_, kind=kind, holder=holder, asset=asset, lot=lot, posted=posted, held=held,
    floor=floor, version=version, version_before=version_before, expires_at=expires_at, usable_from=usable_from, issued_at=issued_at,
    paid=paid, programme_id=programme_id)
NAMES = ("municipality id kind holder asset lot posted held floor version version_before expires_at usable_from issued_at paid programme_id").split()

async def test_measure(town: People, database_url: str):
    seen = []
    class Observer:
        def committed(self, requests, decisions, statements, seconds):
            seen.append((len(requests), seconds))
    counts = []
    real = Batch._fetch
    async def counting(self, result, query, *values):
        got = await real(self, result, query, *values)
        if query is ACCOUNTS: counts.append(len(got))
        return got
    residents = [await town.new_resident() for _ in range(64)]
    await asyncio.gather(*[town.charge(1_000, wallet) for _, wallet in residents])
    from tests.support.api import Api
    api = Api(town)
    programmes = [await api.programme(await api.asset(f"P{i}"), 1_000_000) for i in range(5)]
    for programme in programmes:
        await asyncio.gather(*[api.grant(programme, 500, wallet) for _, wallet in residents])
    Batch._fetch = counting
    poster = town.services.ledger._poster
    for _ in range(5):
        poster._observer = None
        await asyncio.gather(*[pay(town.services, v, Pay(uuid4(), town.id, w, town.store, 1, confirm_duplicate=True)) for v, w in residents])
    counts.clear()
    poster._observer = Observer()
    for _ in range(10):
        await asyncio.gather(*[pay(town.services, v, Pay(uuid4(), town.id, w, town.store, 1, confirm_duplicate=True)) for v, w in residents])
    poster._observer = None
    Batch._fetch = real
    print("BATCH", sorted(s for n, s in seen if n > 40), [n for n, _ in seen], counts)
    owner = await asyncpg.connect(database_url)
    records = await owner.fetch(ACCOUNTS, [town.id] * 65, [w for _, w in residents] + [town.store], [])
    print("ROWS", len(records))
    n = 300
    for name, f in (("positional", lambda: [Account(*r) for r in records]), ("keyword index", lambda: [KW(r) for r in records]), ("keyword unpacked", lambda: [kwun(r) for r in records]),
        ("inline", lambda: [Account(municipality=row[0], id=row[1], kind=row[2], holder=row[3], asset=row[4], lot=row[5], posted=row[6], held=row[7],
    floor=row[8], version=row[9], version_before=row[10], expires_at=row[11], usable_from=row[12], issued_at=row[13],
    paid=row[14], programme_id=row[15]) for row in records]),
        ("zip", lambda: [Account(**dict(zip(NAMES, r))) for r in records])):
        best = min(timeit.repeat(f, number=n, repeat=7)) / n
        print("TIME", name, best * 1e6, "us per", len(records))
    hrows = await owner.fetch("select municipality_id, id, kind, state, sequence, last_at from holder where municipality_id=$1 limit 65", town.id)
    for name, f in (("holder pos", lambda: [Holder(row[0], row[1], row[2], row[3], row[4], row[4], row[5]) for row in hrows]), ("holder kw", lambda: [Holder(municipality=row[0], id=row[1], kind=row[2], state=row[3], sequence=row[4], sequence_before=row[4], last_at=row[5]) for row in hrows])):
        best = min(timeit.repeat(f, number=n, repeat=7)) / n
        print("TIME", name, best * 1e6, "us per", len(hrows))
    await owner.close()
