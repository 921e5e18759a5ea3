"""The README's lines for a terminal work as they are printed: paid once, found, replayed, and asked before it is paid again."""

import json
import re
import subprocess
from typing import Any

from tests.support.served import ROOT

[PRINTED] = re.findall(r"^```sh\n(set -- .+?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
WANTS, PAYS, ASKS = PRINTED.splitlines()


def typed(address: str, *lines: str) -> list[Any]:
    """What each line answers, typed into one shell."""
    script = "\necho\n".join(line.replace("http://127.0.0.1:8000", address) for line in lines)
    shell = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(answer)["data"] for answer in shell.stdout.splitlines() if answer]


def test_the_lines_pay_once_and_ask_before_they_pay_again(address: str):
    assert "http://127.0.0.1:8000" in WANTS
    paid, outcome, replay = typed(address, WANTS, PAYS, ASKS, PAYS)
    receipt = paid["pay"]["payment"]["receiptNumber"]
    assert paid == {"pay": {"refusal": None, "replayed": False, "payment": {"receiptNumber": receipt, "amount": 480}}}
    assert outcome == {"outcome": {"state": "SETTLED", "receipt": {"receiptNumber": receipt}}}
    assert replay == {"pay": {**paid["pay"], "replayed": True}}
    question, unknown = typed(address, WANTS, PAYS, ASKS)
    assert question["pay"]["payment"] is None
    assert question["pay"]["refusal"]["code"] == "POSSIBLE_DUPLICATE"
    assert unknown == {"outcome": {"state": "UNKNOWN", "receipt": None}}
    confirming = PAYS.replace('"amount": 480', '"amount": 480, "confirmDuplicate": true')
    assert confirming != PAYS
    [confirmation] = typed(address, WANTS, confirming)
    assert confirmation["pay"]["payment"]["receiptNumber"] != receipt
