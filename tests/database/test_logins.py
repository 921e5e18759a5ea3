"""The login of a server process may serve, and nothing else."""

import asyncpg
import pytest

from domain.logins import StrongLoginError, refuse_strong_login

MAKE = "create role {name} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
SERVES = "grant meguru_app, meguru_poster, meguru_relay to {name}"


async def with_login(url: str, name: str, *statements: str) -> str:
    """The address of the database with a login of this name, made as deploy/postgres/init.sh makes it, and changed."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"drop role if exists {name}")
        for statement in (MAKE, SERVES, *statements):
            await connection.execute(statement.format(name=name))
    finally:
        await connection.close()
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{name}@{rest.rpartition('@')[2]}"


async def test_the_login_of_the_deployment_is_taken(services, database_url: str):
    await refuse_strong_login(await with_login(database_url, "login_that_serves"))


@pytest.mark.parametrize(
    ("name", "statement", "power"),
    [
        ("login_above_all", "alter role {name} superuser", "is a superuser"),
        ("login_of_roles", "alter role {name} createrole", "may create roles"),
        ("login_of_databases", "alter role {name} createdb", "may create databases"),
        ("login_of_replicas", "alter role {name} replication", "may replicate"),
        ("login_past_rows", "alter role {name} bypassrls", "passes by row security"),
        ("login_like_owner", "grant meguru to {name}", "owns tables"),
    ],
)
async def test_a_login_that_may_do_more_is_refused_and_named(
    services, database_url: str, name: str, statement: str, power: str
):
    url = await with_login(database_url, name, statement)
    with pytest.raises(StrongLoginError, match=rf"the login {name} .*{power}"):
        await refuse_strong_login(url)


async def test_the_owner_of_the_tables_is_refused(services, database_url: str):
    with pytest.raises(StrongLoginError, match=r"is a superuser and .*owns tables"):
        await refuse_strong_login(database_url)


async def test_nobody_can_tell_of_a_database_that_is_away(unused_tcp_port: int):
    with pytest.raises(ConnectionError):
        await refuse_strong_login(f"postgres://meguru_server@127.0.0.1:{unused_tcp_port}/meguru")
