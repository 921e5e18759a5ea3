"""Explanations of payments: one plain sentence per lot, from the payment's own receipt."""

from collections.abc import Sequence

from domain.assets.reads import Asset, LotSource, last_day
from domain.ledger.kinds import Funding, LotOrigin
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
    parts += _source(source, programmes.get(str(source.programme_id)), locale)
    last = last_day(source.expires_at)
    parts.append(
        message("EXPLAIN_NO_END", locale)
        if last is None
        else message("EXPLAIN_UNTIL", locale, day=_day(last.isoformat(), locale))
    )
    return (" " if locale == "en" else "").join(part for part in parts if part)


def _source(source: LotSource, programme: Programme | None, locale: str) -> list[str]:
    """Say where a lot came from: cash, a card, a voucher that was bought, or a programme and who pays for it."""
    day = "" if source.issued_on is None else _day(source.issued_on.isoformat(), locale)
    if programme is not None:
        name = programme.name_ja if locale == "ja" else programme.name_en
        if source.origin == LotOrigin.VOUCHER:
            return [message("EXPLAIN_VOUCHER", locale, voucher=name, day=day)]
        funded = programme.funding_source
        said = [message("EXPLAIN_PROGRAMME", locale, programme=name)]
        return said if funded is None else [*said, message(f"EXPLAIN_SOURCE_{funded.name}", locale)]
    match source.funding:
        case Funding.CARD:
            return [message("EXPLAIN_CARD", locale, day=day)]
        case Funding.CASH:
            return [message("EXPLAIN_OWN", locale)]
        case _:
            return []


def _day(iso: str, locale: str) -> str:
    if locale == "en":
        return iso
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"
