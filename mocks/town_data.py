"""What the demo towns are made of: invented shops and people, the same at every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

CENTRE = (43_196_000, 141_776_000)
"""Millionths of a degree: 43.196 N 141.776 E."""

# category, MCC, name in Japanese, kana, Roman letters, opening hours
TRADES = (
    ("food", "5411", "商店", "ショウテン", "SHOTEN", "月〜土 9:00〜19:00"),
    ("bakery", "5462", "ベーカリー", "ベーカリー", "BAKERY", "火〜日 7:30〜18:00"),
    ("restaurant", "5812", "食堂", "ショクドウ", "SHOKUDO", "毎日 11:00〜20:00"),
    ("cafe", "5814", "珈琲店", "コーヒーテン", "COFFEE", "水〜月 10:00〜18:00"),
    ("pharmacy", "5912", "薬局", "ヤッキョク", "YAKKYOKU", "月〜金 9:00〜18:30、土 9:00〜13:00"),
    ("clothing", "5651", "洋品店", "ヨウヒンテン", "YOHINTEN", "月〜土 10:00〜18:30"),
    ("books", "5942", "書店", "ショテン", "BOOKS", "毎日 9:30〜20:00"),
    ("hardware", "5251", "金物店", "カナモノテン", "KANAMONO", "月〜土 8:30〜18:00"),
    ("flowers", "5992", "生花店", "セイカテン", "FLOWERS", "木〜火 9:00〜18:00"),
    ("barber", "7230", "理容室", "リヨウシツ", "BARBER", "火〜日 9:00〜19:00"),
    ("liquor", "5921", "酒店", "サカテン", "SAKETEN", "月〜土 10:00〜20:00"),
    ("fish", "5422", "鮮魚店", "センギョテン", "FISH", "月〜土 9:00〜17:30"),
    ("sweets", "5441", "菓子舗", "カシホ", "KASHIHO", "水〜月 9:00〜18:30"),
    ("bath", "7298", "の湯", "ノユ", "NOYU", "火〜日 14:00〜22:00"),
    ("cycles", "5940", "輪店", "リンテン", "CYCLES", "月〜土 9:30〜18:30"),
    ("farm", "5499", "農園直売所", "ノウエンチョクバイジョ", "FARM", "5〜11月 毎日 8:00〜16:00"),
)
FAMILIES = (
    ("佐々木", "ササキ", "SASAKI"),
    ("高橋", "タカハシ", "TAKAHASHI"),
    ("工藤", "クドウ", "KUDO"),
    ("三浦", "ミウラ", "MIURA"),
    ("千葉", "チバ", "CHIBA"),
    ("菊地", "キクチ", "KIKUCHI"),
    ("本間", "ホンマ", "HOMMA"),
    ("成田", "ナリタ", "NARITA"),
    ("小野寺", "オノデラ", "ONODERA"),
    ("阿部", "アベ", "ABE"),
    ("斉藤", "サイトウ", "SAITO"),
    ("渡部", "ワタナベ", "WATANABE"),
    ("石川", "イシカワ", "ISHIKAWA"),
    ("村上", "ムラカミ", "MURAKAMI"),
    ("中川", "ナカガワ", "NAKAGAWA"),
    ("藤田", "フジタ", "FUJITA"),
)
GIVEN = ("一郎", "花子", "健太", "美咲", "正雄", "和子", "大輔", "陽菜", "清", "節子", "翔", "葵", "勇", "千代子")
SHOPS_PER_TRADE = 4
AGENTS = 3


@dataclass(frozen=True, slots=True)
class Shop:
    """An invented shop. Coordinates in millionths of a degree."""

    name: str
    name_kana: str
    name_roman: str
    category: str
    merchant_category_code: str
    latitude_microdegrees: int
    longitude_microdegrees: int
    address: str
    postal_code: str
    opening_hours: str
    charge_agent: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A demo town."""

    code: str
    name: str
    streets: str
    postal_code: str
    shops: int
    residents: int


TOWNS = (Town("012106", "岩見沢市", "岩見沢市", "068-00", 64, 200), Town("012297", "富良野市", "富良野市", "076-00", 6, 12))


def shops(town: Town) -> Iterator[Shop]:
    """The town's shops, denser near the middle, within about 4 km."""
    for number in range(town.shops):
        trade = TRADES[number % len(TRADES)]
        family = FAMILIES[(number // len(TRADES) * 5 + number) % len(FAMILIES)]
        category, mcc, ja, kana, roman, hours = trade
        # A square of a small number is small more often: most shops are near the station.
        north = ((number * 37) % 61 - 30) ** 3 * 32_000 // 27_000
        east = ((number * 53) % 61 - 30) ** 3 * 42_000 // 27_000
        yield Shop(
            name=f"{family[0]}{ja}", name_kana=f"{family[1]}{kana}", name_roman=f"{family[2]} {roman}"[:25], category=category,
            merchant_category_code=mcc, latitude_microdegrees=CENTRE[0] + north, longitude_microdegrees=CENTRE[1] + east,
            address=f"{town.streets}{number % 9 + 1}条西{number % 7 + 1}丁目{number % 20 + 1}-{number % 6 + 1}",
            postal_code=f"{town.postal_code}{20 + number % 30:02d}", opening_hours=hours, charge_agent=number < AGENTS,
        )  # fmt: skip


def residents(town: Town) -> list[str]:
    """The town's people, all with different names."""
    names = [f"{family[0]} {given}" for given, family in product(GIVEN, FAMILIES)]
    return names[: town.residents]
