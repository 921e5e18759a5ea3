"""The playground in a real browser."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.support.eventually import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here; `.ci/run` installs it")]
SHOT = Path(__file__).parents[1] / "artifacts" / "playground.png"


@pytest.fixture
async def page(address: str) -> AsyncIterator[Page]:
    """The playground, open; requests to other hosts and errors of the page fail the test."""
    wrong: list[str] = []
    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = await (await browser.new_context(viewport={"width": 1400, "height": 850})).new_page()
        found.on("request", lambda one: None if one.url.startswith((address, "data:", "blob:")) else wrong.append(one.url))
        found.on("pageerror", lambda error: wrong.append(str(error)))
        await found.goto(f"{address}/graphql")
        await expect(found.locator(".graphiql-tab-button")).to_have_count(9)
        yield found
        await browser.close()
    assert wrong == []


async def run(page: Page, tab: str) -> None:
    await page.locator(".graphiql-tab-button", has_text=tab).click()
    await page.click(".graphiql-execute-button")


async def shows(page: Page, text: str) -> None:
    await expect(page.locator(".result-window")).to_contain_text(text, timeout=10_000)


async def test_a_payment_arrives_at_the_till(page: Page, address: str):
    await run(page, "Charge")
    await shows(page, "ChargeSuccess")
    sent: list[str] = []  # from before the socket opens: waiting for a frame that is gone already would wait for ever
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await run(page, "Till")
    await eventually(lambda: any("subscribe" in frame for frame in sent), 30)
    await run_elsewhere(page, address)
    await shows(page, "PaymentSettled")
    await shows(page, "receiptNumber")
    SHOT.parent.mkdir(exist_ok=True)
    await page.screenshot(path=SHOT)


async def run_elsewhere(page: Page, address: str) -> None:
    """Pays from a second window, as the phone is another device than the till."""
    phone = await page.context.new_page()
    await phone.goto(f"{address}/graphql")
    await run(phone, "Pay")
    await shows(phone, "PaySuccess")
    await run(phone, "Refund")
    await shows(phone, "RefundPaymentSuccess")
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
