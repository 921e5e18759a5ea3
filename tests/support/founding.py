"""Towns that are founded as a municipality founds them: by commands and by the API over HTTP, on a database that was empty."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mocks.embedded.process import end, free_port, wait_until
from tests.support.apps import ask
from tests.support.served import ROOT, status

GUID = "jp.founded.coin"
LOGIN = """
do $$ declare name text; begin
  foreach name in array array['meguru_app', 'meguru_poster', 'meguru_relay', 'meguru_server'] loop
    if not exists (select from pg_roles where rolname = name) then execute format('create role %I', name); end if;
  end loop;
end $$;
alter role meguru_server login noinherit nosuperuser nocreatedb nocreaterole noreplication;
grant meguru_app, meguru_poster, meguru_relay to meguru_server;
"""
"""What `deploy/postgres/init.sh` makes, without a password."""
PAGE = ROOT / "docs/runbook/found-a-town.md"


@dataclass(frozen=True)
class Member:
    """Somebody with a token."""

    person: str
    token: str


@dataclass(frozen=True)
class Installation:
    """A served Meguru with its command line."""

    address: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def meguru(self, *arguments: str) -> str:
        """What a command prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def member(self, *arguments: str) -> Member:
        """Whom `staff invite` or `tokens issue` prints."""
        [person, token] = re.fullmatch(r"person (per_\w+)\ntoken (\S+)\n", self.meguru(*arguments)).groups()
        return Member(person, token)


async def _make(server_address: str, database: str) -> None:
    connection = await asyncpg.connect(f"{server_address}/postgres")
    await connection.execute(f"drop database if exists {database} with (force)")
    await connection.execute(f"create database {database}")
    await connection.execute(LOGIN)
    await connection.close()


def _make_key(folder: Path) -> None:
    folder.mkdir(parents=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "2026-01.pem").write_bytes(pem)


@contextmanager
def installed(server_address: str, folder: Path) -> Iterator[Installation]:
    """An installation in the profile of production, on an empty database that `meguru migrate` brings up."""
    database = f"meguru_founded_{os.getpid()}"
    asyncio.run(_make(server_address, database))
    _make_key(folder / "keys")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEGURU_")} | {
        "MEGURU_PROFILE": "production",
        "MEGURU_DATABASE_URL": f"postgres://meguru_server@{server_address.rpartition('@')[2]}/{database}",
        "MEGURU_OWNER_DATABASE_URL": f"{server_address}/{database}",
        "MEGURU_KEYS_FOLDER": str(folder / "keys"),
        "MEGURU_SHOP_CODE_GUID": GUID,
        "MEGURU_RATE_LIMITS": "false",
    }
    port = free_port()
    installation = Installation(f"http://127.0.0.1:{port}", environment)
    installation.meguru("migrate")
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        ready = f"{installation.address}/readyz"
        assert wait_until(lambda: process.poll() is not None or status(ready) == 200, 60)
        assert process.poll() is None, (folder / "serve.log").read_text()
        yield installation
    finally:
        end(process, 15, seconds=20)


@dataclass
class Founded:
    """A town with its first officers, and what they do over the API."""

    installation: Installation
    code: str
    finance: Member
    other_finance: Member
    auditor: Member
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, member: Member | None, operation: str, /, **variables: object) -> Any:
        return ask(self.installation.address, operation, None if member is None else member.token, **variables)

    def ask_keyed(self, member: Member, operation: str, /, **fields: object) -> Any:
        return self.ask(member, operation, input={"idempotencyKey": str(uuid4()), **fields})

    def by_two(self, operation: str, /, **fields: object) -> Any:
        """What an officer is answered for the same request again, once another officer has agreed."""
        sent = {"input": fields}
        waits = self.ask(self.finance, operation, **sent)
        approval = waits["approval"]["id"]
        agreed = self.ask(self.other_finance, "ApproveChange", input={"approvalId": approval})
        assert agreed["approval"]["appliedAt"] is not None, agreed
        return self.ask(self.finance, operation, **sent)

    def token_of(self, person: str) -> Member:
        return self.installation.member("tokens", "issue", "--person", person)

    def staff(self, role: str, name: str) -> Member:
        """Somebody whom one officer invites and another agrees to."""
        invited = self.by_two(
            "InviteStaff",
            idempotencyKey=str(uuid4()),
            municipality=self.code,
            role=role,
            displayName=name,
            reason="NEW_DUTY",
        )
        return self.token_of(invited["personId"])


def commands_of_the_page(code: str) -> list[list[str]]:
    """What the page has an operator run after `migrate`, for a town of this code."""
    text = PAGE.read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    words = [shlex.split(line.replace("012106", code))[1:] for line in lines]
    return [command for command in words if command[0] in ("municipalities", "staff")]


def establish(installation: Installation, code: str) -> Founded:
    """A town with two finance officers and an auditor, by the commands of the page."""
    [create, *invitations] = commands_of_the_page(code)
    installation.meguru(*create)
    return Founded(installation, code, *[installation.member(*invitation) for invitation in invitations])
