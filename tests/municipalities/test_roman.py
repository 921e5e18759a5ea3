"""Names of towns in Latin letters, as their road signs have them."""

import pytest

from domain.municipalities.codes import _every
from domain.municipalities.roman import romanised
from domain.stores.code import CITY_LENGTH


@pytest.mark.parametrize(
    ("kana", "roman"),
    [
        ("イワミザワシ", "IWAMIZAWASHI"),
        ("チヨダク", "CHIYODAKU"),
        ("フクヤマシ", "FUKUYAMASHI"),
        ("ナハシ", "NAHASHI"),
        ("サッポロシ", "SAPPOROSHI"),
        ("トウキョウト", "TOKYOTO"),
        ("キョウトシ", "KYOTOSHI"),
        ("オオサカシ", "OSAKASHI"),
        ("コウチケン", "KOCHIKEN"),
        ("クンネップチョウ", "KUNNEPPUCHO"),
        ("ジョウエツシ", "JOETSUSHI"),
        ("リュウガサキシ", "RYUGASAKISHI"),
        ("テンマチョウ", "TEMMACHO"),
        ("ハッチョウ", "HATCHO"),
        ("シンヂヂョウ", "SHINJIJO"),
    ],
)
def test_names(kana: str, roman: str):
    assert romanised(kana, 40) == roman


def test_every_town_of_the_list_has_a_name_that_a_code_can_carry():
    for town in _every().values():
        roman = romanised(town.name_kana or "", CITY_LENGTH)
        if town.name_kana:
            assert roman.isascii(), town
            assert roman.isalpha(), town
            assert roman.isupper(), town
            assert len(roman) <= CITY_LENGTH
