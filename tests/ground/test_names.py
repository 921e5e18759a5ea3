"""Names that people read: whatever is written in Japan, and nothing that shows otherwise than it is stored."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows, transaction
from domain.refusals import InvalidInputError
from domain.residents.join import join
from domain.stores.open_store import NewStore, open_store
from domain.typed_text import unusable_name
from tests.support.town import People

USUAL = [
    "岩見沢市 物価高騰対応 商品券（第2弾）",
    "ｶﾌｪ・ド・パリ　本店",
    "𠮷野家",
    "葛󠄀城市",
    "👨‍👩‍👧 子育て応援 ❤️",
    "O'Brien & Søn №5",
    "=SUM(A1)",
    "ﾊﾟﾝ屋",
]
HIDDEN = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029",
]


@pytest.mark.parametrize("name", USUAL)
def test_what_is_written_in_japan_is_a_name(name: str):
    assert unusable_name(name, 60) is None


@pytest.mark.parametrize("sign", HIDDEN, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_sign_that_nobody_sees_is_in_no_name(sign: str):
    assert unusable_name(f"町の{sign}商品券", 60) == "CHARACTERS"


@pytest.mark.parametrize(("name", "limit", "problem"), [
    ("", 3, "LENGTH"), ("　 ", 3, "LENGTH"), ("あいう", 3, None), ("あいうえ", 3, "LENGTH"),
])  # fmt: skip
def test_a_name_is_there_and_not_too_long(name: str, limit: int, problem: str | None):
    assert unusable_name(name, limit) == problem


async def test_people_and_stores_have_such_names(town: People):
    services = town.services
    known = NewStore("喫茶 めぐる", "キッサメグル", "KISSA MEGURU", "cafe", "5812", uuid4().hex[:8], "001")
    wrong: list[tuple[str, Any]] = [
        ("name", lambda: join("山田\u202e太郎", services.clock(), services.ids)),
        ("name", lambda: join("あ" * 101, services.clock(), services.ids)),
        ("name", lambda: opened(replace(known, name="喫茶\n"))),
        ("name_roman", lambda: opened(replace(known, name_roman="KISSA\u202d"))),
        ("address", lambda: opened(replace(known, address="1-1\x00"))),
    ]

    async def opened(new: NewStore) -> None:
        await open_store(town.id, new, services.clock(), services.ids)

    for field, attempt in wrong:
        with pytest.raises(InvalidInputError) as refused:
            async with transaction():
                await attempt()
        assert refused.value.field == field
    assert (
        await rows(
            "select 1 from store where municipality_id = $1 and merchant_code = $2", town.id, known.merchant_code
        )
        == []
    )
