"""`python -m tests.support.newcomers <code>`.

People and a store move into a town of the environment's database, through the domain's own verbs.

A program of its own, since a process has one database. Prints one line of JSON: public ids, and the person of each
role.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.codes.merchant_code import merchant_reference
from domain.compose import services
from domain.database import transaction
from domain.identifiers import Prefix, encode
from domain.ledger.holders import give_access
from domain.municipalities import reads as municipalities
from domain.residents.join import join, open_wallet
from domain.stores.open_store import NewStore, employ, open_store
from domain.viewer import Relation, Role

ROOT = Path(__file__).parents[2]


def newcomers(settings: dict[str, str], code: str) -> dict[str, str]:
    """What the program prints."""
    command = [sys.executable, "-m", "tests.support.newcomers", code]
    program = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert program.returncode == 0, program.stderr
    return json.loads(program.stdout.splitlines()[-1])


async def move_in(code: str) -> dict[str, str]:
    async with services(os.environ["MEGURU_DATABASE_URL"], redis_url=None, store_code_guid="", pool_size=2) as opened:
        town = await municipalities.by_code(code)
        assert town is not None
        now = opened.clock()
        coin = next(asset for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.COIN)
        new = NewStore(
            "新しい店", "アタラシイミセ", "ATARASHII MISE", "food", "5411", merchant_reference(town.id, 1), "S01"
        )
        async with transaction():
            resident, desk, finance, store_staff = [await join("新田 新", now, opened.ids) for _ in range(4)]
            wallet = await open_wallet(town.id, resident, now, opened.ids)
            store = await open_store(town.id, new, now, opened.ids)
            await employ(town.id, store, store_staff, now)
            await give_access(town.id, town.desk_id, desk, Relation.DESK, now)
            await give_access(town.id, town.issuer_id, finance, Relation.FINANCE, now)
        return {
            "walletId": encode(Prefix.WALLET, town.id, wallet),
            "storeId": encode(Prefix.STORE, town.id, store),
            "assetId": encode(Prefix.ASSET, town.id, coin.id),
            Role.RESIDENT: str(resident),
            Role.DESK: str(desk),
            Role.FINANCE: str(finance),
            Role.MERCHANT_STAFF: str(store_staff),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(move_in(sys.argv[1]))) + "\n")
