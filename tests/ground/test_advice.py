"""What a client does after each refusal, written down by hand: a new code takes its place here, and none moves by accident."""

from domain.refusals import Advice, Retry
from schema.core.refusals import refusals

CONFIRM = {"INVALID_ROWS", "SAME_FILE", "POSSIBLE_DUPLICATES", "POSSIBLE_DUPLICATE_GRANT", "POSSIBLE_DUPLICATE"}
REPEAT_AS_IS = {"OUTCOME_UNKNOWN"}
WAIT_SECONDS = {"BUSY": 1, "UNAVAILABLE": 2, "FUNDING_UNAVAILABLE": 5}
WAIT_FOR_A_CHANGE = {
    "BULK_GRANT_STATE",
    "NO_CONVERSION_RATE",
    "PROGRAMME_CLOSED",
    "TOO_MANY_TRIES",
    "TOO_MANY_UPLOADS",
    "UPLOAD_NOT_READY",
    "VOUCHER_BUDGET",
    "VOUCHER_NOT_ON_SALE",
}
CHANGE_THOUGH_THE_KEY_IS_OPEN = {
    "APPROVAL_REQUIRED",
    "COUPON_NOT_USABLE",
    "GIFT_CODE",
    "GIFT_LOCKED",
    "ITEM_NOT_USABLE",
    "QUOTE_CHANGED",
}
NOTHING_HELPS_THOUGH_THE_KEY_IS_OPEN = {"NOT_ELIGIBLE"}


def of(advice: Advice) -> set[str]:
    return {kind.code for kind in refusals() if kind.advice is advice}


def with_retry(retry: Retry) -> set[str]:
    return {kind.code for kind in refusals() if kind.retry is retry}


def test_each_refusal_has_the_advice_that_helps():
    assert of(Advice.CONFIRM) == CONFIRM
    assert of(Advice.REPEAT_AS_IS) == REPEAT_AS_IS
    assert of(Advice.WAIT) == {*WAIT_SECONDS, *WAIT_FOR_A_CHANGE}
    assert of(Advice.CHANGE_AND_USE_NEW_KEY) == with_retry(Retry.NEW_KEY) | CHANGE_THOUGH_THE_KEY_IS_OPEN
    assert of(Advice.NEVER) == with_retry(Retry.NEVER) | NOTHING_HELPS_THOUGH_THE_KEY_IS_OPEN


def test_seconds_are_told_where_they_are_known_and_nowhere_else():
    assert {kind.code: kind.retry_after for kind in refusals() if kind.retry_after is not None} == WAIT_SECONDS


def test_a_closed_key_is_never_sent_again():
    """Whoever follows the advice with an old key would get the same refusal for ever."""
    same_key = {Advice.REPEAT_AS_IS, Advice.CONFIRM, Advice.WAIT}
    assert {kind.code for kind in refusals() if kind.advice in same_key} <= with_retry(Retry.SAME_KEY)
