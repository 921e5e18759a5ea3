"""What a process keeps: one object per declaration and process, made at its first use."""

from dataclasses import replace

from domain.cache import cached
from domain.services import Services
from domain.shared import Shared


def services() -> Services:
    return Services(*[None] * 6)  # type: ignore[arg-type] # nothing of it is used here


def test_a_declaration_is_made_once_per_process():
    first, second = Shared(list), Shared(list)
    process, other_process = services(), services()
    assert process.shared(first) is process.shared(first)
    assert process.shared(first) is not process.shared(second), "alike, but declared twice"
    assert process.shared(first) is not other_process.shared(first)


def test_what_is_kept_stays_where_a_part_is_replaced():
    declaration, process = Shared(list), services()
    kept = process.shared(declaration)
    assert replace(process, funding=None).shared(declaration) is kept


async def test_a_cache_is_declared_by_what_reads_it():
    keys = []

    async def read(key: int) -> list[int]:
        keys.append(key)
        return [] if key == 0 else [key]

    forgetful, complete = cached(read), cached(read, keep_empty=True)
    process = services()
    assert [await process.shared(forgetful).of(key) for key in (1, 1, 0, 0)] == [[1], [1], [], []]
    assert keys == [1, 0, 0], "nothing found is asked again"
    keys.clear()
    assert [await process.shared(complete).of(key) for key in (0, 0)] == [[], []]
    process.shared(complete).forget(0)
    await process.shared(complete).of(0)
    assert keys == [0, 0]
