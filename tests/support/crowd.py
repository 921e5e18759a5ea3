"""`python -m tests.support.crowd <code> <count>`.

People with wallets move into a town of the environment's database, written at once.

A program of its own, since a process has one database. Prints the wallets' public ids, one a line.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from domain.compose import services
from domain.database import rows, transaction
from domain.identifiers import Prefix, encode
from domain.municipalities import reads as municipalities

ROOT = Path(__file__).parents[2]


def crowd(settings: dict[str, str], code: str, count: int) -> list[str]:
    """What the program prints."""
    command = [sys.executable, "-m", "tests.support.crowd", code, str(count)]
    program = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert program.returncode == 0, program.stderr
    return program.stdout.splitlines()


async def move_in(code: str, count: int) -> list[str]:
    async with services(os.environ["MEGURU_DATABASE_URL"], redis_url=None, store_code_guid="", pool_size=2) as opened:
        town = await municipalities.by_code(code)
        assert town is not None
        now = opened.clock()
        people, wallets = [[opened.ids.new() for _ in range(count)] for _ in range(2)]
        async with transaction():
            await rows(
                "insert into person (id, created_at) select p, $2 from unnest($1::uuid[]) p returning 1", people, now
            )
            for table, columns, values in (("holder", "kind, last_at", "1, $3"), ("wallet", "created_at", "$3")):
                await rows(
                    f"insert into {table} (municipality_id, id, {columns}) select $1, w, {values} from unnest($2::uuid[]) w returning 1",
                    town.id,
                    wallets,
                    now,
                )
            await rows(
                "insert into holder_access (municipality_id, holder_id, person_id, relation, granted_at)"
                " select $1, w, p, 1, $4 from unnest($2::uuid[], $3::uuid[]) x (w, p) returning 1",
                town.id,
                wallets,
                people,
                now,
            )
        return [encode(Prefix.WALLET, town.id, wallet) for wallet in wallets]


if __name__ == "__main__":
    sys.stdout.write("\n".join(asyncio.run(move_in(sys.argv[1], int(sys.argv[2])))) + "\n")
