"""The playground in a real browser."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
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
        playground = await (await browser.new_context(viewport={"width": 1366, "height": 768})).new_page()
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


async def test_a_lost_answer_says_what_to_do(page: Page):
    await run(page, "LostAnswer")
    await expect(page.locator("#fault")).to_have_value("drop-after-commit")
    await shows(page, "応答が届きませんでした。処理が済んだかどうかは、まだわかりません。")
    await shows(page, "次にすること")
    for words in ("stack", "Error", "Failed to fetch"):
        await expect(page.locator(".result-window")).not_to_contain_text(words)
    await expect(page.locator("#notice")).to_be_in_viewport()
    await page.click("#ask")
    await shows(page, '"state": "SETTLED"')
    await expect(page.locator("#notice")).to_be_hidden()
    await run(page, "Outcome")
    await shows(page, "SETTLED")
    await run(page, "Abandon")
    await shows(page, "SETTLED")


async def test_a_lost_answer_is_found_by_sending_the_same_key(page: Page):
    await page.locator("#locale").select_option("en")
    await run(page, "LostAnswer")
    await shows(page, "Whether it was done is not known yet.")
    await page.click("#again")
    await shows(page, '"replayed": true')
    await shows(page, "receiptNumber")
    await expect(page.locator("#fault")).to_have_value("")
    await expect(page.locator("#notice")).to_be_hidden()


async def test_a_lost_read_is_sent_again(page: Page):
    await page.locator("#fault").select_option("drop-before-commit")
    await page.click(".graphiql-execute-button")
    await shows(page, "もう一度送る")
    await expect(page.locator("#ask")).to_be_hidden()
    await expect(page.locator("#again")).to_be_hidden()


async def test_the_till_listens_while_tabs_and_scenes_change(page: Page, address: str):
    await expect(page.locator("#till-state")).to_have_text("接続中 live")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    receipt = (await play(page, "Pay"))["payment"]["receiptNumber"]
    heard = page.locator("#till-events li")
    await expect(heard.first).to_contain_text(f"支払い Payment  ¥300  {receipt}")
    await run(page, "Wallet")
    await expect(heard.first).to_contain_text(receipt)
    await page.locator("#scene").select_option("coupons")
    await expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES["coupons"]))
    await run_elsewhere(page, address)
    await expect(heard.first).to_contain_text("返金 Refund  ¥-100")
    await expect(heard).to_have_count(3)
    await expect(page.locator("#till")).to_be_in_viewport(ratio=1)
    assert sockets == [], "the connection of the beginning is still open"


async def whole(page: Page, selector: str) -> None:
    """All of its text is seen: inside the window, not cut off by its own edges, and nothing lies over it."""
    await expect(page.locator(selector)).to_be_in_viewport(ratio=1)
    seen = await page.locator(selector).evaluate(
        """(part) => {
          const box = part.closest("p") ?? part;
          const edges = box.getBoundingClientRect();
          const over = document.elementFromPoint(edges.left + Math.min(20, edges.width / 2), (edges.top + edges.bottom) / 2);
          return [box.scrollWidth <= box.clientWidth, box.scrollHeight <= box.clientHeight, box.contains(over)];
        }"""
    )
    assert seen == [True, True, True], selector


@pytest.mark.parametrize("scene", NAMES)
async def test_instructions_are_whole_on_a_small_laptop(page: Page, address: str, scene: str):
    await page.goto(f"{address}/graphql#{scene}")
    await page.reload()
    await expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES[scene]))
    for tab in NAMES[scene]:
        await page.locator(".graphiql-tab-button", has_text=re.compile(f"^{tab}$")).click()
        instructions = re.search(rf'tab\("{tab}", \w+, "([^"]+)", "([^"]+)"', (SCENES / f"{scene}.js").read_text())
        assert instructions is not None, tab
        for language, text in zip(("ja", "en"), instructions.groups(), strict=True):
            await expect(page.locator(f"#what-{language}")).to_have_text(text)
            await whole(page, f"#what-{language}")
        for part in ("#who", ".graphiql-execute-button", "#till"):
            await whole(page, part)
        await expect(page.locator(".graphiql-tab-button").first).to_be_in_viewport(ratio=1)
        await expect(page.locator(".graphiql-tab-button").last).to_be_in_viewport(ratio=1)
        await expect(page.locator(".graphiql-editor-tool .CodeMirror").first).to_be_in_viewport(ratio=1)
    assert await page.evaluate("document.documentElement.scrollHeight") == 768
    assert await page.evaluate("document.documentElement.scrollWidth") == 1366


async def variables(page: Page) -> str:
    editor = page.locator(".graphiql-editor-tool .CodeMirror").first
    await expect(editor).to_contain_text("{")
    written = await editor.evaluate("(box) => box.CodeMirror.getValue()")
    assert isinstance(written, str)
    return written


async def test_a_persona_brings_its_wallet_and_its_store(page: Page, address: str):
    people = httpx.get(f"{address}/dev/personas").json()
    residents = [person for person in people if person["role"] == "RESIDENT"]
    first, second = residents[:2]
    away = next(person for person in residents if person["municipality"] != first["municipality"])
    stores = {
        town: next(person for person in people if person["role"] == "MERCHANT_STAFF" and person["municipality"] == town)
        for town in (first["municipality"], away["municipality"])
    }
    at_first = await variables(page)
    assert first["walletIds"][0] in at_first
    await page.locator("#persona").select_option(second["name"])
    await expect(page.locator("#who")).to_have_text(f"住民 Resident {second['name']}")
    assert await variables(page) == at_first.replace(first["walletIds"][0], second["walletIds"][0])
    await page.locator("#persona").select_option(away["name"])
    assert (await play(page, "Pay"))["wallet"]["id"] == away["walletIds"][0]
    assert stores[away["municipality"]]["storeId"] in await variables(page)
    await expect(page.locator("#till-store")).to_have_text(stores[away["municipality"]]["name"])
    await expect(page.locator("#till-events li")).to_have_count(1)
    assert (await play(page, "Wallet"))["id"] == away["walletIds"][0]
    await page.locator("#persona").select_option(first["name"])
    assert await variables(page) == at_first
    staff = [person for person in people if person["role"] == "MERCHANT_STAFF"][1]
    await page.locator("#persona").select_option(staff["name"])
    await page.locator(".graphiql-tab-button", has_text=re.compile("^Pay$")).click()
    assert staff["storeId"] in await variables(page)
    await expect(page.locator("#till-store")).to_have_text(staff["name"])


async def test_what_is_chosen_is_named_in_words(page: Page):
    labels = await page.locator("header label").evaluate_all(
        "(all) => all.map((one) => one.firstChild.textContent.trim())"
    )
    assert labels == ["場面", "操作する人", "表示言語", "通信障害の再現"]
    people = await page.locator("#persona option").all_inner_texts()
    assert {name.rpartition("（")[2] for name in people} == {"住民）", "店舗スタッフ）", "窓口）", "会計）", "監査）"}
    faults = await page.locator("#fault option").all_inner_texts()
    assert all(re.match("[ぁ-龠0-9]", name) for name in faults)
    await page.locator(".graphiql-tab-button", has_text="LostAnswer").click()
    await expect(page.locator("#what-ja")).to_contain_text("応答が届かなかった支払い")


async def test_on_a_phone_the_answer_is_below_and_the_till_in_sight(page: Page):
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.reload()
    await play(page, "Pay")
    await shows(page, "receiptNumber")
    await expect(page.locator("#till-events li").first).to_be_in_viewport(ratio=1)
    await expect(page.locator(".result-window .CodeMirror-line").first).to_be_in_viewport(ratio=1)
    editors, answer = [await page.locator(box).bounding_box() for box in (".graphiql-editors", ".result-window")]
    assert editors is not None
    assert answer is not None
    assert answer["y"] >= editors["y"] + editors["height"]
    assert min(editors["width"], answer["width"]) > 350
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    for part in ("#scene", "#persona", "#fault", ".graphiql-execute-button"):
        await page.locator(part).scroll_into_view_if_needed()
        await whole(page, part)
    await run(page, "LostAnswer")
    for button in ("#ask", "#again"):
        await whole(page, button)
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / "playground-phone.png")


async def test_a_voucher_pays_with_the_voucher(page: Page):
    await page.locator("#scene").select_option("vouchers")
    await expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES["vouchers"]))
    for tab in ("Charge", "PurchaseVoucher"):
        await play(page, tab)
    paid = (await play(page, "VoucherPay"))["payment"]
    assert [(part["asset"]["code"], part["amount"]) for part in paid["allocations"]] == [("TOWN_PREMIUM_1", 700)]


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
