"""What a process starts with, and what it says when it does not."""

import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from api.keys import make_development_key
from api.settings import Settings, read_settings
from domain.settings import Profile, SettingsError
from tests.support.keys import make_production_key
from tests.support.served import ROOT

SECRET = "hunter2"
URL = f"postgres://meguru_server:{SECRET}@db.internal:5432/meguru"
Read = Callable[..., Settings]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads settings from exactly these variables."""

    def reading(**settings: object) -> Settings:
        for name in [name for name in os.environ if name.startswith("MEGURU_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(f"MEGURU_{name.upper()}", str(value))
        return read_settings()

    return reading


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    make_production_key(folder / "2026-01.pem")
    return folder


@pytest.fixture
def production(keys: Path) -> dict[str, object]:
    """Everything right."""
    return {"database_url": URL, "keys_folder": keys, "shop_code_guid": "jp.lg.iwamizawa.coin"}


def mistakes(read: Read, **settings: object) -> list[str]:
    """The lines; none of them, and nothing of the error, has a secret."""
    with pytest.raises(SettingsError) as refused:
        read(**settings)
    assert SECRET not in str(refused.value)
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    return str(refused.value).splitlines()


def test_production_starts_when_all_is_right(read: Read, production: dict, keys: Path):
    settings = read(
        **production, redis_url="redis://cache:6379/0", pool_size=20, allowed_origins='["https://coin.example.jp"]'
    )
    assert settings.profile is Profile.PRODUCTION
    assert not settings.development
    assert (settings.database_url, settings.redis_url, settings.keys_folder) == (URL, "redis://cache:6379/0", keys)
    assert (settings.pool_size, settings.allowed_origins) == (20, ("https://coin.example.jp",))


def test_development_starts_with_little(read: Read):
    settings = read(profile="development", database_url="postgres://meguru@127.0.0.1:5432/meguru")
    assert settings.development
    assert (settings.redis_url, settings.keys_folder, settings.personas_file, settings.pool_size) == (
        None,
        None,
        None,
        10,
    )


def test_development_may_have_what_production_may_not(read: Read, tmp_path: Path):
    (tmp_path / "development-1.pem").touch()
    assert read(
        profile="development", database_url=URL, keys_folder=tmp_path, personas_file=tmp_path / "personas.json"
    ).development


def test_no_profile_is_production(read: Read):
    lines = mistakes(read, database_url=URL)
    assert [line.partition(":")[0] for line in lines] == ["MEGURU_KEYS_FOLDER", "MEGURU_SHOP_CODE_GUID"]


def test_production_needs_a_folder_with_a_key(read: Read, production: dict, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "2026-01.txt").touch()
    for folder in (tmp_path / "empty", tmp_path / "other", tmp_path / "not_there", ""):
        [line] = mistakes(read, **production | {"keys_folder": folder})
        assert "MEGURU_KEYS_FOLDER: must name a folder with at least one <kid>.pem" in line


def test_production_refuses_a_development_key_beside_its_own(read: Read, production: dict, keys: Path):
    (keys / "2026-02.pem").write_text(SECRET)
    [line] = mistakes(read, **production)
    assert "MEGURU_KEYS_FOLDER: 2026-02.pem is no private key" in line
    developers = keys.parent / "developer"
    make_development_key(developers)
    (keys / "2026-02.pem").write_bytes((developers / "development-1.pem").read_bytes())
    [line] = mistakes(read, **production)
    assert "MEGURU_KEYS_FOLDER: 2026-02.pem is a development key" in line


def test_production_refuses_the_placeholder_of_shop_codes(read: Read, production: dict):
    del production["shop_code_guid"]
    for settings in (production, production | {"shop_code_guid": "jp.example.other.coin"}):
        [line] = mistakes(read, **settings)
        assert "MEGURU_SHOP_CODE_GUID: is the placeholder" in line


def test_production_refuses_personas(read: Read, production: dict, tmp_path: Path):
    [line] = mistakes(read, **production, personas_file=tmp_path / "personas.json")
    assert "MEGURU_PERSONAS_FILE: is for development" in line


def test_production_refuses_a_clock_that_nobody_compares(read: Read, production: dict):
    [line] = mistakes(read, **production, clock_check="false")
    assert "MEGURU_CLOCK_CHECK: may be false in development only" in line
    assert not read(profile="development", database_url=URL, clock_check="false").clock_check


def test_production_needs_a_provider_over_tls_with_a_key(read: Read, production: dict):
    for settings in (
        {"funding_url": "http://pay.internal/v1", "funding_key": SECRET},
        {"funding_url": "https://pay.internal/v1"},
    ):
        [line] = mistakes(read, **production, **settings)
        assert "MEGURU_FUNDING_URL: must be https" in line
    assert (
        read(**production, funding_url="https://pay.internal/v1", funding_key=SECRET).funding_url
        == "https://pay.internal/v1"
    )
    assert (
        read(profile="development", database_url=URL, funding_url="http://127.0.0.1:9", funding_key=SECRET).funding_key
        == SECRET
    )


@pytest.mark.parametrize("profile", ["production", "development"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", ""),
        ("database_url", SECRET),
        ("database_url", f"mysql://meguru:{SECRET}@db:3306/meguru"),
        ("database_url", f"postgres://meguru:{SECRET}@db:5432"),
        ("database_url", f"postgres://meguru:{SECRET}@db:5432/"),
        ("database_url", f"postgres://[meguru:{SECRET}@db:5432/meguru"),
        ("funding_url", "pay.internal"),
        ("funding_url", ""),
        ("bus_reconcile_seconds", "0"),
        ("bus_reconcile_seconds", "3601"),
        ("bus_reconcile_seconds", "soon"),
        ("longest_token_seconds", "0"),
        ("longest_token_seconds", "2678401"),
        ("metrics_port", "0"),
        ("metrics_port", "65536"),
        ("pool_size", "0"),
        ("pool_size", "-1"),
        ("pool_size", "101"),
        ("pool_size", "1.5"),
        ("pool_size", "many"),
        ("pool_size", ""),
        ("shop_code_guid", "jp.lg." + "x" * 27),
    ],
)
def test_a_mistake_names_its_variable(read: Read, production: dict, profile: str, name: str, value: str):
    [line] = mistakes(read, **production | {name: value}, profile=profile)
    assert line.startswith(f"MEGURU_{name.upper()}: ")


def test_a_missing_database_and_an_unknown_profile(read: Read, production: dict):
    [line] = mistakes(read, profile="development")
    assert line == "MEGURU_DATABASE_URL: Field required"
    [line] = mistakes(read, **production, profile="staging")
    assert line.startswith("MEGURU_PROFILE: ")


def test_every_mistake_has_its_line(read: Read, production: dict):
    lines = mistakes(read, **production | {"database_url": SECRET, "pool_size": SECRET, "profile": SECRET})
    assert [line.partition(":")[0] for line in lines] == ["MEGURU_PROFILE", "MEGURU_DATABASE_URL", "MEGURU_POOL_SIZE"]


def test_settings_do_not_change_after_the_start(read: Read, production: dict):
    settings = read(**production)
    with pytest.raises(ValueError, match="frozen"):
        settings.profile = Profile.DEVELOPMENT  # type: ignore[misc]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "MEGURU_DATABASE_URL"),
        ({"MEGURU_DATABASE_URL": URL, "MEGURU_SHOP_CODE_GUID": "jp.lg.town.coin"}, "MEGURU_KEYS_FOLDER"),
        ({"MEGURU_DATABASE_URL": URL, "MEGURU_POOL_SIZE": "0"}, "MEGURU_POOL_SIZE"),
        ({"MEGURU_DATABASE_URL": URL, "MEGURU_ALLOWED_ORIGINS": "https://a.example"}, "MEGURU_ALLOWED_ORIGINS"),
    ],
)
def test_the_command_ends_with_one_line_and_exit_code_2(settings: dict[str, str], name: str):
    ended = subprocess.run(
        [sys.executable, "-m", "api.cli", "serve"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    [line] = ended.stderr.splitlines()
    assert name in line
    assert SECRET not in line
    assert (ended.returncode, ended.stdout) == (2, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowed_origins", "https://a.example"),
        ("log_level", "verbose"),
        ("redis_url", "cache:6379"),
        ("database_url", f"postgres://u:{SECRET}/more@db:5432/meguru"),
        ("database_url", "postgres:///meguru"),
    ],
)
def test_a_mistake_that_only_the_parts_would_notice(read: Read, production: dict, name: str, value: str):
    [line] = mistakes(read, **production | {name: value})
    assert line.startswith(f"MEGURU_{name.upper()}: ")
    assert SECRET not in line


def test_every_mistake_of_production_has_its_line(read: Read, production: dict, keys: Path):
    make_production_key(keys / "development-1.pem")
    lines = mistakes(read, **production | {"shop_code_guid": "jp.example.city.coin", "personas_file": "x"})
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("MEGURU_FUNDING_URL", {"FUNDING_URL": "http://pay.internal/v1", "FUNDING_KEY": SECRET}),
        ("MEGURU_FUNDING_URL", {"FUNDING_URL": "https://pay.internal/v1"}),
        ("MEGURU_CLOCK_CHECK", {"CLOCK_CHECK": "false"}),
        ("MEGURU_DATABASE_URL", {"DATABASE_URL": f"mysql://meguru:{SECRET}@db:3306/meguru"}),
        ("MEGURU_REDIS_URL", {"REDIS_URL": SECRET}),
        ("MEGURU_PROFILE", {"PROFILE": SECRET}),
        ("MEGURU_LOG_LEVEL", {"LOG_LEVEL": SECRET}),
    ],
)
def test_the_push_process_has_the_same_rules_and_ends_with_one_line(name: str, facts: dict[str, str]):
    """It captures people's money: what the API may not do in the clear, it may not either."""
    others = {known: value for known, value in os.environ.items() if not known.startswith("MEGURU_")}
    settings = {"MEGURU_DATABASE_URL": URL} | {f"MEGURU_{fact}": value for fact, value in facts.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "push"],
        cwd=ROOT,
        env=others | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"{name}: ")
    assert SECRET not in line
    assert (ended.returncode, ended.stdout) == (1, "")
