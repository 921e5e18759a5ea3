"""Why a payment used what it used: one plain sentence per lot, from the payment's own receipt."""

from domain.assets.reads import Asset, LotSource, last_day
from domain.ledger.kinds import Funding
from domain.ledger.reads import Journal
from domain.locales.catalogue import message
from domain.programmes.reads import Programme


def sentences(
    payment: Journal,
    sources: dict[int, LotSource],
    assets: dict[int, Asset],
    programmes: dict[str, Programme],
    locale: str,
) -> list[str]:
    """In spend order. Payments of before the second spend order do not know why; they say the rest."""
    lots = payment.receipt["lots"]
    why = payment.receipt.get("why") or [None] * len(lots)
    return [
        _sentence(assets[asset], amount, reason, sources[lot], programmes, locale)
        for (asset, lot, amount, _), reason in zip(lots, why, strict=True)
    ]


def _sentence(
    asset: Asset, amount: int, reason: str | None, source: LotSource, programmes: dict[str, Programme], locale: str
) -> str:
    name = asset.name_ja if locale == "ja" else asset.name_en
    parts = [message("EXPLAIN_USED", locale, amount=amount, asset=name)]
    if reason is not None:
        parts.append(message(f"EXPLAIN_{reason}", locale))
    programme = programmes.get(str(source.programme_id))
    if programme is not None:
        parts.append(
            message("EXPLAIN_PROGRAMME", locale, programme=programme.name_ja if locale == "ja" else programme.name_en)
        )
    elif source.funding == Funding.CASH:
        parts.append(message("EXPLAIN_OWN", locale))
    last = last_day(source.expires_at)
    parts.append(
        message("EXPLAIN_NO_END", locale)
        if last is None
        else message("EXPLAIN_UNTIL", locale, day=_day(last.isoformat(), locale))
    )
    return (" " if locale == "en" else "").join(part for part in parts if part)


def _day(iso: str, locale: str) -> str:
    if locale == "en":
        return iso
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"
