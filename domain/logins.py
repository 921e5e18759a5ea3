"""The database login of a server process: it owns nothing and rules nobody, so that a fault of ours has limits."""

import asyncio
from collections.abc import Callable

import asyncpg

from domain.database import Fault, classify

PAUSE_SECONDS = 1
CONNECT_SECONDS = 5
_POWERS = """
select r.rolname as login,
  array_remove(array[
    case when r.rolsuper then 'is a superuser' end,
    case when r.rolcreaterole then 'may create roles' end,
    case when r.rolcreatedb then 'may create databases' end,
    case when r.rolreplication then 'may replicate' end,
    case when r.rolbypassrls then 'passes by row security' end,
    case when exists (
      select from pg_class c where c.relnamespace = 'public'::regnamespace and pg_has_role(r.oid, c.relowner, 'member')
    ) then 'owns tables' end
  ], null) as powers
from pg_roles r where r.rolname = session_user
"""


class StrongLoginError(Exception):
    """The login of a server process may do more than serve; the text says which login and what."""


async def refuse_strong_login(database_url: str) -> None:
    """Raise StrongLoginError for a login that rules the database; ConnectionError while nobody can tell."""
    try:
        connection = await asyncpg.connect(database_url, timeout=CONNECT_SECONDS)
        try:
            await check_login(connection)
        finally:
            await connection.close()
    except Exception as error:
        if classify(error) is not Fault.UNAVAILABLE:
            raise
        raise ConnectionError from error


async def wait_for_login(database_url: str, waiting: Callable[[], None]) -> None:
    """Raise StrongLoginError as soon as the database answers, if it must be; call `waiting` once while it is away."""
    has_waited = False
    while True:
        try:
            await refuse_strong_login(database_url)
        except ConnectionError:
            if not has_waited:
                waiting()
            has_waited = True
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


async def check_login(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Raise StrongLoginError for the login of a connection, whatever role it has taken."""
    row = await connection.fetchrow(_POWERS)
    if row is not None and row["powers"]:
        message = (
            f"the login {row['login']} {' and '.join(row['powers'])}: processes take one that owns nothing, such as"
            " meguru_server of deploy/postgres/init.sh"
        )
        raise StrongLoginError(message)
