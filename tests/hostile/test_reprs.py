"""What a traceback or a log could show: no `repr` of an input holds a secret."""

import dataclasses

import pytest
from graphql import GraphQLInputObjectType

from domain.uploads.create import Address
from domain.vouchers.gift import Activation
from domain.vouchers.gift_code import GiftNumbers
from schema.engine.compiled.inputs import DEFINITION
from tests.hostile.walk import CORE

SECRETS = {"secret", "pin", "token", "serial"}
INPUTS = [
    kind.extensions[DEFINITION].origin for kind in CORE.type_map.values() if isinstance(kind, GraphQLInputObjectType)
]


def is_secret(field: dataclasses.Field[object]) -> bool:
    return not SECRETS.isdisjoint(field.name.split("_"))


def test_the_inputs_with_secrets_are_known():
    fields = [(kind.__name__, field) for kind in INPUTS for field in dataclasses.fields(kind)]
    assert {f"{name}.{field.name}" for name, field in fields if is_secret(field)} == {
        "ActivateGiftInput.pin",
        "ActivateGiftInput.secret_number",
        "ActivateGiftInput.serial_number",
        "ApproveBulkGrantInput.duplicates_token",
        "ConfirmDuplicatesInput.token",
        "IssueGiftNumbersInput.pin",
        "LinkFundingSourceInput.token",
        "PayInput.quote_token",
        "PurchaseVoucherInput.funding_token",
    }


@pytest.mark.parametrize("kind", [*INPUTS, Activation, Address, GiftNumbers], ids=lambda kind: kind.__name__)
def test_no_repr_shows_a_secret(kind: type):
    fields = dataclasses.fields(kind)
    shown = repr(kind(**{field.name: f"<{field.name}>" for field in fields}))
    assert [field.name for field in fields if is_secret(field) and f"<{field.name}>" in shown] == []
