"""Explanations of payments: one plain sentence per lot, from the payment's own receipt."""

from collections.abc import Sequence

from domain.assets.reads import Asset, LotSource, last_day
from domain.ledger.kinds import Funding
from domain.ledger.reads import Journal
from domain.ledger.receipt import Portion, Receipt, SpendOrder
from domain.locales.catalogue import message
from domain.programmes.reads import Programme


def sentences(
    payment: Journal,
    sources: dict[int, LotSource],
    assets: dict[int, Asset],
    programmes: dict[str, Programme],
    locale: str,
) -> list[str]:
    """Write a sentence for each lot of a payment, in spend order, in the language of `locale` (ja or en).

    Payments from before the second spend order have no reasons; their sentences leave them out.
    """
    return [
        _sentence(assets[portion.asset], portion.amount, reason, sources[portion.lot], programmes, locale)
        for portion, reason in portions_with_reasons(payment.receipt)
    ]


def portions_with_reasons(receipt: Receipt) -> list[tuple[Portion, str | None]]:
    """Return the portions of a receipt, each with the reason why it was used before the next, where that is known."""
    order = receipt.find(SpendOrder)
    why: Sequence[str | None] = (order and order.why) or [None] * len(receipt.lots)
    return list(zip(receipt.lots, why, strict=True))


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
