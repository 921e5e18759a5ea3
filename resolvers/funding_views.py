"""What resolvers hand to the contract about funding sources: frozen, plain attributes."""

from dataclasses import dataclass

from domain.funding.reads import Source


@dataclass(frozen=True, slots=True)
class LinkFundingSourceSuccess:
    """A linked source."""

    funding_source: Source


@dataclass(frozen=True, slots=True)
class RemoveFundingSourceSuccess:
    """A source that is no longer linked."""

    funding_source: Source
