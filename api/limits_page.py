"""`python -m api.limits_page [--check]`: docs/limits.md, every limit that a client can meet, from the code."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from api.cli import MESSAGE_BYTES, PING_SECONDS
from api.connections import HEADER_SECONDS, IDLE_SECONDS
from api.graphql_http import BODY_LIMIT, BODY_SECONDS
from api.graphql_ws import INIT_TIMEOUT, SUBSCRIPTIONS_LIMIT
from api.rates import OPERATIONS
from api.settings import Settings
from api.tokens import LONGEST_TOKEN
from domain.assets.tries import TRIES
from domain.bulk_grants.csv_file import ROWS_LIMIT
from domain.coupons import uses
from domain.events import turns
from domain.events.bus import QUEUE_LIMIT
from domain.events.stream import REPLAY_AGE, REPLAY_EVENTS
from domain.ledger.poster import PATIENCE_SECONDS
from domain.payments.pay import DUPLICATE_WITHIN
from domain.tries.kinds import ALLOWED, PERIOD, By, Tried
from domain.uploads.purposes import LIFETIME, WAITING_LIMIT
from domain.vouchers.gift import ATTEMPTS
from schema.core.errors import OPERATION_SECONDS
from schema.core.page import PAGE_LIMIT
from schema.engine.cost import COST_LIMIT, PAGE_COST
from schema.engine.extensions import TOKEN_LIMIT
from schema.engine.limits import ALIAS_LIMIT, DEPTH_LIMIT
from schema.engine.list_sizes import FIELD_COSTS, LIST_SIZES

UNITS = (("hour", 3_600), ("minute", 60), ("second", 1))
PATH = Path(__file__).parents[1] / "docs" / "limits.md"
HEAD = """# Limits

Written by `make schema` from the code: do not edit. What a client can meet, and what it is answered then.
Whoever is refused for a limit has moved nothing.
"""


class Limit(NamedTuple):
    """One row of the page."""

    subject: str
    value: str
    beyond: str


def documents() -> list[Limit]:
    """Of one operation."""
    return [
        Limit("Tokens of a document", number(TOKEN_LIMIT), "an error without data"),
        Limit("Levels of fields", number(DEPTH_LIMIT), "`TOO_DEEP`"),
        Limit("Aliases", number(ALIAS_LIMIT), "`TOO_MANY_ALIASES`"),
        Limit("Mutations that move value", "1", "`ONE_MONEY_MUTATION`"),
        Limit("Cost, see below", number(COST_LIMIT), "`QUERY_TOO_COSTLY` with `cost` and `limit` in `extensions`"),
        Limit("Items of a page (`first`), ids of `nodes`", number(PAGE_LIMIT), "`BAD_USER_INPUT`"),
        Limit("Coupons of a payment", number(uses.LIMIT), "a refusal"),
        Limit(
            "Time for a query, and until a subscription begins",
            f"{OPERATION_SECONDS} seconds",
            "`OPERATION_TIMED_OUT`; a mutation has no such limit",
        ),
        Limit("Time in which a payment finds its turn", f"{PATIENCE_SECONDS} seconds", "the refusal `BUSY`"),
    ]


def requests() -> list[Limit]:
    """Of HTTP and WebSocket."""
    return [
        Limit("Body of a request", f"{number(BODY_LIMIT)} bytes", "`BODY_TOO_LARGE`, status 413"),
        Limit("Time for the body of a request", f"{BODY_SECONDS} seconds", "`BODY_TOO_SLOW`, status 408"),
        Limit(
            "Time for the headers of a request", f"{HEADER_SECONDS:g} seconds", "status 408, the connection is closed"
        ),
        Limit("Time between two requests of a connection", f"{IDLE_SECONDS} seconds", "the connection is closed"),
        Limit(
            "Connections of an address, in one server process",
            default("connections_per_address"),
            "status 429 with `Retry-After`",
        ),
        Limit("WebSockets of a person, in one server process", default("sockets_per_person"), "close 1013"),
        Limit("Message of a WebSocket", f"{number(MESSAGE_BYTES)} bytes", "close 1009"),
        Limit("Access token", f"{number(LONGEST_TOKEN)} characters", "`UNAUTHENTICATED`, status 401"),
        Limit("Time until `connection_init`", duration(INIT_TIMEOUT), "close 4408"),
        Limit("Time for the answer to a ping", f"{PING_SECONDS:g} seconds", "the connection is closed"),
        Limit("Rows of a bulk grant's file", number(ROWS_LIMIT), "a refusal"),
        Limit("Files that wait to be sent, of one person", number(WAITING_LIMIT), "a refusal"),
        Limit("Time in which a file is sent", duration(LIFETIME), "status 404"),
    ]


def rates() -> list[Limit]:
    """Of requests in a minute."""
    beyond = "`RATE_LIMITED` with `retryAfter` seconds in `extensions`, status 429 with `Retry-After`"
    general = [
        Limit("Operations of a person, and of a phone, in a minute", default("requests_per_minute"), beyond),
        Limit("Requests of an address in a minute", default("requests_per_minute_of_address"), beyond),
    ]
    return general + [
        Limit(f"`{field}` of a person in {rate.seconds} seconds", number(rate.count), beyond)
        for field, rate in sorted(OPERATIONS.items())
    ]


def guesses() -> list[Limit]:
    """Of what could be guessed."""
    named = {Tried.GIFT: "Wrong gift numbers", Tried.RECEIPT_NUMBER: "Receipt numbers that name nothing"}
    by = {By.PERSON: "a person", By.DEVICE: "a phone", By.ADDRESS: "an address"}
    return [
        Limit(f"{named[tried]}, of {by[whose]} in {duration(PERIOD)}", number(allowance.count), "`TOO_MANY_TRIES`")
        for tried, allowed in ALLOWED.items()
        for whose, allowance in allowed.items()
    ]


def streams() -> list[Limit]:
    """Of subscriptions."""
    return [
        Limit("Operations of a socket at once", number(SUBSCRIPTIONS_LIMIT), "`error`: Subscription limit reached"),
        Limit(
            "Subscriptions of a person, in one server process",
            default("subscriptions_per_person"),
            "`TOO_MANY_SUBSCRIPTIONS`",
        ),
        Limit(
            "Earlier events (`after`)",
            f"{number(REPLAY_EVENTS)} events, {duration(REPLAY_AGE)}",
            "`ResyncRequired`, TOO_FAR_BEHIND",
        ),
        Limit("Events that were not read yet", number(QUEUE_LIMIT), "`ResyncRequired`, TOO_SLOW"),
        Limit("Replays of a socket at once", number(turns.REPLAYS_PER_CONNECTION), "the others wait in turn"),
        Limit("Replays of a person at once", number(turns.REPLAYS_PER_PERSON), "the others wait in turn"),
    ]


def tries() -> list[Limit]:
    """Of what people may try again."""
    return [
        Limit("Answers to agents that measure a wallet, a day", number(TRIES), "`COUNTER_TRIES`; the desk goes on"),
        Limit("Wrong numbers of a gift", number(ATTEMPTS), "the numbers are invalid; the buyer issues new ones"),
        Limit(
            "The same amount to the same store again",
            f"within {duration(DUPLICATE_WITHIN)}",
            "asked once more: `POSSIBLE_DUPLICATE`",
        ),
    ]


COST = f"""
## Cost

Before an operation runs, its cost is worked out with its variables. An object costs 1, and a field that waits for
something 1 more; a scalar of an object that is there costs nothing. A page costs {PAGE_COST}, and its items count
`first` times, at most {PAGE_LIMIT}. `nodes` counts once per id. Aliases and fragments count each time they are used; of
a union or interface, the dearest member counts. `QUERY_TOO_COSTLY` says both figures. The operations in
`schema/operations` cost less than a fifth of the limit, also with `first: 100`.

`{{ wallet(id: "...") {{ transactions(first: 7) {{ edges {{ node {{ kind }} }} }} }} }}` costs 37: the wallet 2,
the page 21, and 7 edges with their nodes 14.

A list without a size argument counts as often as towns usually need:

"""


def page() -> str:
    """The page's text."""
    sections = {
        "Operations": documents(),
        "Requests and connections": requests(),
        "Rates": rates(),
        "Guesses": guesses(),
        "Subscriptions": streams(),
        "Tries": tries(),
    }
    tables = [f"\n## {title}\n\n{table(limits)}" for title, limits in sections.items()]
    sizes = "| list | counts for |\n|---|---|\n" + "".join(
        f"| `{name}` | {size} |\n" for name, size in sorted(LIST_SIZES.items())
    )
    dear = "\n| field | costs by itself |\n|---|---|\n" + "".join(
        f"| `{name}` | {number(size)} |\n" for name, size in sorted(FIELD_COSTS.items())
    )
    return HEAD + "".join(tables) + COST + sizes + dear


def table(limits: list[Limit]) -> str:
    """A table of limits."""
    return "| what | at most | beyond it |\n|---|---|---|\n" + "".join(
        f"| {limit.subject} | {limit.value} | {limit.beyond} |\n" for limit in limits
    )


def default(setting: str) -> str:
    """The default of a setting; towns may have others."""
    value: int = Settings.model_fields[setting].default
    return number(value)


def number(value: int) -> str:
    """With commas."""
    return f"{value:,}"


def duration(value: timedelta) -> str:
    """In the largest unit that is whole."""
    seconds = int(value.total_seconds())
    name, size = next((name, size) for name, size in UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {name}" + ("" if count == 1 else "s")


def main(arguments: list[str]) -> int:
    """Writes the page, or with --check only compares it: 1 when it differs."""
    if "--check" not in arguments:
        PATH.write_text(page(), encoding="utf-8")
        return 0
    return int(not PATH.exists() or PATH.read_text(encoding="utf-8") != page())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
