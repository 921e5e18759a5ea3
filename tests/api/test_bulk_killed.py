"""Everything is killed in the middle of a grant by file: the API, the push process, PostgreSQL.

After the next start the scheduler ends it.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.support.api import ASSET
from tests.support.apps import ask, first_person, headers, personas
from tests.support.crowd import crowd
from tests.support.eventually import eventually
from tests.support.served import ROOT, served

BALANCES = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Wallet { balances { posted } } } }"
ROWS = 4_000


class Officer:
    """A finance officer at one server; the token is good for the next one too."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.me = first_person(personas(address), "FINANCE")

    def ask(self, operation: str, /, **variables: object) -> Any:
        return ask(self.address, operation, self.me["token"], **variables)

    def programme(self) -> str:
        town = self.me["municipality"]
        asset = self.ask("CreateAsset", input={**ASSET, "municipality": town, "code": "CROWD"})["asset"]["id"]
        grants = {
            "idempotencyKey": str(uuid4()),
            "municipality": town,
            "kind": "GRANT",
            "nameJa": "給付",
            "nameEn": "Grant",
            "assetId": asset,
            "budget": 1_000_000,
            "startsAt": "2020-01-01T00:00:00Z",
            "endsAt": "2099-01-01T00:00:00Z",
        }
        return self.ask("CreateProgramme", input=grants)["programme"]["id"]

    def start(self, programme: str, content: bytes) -> str:
        purpose = {"municipality": self.me["municipality"], "purpose": "BULK_GRANT"}
        upload = self.ask("CreateUpload", input=purpose)["upload"]
        csv = headers(self.me["token"], **{"content-type": "text/csv"})
        sent = httpx.put(self.address + upload["address"], content=content, headers=csv, timeout=30)
        assert sent.status_code == 201, sent.text
        bulk_grant = {
            "idempotencyKey": str(uuid4()),
            "uploadId": upload["id"],
            "programmeId": programme,
            "skipInvalid": False,
        }
        return self.ask("StartBulkGrant", input=bulk_grant)["bulkGrant"]["id"]


def settings_of(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "data" / "run.env").read_text().splitlines())


async def test_killed_in_the_middle_every_row_is_granted_once(tmp_path: Path):
    with served(tmp_path) as (address, process):
        officer = Officer(address)
        programme = officer.programme()
        wallets = crowd(settings_of(tmp_path), officer.me["municipality"], ROWS)
        content = "\n".join(["walletId,amount", *[f"{wallet},100" for wallet in wallets]]).encode()
        bulk = officer.start(programme, content)
        await eventually(lambda: officer.ask("BulkGrant", id=bulk)["grantedCount"] > 300, 30)
        subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=True)  # API, push, PostgreSQL and Valkey
        process.kill()
    with served(tmp_path) as (address, _):
        officer = Officer(address)
        assert 300 < officer.ask("BulkGrant", id=bulk)["grantedCount"] < ROWS, "it was killed in the middle"
        await eventually(lambda: officer.ask("BulkGrant", id=bulk)["state"] == "FINISHED", 60)
        done = officer.ask("BulkGrant", id=bulk)
        assert (done["grantedCount"], done["refusedCount"], done["leftCount"], done["grantedAmount"]) == (
            ROWS,
            0,
            0,
            100 * ROWS,
        )
        assert officer.ask("Programme", id=programme)["budgetLeft"] == 1_000_000 - 100 * ROWS
        for start in range(0, ROWS, 100):
            nodes = officer.ask(BALANCES, ids=wallets[start : start + 100])
            assert [[balance["posted"] for balance in node["balances"]] for node in nodes] == [[100]] * 100
        audit = [sys.executable, "-m", "api.cli", "audit"]
        audited = subprocess.run(
            audit, cwd=ROOT, env=settings_of(tmp_path), capture_output=True, text=True, check=False
        )
        assert audited.returncode == 0, audited.stdout + audited.stderr
