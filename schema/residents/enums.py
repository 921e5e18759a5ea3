"""Enums of people."""

from domain.residents.kinds import RenewalReason, WalletStateReason
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
contract_enum(
    WalletStateReason,
    "Why a wallet is frozen or released.",
    LOST_DEVICE="The phone or card is lost. 端末・カードの紛失",
    SUSPECTED_FRAUD="Fraud is suspected. 不正の疑い",
    OWNER_ASKED="Its owner asked for it. 本人の申出",
    DECEASED="Its owner has died. 死亡",
    LEGAL_ORDER="An authority ordered it. 法令・命令",
    CLEARED="The reason for the freeze is gone. 事由の解消",
    OTHER="Another reason. その他",
)
contract_enum(
    RenewalReason,
    "Why a receive code is renewed.",
    LOST="The card or the paper with the code was lost. 紛失",
    SEEN_BY_OTHERS="Somebody else has seen or copied it. 他人に見られた",
    OTHER="Another reason. その他",
)
__all__ = ["RenewalReason", "Role", "WalletStateReason"]
