"""`meguru staff invite` makes a town's first officers; `meguru tokens issue` makes tokens until there is sign-in."""

from typing import Annotated
from uuid import UUID

import typer

from api.command import MistakeError, fail, run_or_fail, services_of_settings, settings_or_fail
from api.keys import Keys
from api.tokens import Tokens
from domain.identifiers import InvalidIdError, Prefix, decode, encode
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.staff.invite import invite_first
from domain.staff.kinds import StaffRole
from domain.staff.tokens import grant_token

staff = typer.Typer(no_args_is_help=True, help="The first officers of towns.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens, until there is sign-in.")
HOURS = 12
LONGEST_HOURS = 24
Hours = Annotated[int, typer.Option(min=1, max=LONGEST_HOURS, help="How long the token is valid.")]


@staff.command("invite")
def invite(
    municipality: Annotated[str, typer.Option(help="The town's national code of 6 digits.")],
    role: Annotated[StaffRole, typer.Option(case_sensitive=False, help="What the person will do.")],
    name: Annotated[str, typer.Option(help="The person's name. It can be erased.")],
    hours: Hours = HOURS,
) -> None:
    """Make one of a town's first two finance officers, or its first auditor, and print a token once.

    All others are invited by officers, over the API.
    """
    signer = _signer()

    async def run() -> None:
        async with services_of_settings() as services:
            town = await municipalities.by_code(municipality)
            if town is None:
                message = f"--municipality: there is no town {municipality}; `meguru municipalities create` makes it"
                raise MistakeError(message)
            person = await _invited(services, town, role, name)
            await _print_token(services, signer, person, hours)

    run_or_fail(run())


async def _invited(services: Services, town: Municipality, role: StaffRole, name: str) -> UUID:
    try:
        person = await invite_first(services, town, role, name)
    except InvalidInputError as error:
        message = "--name: must have 1 to 100 characters, without control characters"
        raise MistakeError(message) from error
    if person is None:
        message = f"--role: {town.name} has its first of them; a finance officer invites others by inviteStaff"
        raise MistakeError(message)
    return person


@tokens.command("issue")
def issue(person: Annotated[str, typer.Option(help="The person's id, per_...")], hours: Hours = HOURS) -> None:
    """Print a token of a person, with the roles that they have now. It is an entry of the audit trail."""
    key, signer = _person(person), _signer()

    async def run() -> None:
        async with services_of_settings() as services:
            await _print_token(services, signer, key, hours)

    run_or_fail(run())


async def _print_token(services: Services, signer: Tokens, person: UUID, hours: int) -> None:
    granted = await grant_token(services, person, hours)
    if granted is None:
        message = "--person: there is no such person, or they may act for nobody"
        raise MistakeError(message)
    typer.echo(f"person {encode(Prefix.PERSON, 0, person)}")
    typer.echo(f"token {signer.issue(granted.person, granted.roles, hours * 3_600, granted.session_version)}")


def _signer() -> Tokens:
    folder = settings_or_fail().keys_folder
    if folder is None or not any(folder.glob("*.pem")):
        fail("MEGURU_KEYS_FOLDER: must name a folder with at least one <kid>.pem")
    return Tokens(Keys(folder))


def _person(unchecked: str) -> UUID:
    try:
        prefix, _, key = decode(unchecked)
    except InvalidIdError:
        prefix, key = None, None
    if prefix is not Prefix.PERSON or not isinstance(key, UUID):
        fail("--person: must be the id of a person, such as per_0000...")
    return key
