"""The facts of a programme that a proposal rests on."""

from datetime import datetime
from typing import Any

from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.programmes.create import NewProgramme
from domain.programmes.reads import Programme

_NAMES = (
    "kind",
    "name_ja",
    "name_en",
    "asset",
    "budget",
    "starts_at",
    "ends_at",
    "cap_per_person",
    "cap_per_household",
    "usable_from",
    "expires_at",
    "charged_asset",
    "rate_bp",
    "activates_after_days",
    "clawback",
)


def facts_of(programme: Programme | NewProgramme) -> dict[str, Any]:
    """Return the terms of a programme, as JSON values."""
    facts = {name: getattr(programme, name) for name in _NAMES}
    facts = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}
    if programme.funding_source is not None:  # left out where it is not stated, as in proposals of before
        facts["funding_source"] = programme.funding_source.name
    return facts | {
        "kind": programme.kind.name,
        "eligibility": eligibility_to_json(programme.eligibility),
        "acceptance": acceptance_to_json(programme.acceptance),
    }
