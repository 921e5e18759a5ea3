"""What resolvers hand to the contract about changes: frozen, plain attributes."""

from dataclasses import dataclass

from domain.assets.reads import Asset
from domain.programmes.reads import Programme


@dataclass(frozen=True, slots=True)
class ChangeAssetSuccess:
    """A changed asset."""

    asset: Asset


@dataclass(frozen=True, slots=True)
class ChangeProgrammeSuccess:
    """A changed programme."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ChangeBudgetSuccess:
    """A programme with its changed budget."""

    programme: Programme
    replayed: bool
