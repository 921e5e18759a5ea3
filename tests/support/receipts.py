"""Receipts as journals store them, so that one just written compares with one that was read."""

from typing import Any

import orjson

from domain.ledger.receipt import Receipt


def written(receipt: Receipt) -> Any:
    """The JSON as PostgreSQL would give it back."""
    return orjson.loads(orjson.dumps(receipt.to_json()))
