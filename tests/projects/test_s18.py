"""S18 木曽町: gifts for a marriage and a birth."""

from tests.support.api import Api
from tests.support.projects import parts_of


async def test_s18_marriage_and_birth_gifts_on_card_or_phone(api: Api):
    """木曽町: 20,000 for a marriage and 50,000 for a child, once each, at stores in town."""
    voucher = await api.asset("GIFT", nameJa="祝金電子商品券", minimumUnit=500)
    marriage = await api.programme(voucher, 400_000, nameJa="結婚祝金", capPerPerson=20_000)
    birth = await api.programme(voucher, 1_000_000, nameJa="出生祝金", capPerPerson=50_000)
    assert (await api.grant(marriage, 20_000))["grant"]["amount"] == 20_000
    again = await api.grant(marriage, 20_000)
    assert (again["code"], again["available"]) == ("CAP_EXCEEDED", 0)
    await api.grant(birth, 50_000)
    await api.charge(1_000)
    assert parts_of(await api.pay(1_234)) == [("GIFT", 1_000), ("COIN", 234)]
    assert parts_of(await api.pay(60_001)) == [("GIFT", 19_000), ("GIFT", 41_000), ("COIN", 1)]
    assert (await api.pay(9_999))["code"] == "INSUFFICIENT_BALANCE"
    await api.town.assert_sound()
