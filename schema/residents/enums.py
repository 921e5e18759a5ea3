"""Enums of people."""

from domain.viewer import Role
from schema.core.enums import contract_enum

contract_enum(
    Role,
    "What a viewer's token lets them act as.",
    name="RoleName",
    RESIDENT="Uses wallets. 住民・来訪者",
    MERCHANT_STAFF="Acts for a store. 加盟店スタッフ",
    DESK="Serves at the municipal desk. 窓口",
    FINANCE="Finance officer of the municipality. 会計",
    AUDITOR="Reads everything of the municipality, changes nothing. 監査",
)
__all__ = ["Role"]
