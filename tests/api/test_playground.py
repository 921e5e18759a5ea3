"""The playground in a real browser."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Request, async_playwright, expect

from tests.support.eventually import eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here; `.ci/run` installs it"),
]
SHOTS = Path(__file__).parents[1] / "artifacts"
SCENES = Path(__file__).parents[2] / "api" / "static" / "scenes"
NAMES = {page.stem: re.findall(r"tab\(\"(\w+)\"", page.read_text()) for page in sorted(SCENES.glob("*.js"))}
"""The tabs of each scene, in the order in which they are played."""
REFUSED_OR_LIVE = {"LostAnswer", "Till"}
"""Tabs that answer otherwise: their own tests."""


@pytest.fixture
async def page(address: str) -> AsyncIterator[Page]:
    """The playground, open; requests to other hosts and errors of the page fail the test."""
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(request.url)

    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        playground = await (await browser.new_context(viewport={"width": 1400, "height": 850})).new_page()
        playground.on("request", watch)
        playground.on("pageerror", lambda error: wrong.append(str(error)))
        await playground.goto(f"{address}/graphql")
        await expect(playground.locator(".graphiql-tab-button")).to_have_count(len(NAMES["payment"]))
        yield playground
        await browser.close()
    assert wrong == []


async def run(page: Page, tab: str) -> None:
    await page.locator(".graphiql-tab-button", has_text=re.compile(f"^{tab}$")).click()
    await page.click(".graphiql-execute-button")


async def shows(page: Page, text: str) -> None:
    await expect(page.locator(".result-window")).to_contain_text(text, timeout=10_000)


async def test_a_payment_arrives_at_the_till(page: Page, address: str):
    await run(page, "Charge")
    await shows(page, '"refusal": null')
    await shows(page, "receiptNumber")
    sent: list[str] = []  # from before the socket opens: waiting for a frame that is gone already would wait for ever
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await run(page, "Till")
    await eventually(lambda: any("subscribe" in frame for frame in sent), 30)
    await run_elsewhere(page, address)
    await shows(page, "PaymentSettled")
    await shows(page, "receiptNumber")
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / "playground.png")


async def run_elsewhere(page: Page, address: str) -> None:
    """Pays from a second window, as the phone is another device than the till."""
    phone = await page.context.new_page()
    await phone.goto(f"{address}/graphql")
    await play(phone, "Pay")
    await shows(phone, '"payment": {')
    await play(phone, "RefundPayment")
    await shows(phone, '"refund": {')
    await phone.close()


async def test_a_lost_answer_is_found_by_outcome(page: Page):
    await run(page, "LostAnswer")
    await shows(page, "Failed to fetch")
    await expect(page.locator("#fault")).to_have_value("drop-after-commit")
    await run(page, "Outcome")
    await shows(page, "SETTLED")
    await run(page, "Abandon")
    await shows(page, "SETTLED")


async def test_a_wallet_in_the_persona_that_its_tab_brings(page: Page):
    await run(page, "Till")
    assert "スタッフ" in await page.locator("#persona").input_value()
    await run(page, "Wallet")
    await shows(page, "available")
    assert "スタッフ" not in await page.locator("#persona").input_value()


async def play(page: Page, tab: str) -> Any:
    """Presses play in a tab; the data of its answer, which has a result and no refusal."""
    named = f'"operationName":"{tab}"'
    async with page.expect_response(
        lambda response: response.url.endswith("/graphql") and named in (response.request.post_data or "")
    ) as answered:
        await run(page, tab)
    answer = await (await answered.value).json()
    assert "errors" not in answer, (tab, answer)
    [data] = answer["data"].values()
    assert data is not None, tab
    if isinstance(data, dict) and "refusal" in data:
        assert data["refusal"] is None, (tab, data)
        assert any(data[name] is not None for name in data.keys() - {"refusal", "replayed"}), (tab, data)
    return data


@pytest.mark.parametrize("scene", NAMES)
async def test_every_tab_of_a_scene_succeeds_in_its_order(page: Page, address: str, scene: str):
    await page.goto(f"{address}/graphql#{scene}")
    await page.reload()
    await expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES[scene]))
    assert await page.locator("#scene").input_value() == scene
    for tab in NAMES[scene]:
        if tab in REFUSED_OR_LIVE:
            continue
        if tab == "BulkGrantProgress":
            await run(page, tab)
            await shows(page, "FINISHED")
            continue
        await play(page, tab)
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"playground-{scene}.png")


async def test_scenes_are_chosen_above(page: Page):
    await page.locator("#scene").select_option("coupons")
    await expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES["coupons"]))
    assert page.url.endswith("#coupons")
    listed = await play(page, "Coupons")
    assert "まちの1割引クーポン" in {edge["node"]["name"] for edge in listed["edges"]}
