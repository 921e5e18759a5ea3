"""S19 関市: many programmes in one app."""

from tests.support.api import Api


async def test_s19_many_programmes_in_one_app(api: Api):
    """関市: six programmes side by side, each with its own budget, told apart in the explanation."""
    points = await api.asset("SEKI", nameJa="関ポイント")
    names = ["子育て給付", "住宅取得報奨", "結婚祝い", "妊娠祝い", "紙おむつ", "健康ポイント"]
    programmes = [
        await api.programme(points, 10_000, nameJa=name, nameEn=f"Programme {number}")
        for number, name in enumerate(names)
    ]
    for programme in programmes:
        await api.grant(programme, 1_000)
    sentences = (await api.pay(6_000))["payment"]["explain"]
    assert len(sentences) == 6
    assert all(any(f"「{name}」で受け取った分です。" in sentence for sentence in sentences) for name in names)
    assert [await api.left(programme) for programme in programmes] == [9_000] * 6
    listed = await api.ask(None, "Programmes", municipality=api.code)
    assert sorted(programme["name"] for programme in listed) == sorted(names)
    assert {programme["budgetLeft"] for programme in listed} == {None}, "what is left is for the town's staff"
    await api.town.assert_sound()
