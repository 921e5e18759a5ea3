"""Access to the database: error classification, transactions that survive cancellation, and snapshot reads."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Any, TypeVar

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.connection import get_connection, get_connections

T = TypeVar("T")

ACQUIRE_SECONDS = 5
"""How long to wait for a pooled connection before the database counts as unavailable."""
RETRY_SECONDS = 2
"""How long to try again to connect to a database that is not there."""
RETRY_PAUSE_SECONDS = 0.1
GIVE_BACK_SECONDS = 2
"""How long a rollback and the way back to the pool may take; then the connection is dropped."""
STATEMENT_SECONDS = 6.0
"""How long a statement of the API may take. A frozen server answers nothing at all."""


class Fault(Enum):
    """Classes of database errors, by the action open to the caller."""

    RETRY = auto()
    """Deadlock or serialization failure: the same work may succeed if repeated."""
    LOCKED = auto()
    """Another transaction held a row or key beyond the lock or statement timeout."""
    CONFLICT = auto()
    """A row is there already, or one that it needs is not: another transaction may have been faster."""
    UNAVAILABLE = auto()
    """There is no connection, or it was lost. If it was lost during COMMIT, the outcome is unknown."""
    OTHER = auto()
    """A bug, or a limit of the server. So is what a check forbids: the same values would be forbidden again."""


_BY_STATE = {
    "40001": Fault.RETRY,
    "40P01": Fault.RETRY,
    "55P03": Fault.LOCKED,
    "57014": Fault.LOCKED,
    "23514": Fault.OTHER,
}
_BY_CLASS = {"08": Fault.UNAVAILABLE, "23": Fault.CONFLICT, "53": Fault.UNAVAILABLE, "57": Fault.UNAVAILABLE}


def classify(error: BaseException) -> Fault:
    """Classify an exception raised by asyncpg, Tortoise or the socket."""
    for link in (error, error.__cause__):
        state = getattr(link, "sqlstate", None)
        if isinstance(state, str):
            return _BY_STATE.get(state) or _BY_CLASS.get(state[:2], Fault.OTHER)
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)):
        return Fault.UNAVAILABLE
    return Fault.OTHER


class CommitLostError(ConnectionError):
    """The connection was lost during COMMIT: nobody knows whether the transaction is committed."""


def is_refused(error: BaseException) -> bool:
    """Return whether the server answered a statement with an error, after which its transaction is rolled back.

    An error that ends the session may come after the commit was written. It is no such answer.
    """
    links = (error, error.__cause__)
    return any(isinstance(link, asyncpg.PostgresError) and link.severity_en == "ERROR" for link in links)


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even if the caller is cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except BaseException:  # noqa: BLE001 - the task's own, raised below
            break
    if cancelled is not None:
        task.exception() if not task.cancelled() else None
        raise cancelled
    return task.result()


@asynccontextmanager
async def transaction() -> AsyncIterator[TransactionWrapper]:
    """Open a transaction on a pooled connection; models and queries inside it use that connection.

    Acquire, BEGIN, COMMIT and release run to their end under cancellation, which keeps the pool from losing a
    connection. (Tortoise's own `in_transaction` loses one if a task is cancelled during BEGIN.)
    """
    parent = client()
    wrapper = TransactionWrapper(parent)
    try:
        await to_the_end(_begin(parent, wrapper))
    except BaseException:
        await to_the_end(_release(parent, wrapper))
        raise
    token = get_connections().set(parent.connection_name, wrapper)
    try:
        try:
            yield wrapper
        except BaseException:
            await to_the_end(_undo(wrapper))
            raise
        try:
            await to_the_end(wrapper.commit())
        except Exception as error:
            if is_refused(error):
                raise
            raise CommitLostError from error
    finally:
        get_connections().reset(token)
        await to_the_end(_release(parent, wrapper))


def client() -> AsyncpgDBClient:
    """Return Tortoise's client, which holds the process's connection pool."""
    connection = get_connection("default")
    if not isinstance(connection, AsyncpgDBClient):
        message = f"PostgreSQL through asyncpg is the only database, not {type(connection).__name__}"
        raise TypeError(message)
    return connection


def pool_state() -> tuple[int, int]:
    """Return the number of pooled connections and how many of them are idle; (0, 0) before the pool is opened."""
    pool = client()._pool  # noqa: SLF001 - Tortoise has no public accessor
    return (0, 0) if pool is None else (pool.get_size(), pool.get_idle_size())


async def rows(query: str, *values: object) -> list[dict[str, Any]]:
    """Run one statement, which reads one snapshot, and return its rows as dictionaries."""
    return await get_connection("default").execute_query_dict(query, list(values))


async def _begin(parent: AsyncpgDBClient, wrapper: TransactionWrapper) -> None:
    if parent._pool is None:  # noqa: SLF001
        await _open(parent)
    wrapper._connection = await _acquire(parent._pool)  # noqa: SLF001 - as Tortoise does
    await wrapper.begin()


async def _undo(wrapper: TransactionWrapper) -> None:
    """Roll back. Where the server is lost or silent, drop the connection instead, which rolls back too."""
    try:
        async with asyncio.timeout(GIVE_BACK_SECONDS):
            await wrapper.rollback()
    except Exception as error:
        if classify(error) is not Fault.UNAVAILABLE:
            raise
        wrapper._connection.terminate()  # noqa: SLF001


async def _acquire(pool: Any) -> Any:  # noqa: ANN401 - asyncpg's connection behind its proxy
    """Take a connection out of the pool. One that cannot be opened is tried again for RETRY_SECONDS."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + RETRY_SECONDS
    while True:
        try:
            return await pool.acquire(timeout=ACQUIRE_SECONDS)
        except Exception as error:
            if classify(error) is not Fault.UNAVAILABLE or isinstance(error, TimeoutError) or loop.time() > deadline:
                raise
        await asyncio.sleep(RETRY_PAUSE_SECONDS)


async def _give_back(pool: Any, connection: Any) -> None:  # noqa: ANN401 - the same
    """Return a connection to the pool in bounded time; asyncpg drops one that does not become free in time."""
    try:
        await pool.release(connection, timeout=GIVE_BACK_SECONDS)
    except Exception as error:
        if classify(error) is not Fault.UNAVAILABLE:
            raise


class Acquired:
    """A pooled connection for one statement, had and given back in bounded time."""

    def __init__(self, parent: AsyncpgDBClient) -> None:
        self._parent = parent
        self._connection: Any = None

    async def __aenter__(self) -> Any:  # noqa: ANN401 - the same
        """Take it out of the pool."""
        if self._parent._pool is None:  # noqa: SLF001
            await _open(self._parent)
        self._connection = await _acquire(self._parent._pool)  # noqa: SLF001
        return self._connection

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Give it back; drop one whose statement had no answer, for it may never get one."""
        if isinstance(error, TimeoutError):
            self._connection.terminate()
        await _give_back(self._parent._pool, self._connection)  # noqa: SLF001


class Client(AsyncpgDBClient):
    """Tortoise's client, whose connections are had in bounded time."""

    def acquire_connection(self) -> Any:  # noqa: ANN401 - Tortoise's union of wrappers
        """Return a context of one connection."""
        return Acquired(self)


client_class = Client
"""Tortoise finds it by the name of this module."""


async def _open(parent: AsyncpgDBClient) -> None:
    """Open the pool, once."""
    async with parent._pool_init_lock:  # noqa: SLF001 - Tortoise opens its pool lazily and has no public accessor
        if parent._pool is None:  # noqa: SLF001
            await parent.create_connection(with_db=True)


async def _release(parent: AsyncpgDBClient, wrapper: TransactionWrapper) -> None:
    held: Any = wrapper._connection  # noqa: SLF001
    if held is not None and parent._pool is not None:  # noqa: SLF001
        await _give_back(parent._pool, held)  # noqa: SLF001
