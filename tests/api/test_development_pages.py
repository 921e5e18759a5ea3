"""What only app developers get: the playground, the people of the demo towns, and the operations of the apps."""

from pathlib import Path

import httpx
import pytest

from api.app import App
from api.settings import Settings
from domain.settings import Profile
from schema.engine.operations import document, files
from tests.support.keys import make_production_key

FOR_DEVELOPERS = {"/", "/metrics", "/dev/personas", "/static", "/playground/operations"}


def paths(profile: Profile, keys: Path) -> set[str]:
    """The routes of a process, beside `/graphql`."""
    keys.mkdir()
    make_production_key(keys / "2026-01.pem")
    settings = Settings(
        profile=profile,
        database_url="postgres://meguru@127.0.0.1:5432/meguru",
        keys_folder=keys,
        shop_code_guid="jp.lg.iwamizawa.coin",
    )
    return {route.path for route in App(settings).routes()}


@pytest.mark.parametrize(("profile", "served"), [(Profile.DEVELOPMENT, FOR_DEVELOPERS), (Profile.PRODUCTION, set())])
def test_pages_for_developers_are_served_in_development_only(profile: Profile, served: set[str], tmp_path: Path):
    served_to_all = {"/livez", "/readyz", "/.well-known/jwks.json"}
    assert paths(profile, tmp_path / "keys") & (FOR_DEVELOPERS | served_to_all) == served | served_to_all


def test_the_page_of_operations_has_the_text_of_every_file_with_its_fragments(address: str):
    answer = httpx.get(f"{address}/playground/operations")
    assert answer.json() == {path.stem: document(path.stem) for path in files()}
    assert "fragment RefusalFields on Refusal" in answer.json()["Pay"]
