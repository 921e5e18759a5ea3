"""Linking and removing funding sources: a resident's card or account, by the token of the provider's own page."""

from dataclasses import dataclass, field
from uuid import UUID

from tortoise.connection import get_connection

from domain.assets import reads as assets
from domain.assets.kinds import CHARGEABLE
from domain.assets.refusals import UnknownAssetError
from domain.funding import reads
from domain.funding.reads import Source
from domain.funding.refusals import UnknownFundingSourceError
from domain.refusals import InvalidInputError
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer

TOKEN_LIMIT = 200
LABEL_LIMIT = 40
SOURCES_LIMIT = 10


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source to link. `label`: for its owner, such as the last digits of a card."""

    municipality: int
    wallet_id: UUID
    asset: int
    token: str = field(repr=False)
    label: str


async def link_source(services: Services, viewer: Viewer, new: NewSource) -> Source:
    """Link a source. The same token again returns the same source."""
    await residents.require_own(viewer, new.municipality, new.wallet_id)
    asset = await assets.in_municipality(new.municipality, new.asset)
    if asset is None or asset.kind not in CHARGEABLE:
        raise UnknownAssetError
    for name, value, limit in (("token", new.token, TOKEN_LIMIT), ("label", new.label, LABEL_LIMIT)):
        if not 0 < len(value) <= limit or not value.isprintable():
            raise InvalidInputError(name, "LENGTH")
    known = await reads.sources_of(new.municipality, new.wallet_id, viewer.person_id)
    same = next((source for source in known if (source.token, source.asset) == (new.token, new.asset)), None)
    if same is not None:
        return same
    if len(known) >= SOURCES_LIMIT:
        raise InvalidInputError("wallet_id", "TOO_MANY_SOURCES")
    source = Source(
        municipality=new.municipality,
        id=services.ids.new(),
        wallet_id=new.wallet_id,
        person_id=viewer.person_id,
        asset=new.asset,
        token=new.token,
        label=new.label,
    )
    await get_connection("default").execute_query(
        """insert into funding_source (municipality_id, id, wallet_id, person_id, asset_id, token, label, linked_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [
            source.municipality,
            source.id,
            source.wallet_id,
            source.person_id,
            source.asset,
            source.token,
            source.label,
            services.clock(),
        ],
    )
    return source


async def remove_source(services: Services, viewer: Viewer, municipality: int, source_id: UUID) -> Source:
    """Remove a source and erase its token and label. Return it as it was; no payment can use it any more.

    Amounts that were authorised before are still captured or voided.
    """
    source = await reads.source_by_id(municipality, source_id)
    if source is None or source.person_id != viewer.person_id:
        raise UnknownFundingSourceError
    await get_connection("default").execute_query(
        "update funding_source set removed_at = $3, token = '', label = '' where municipality_id = $1 and id = $2 and"
        " removed_at is null",
        [municipality, source_id, services.clock()],
    )
    return source
