"""Which files hold a key that tokens may be signed with, and how a developer's key is known under any name."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from api.keys import KeyFileError, Keys, make_development_key, mistakes_of
from tests.support.keys import make_production_key


def write(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> None:
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65_537, 2_048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-384", "secp256k1", "RSA", "Ed25519"],
)
def test_a_key_that_es256_does_not_sign_with_is_refused_in_every_profile(tmp_path: Path, key):
    write(tmp_path / "2026-01.pem", key)
    with pytest.raises(KeyFileError, match=r"2026-01\.pem is not a key of the curve P-256"):
        Keys(tmp_path)
    [mistake] = mistakes_of(tmp_path)
    assert "P-256" in mistake


def test_a_file_that_is_no_key_is_refused_without_repeating_it(tmp_path: Path):
    (tmp_path / "2026-01.pem").write_text("hunter2")
    [mistake] = mistakes_of(tmp_path)
    assert mistake == "2026-01.pem is no private key in PEM without a password"


def test_a_towns_own_key_is_taken(tmp_path: Path):
    make_production_key(tmp_path / "2026-01.pem")
    assert list(mistakes_of(tmp_path)) == []
    [published] = Keys(tmp_path).jwks()["keys"]
    assert (published["kid"], published["crv"], published["alg"], published["use"]) == (
        "2026-01",
        "P-256",
        "ES256",
        "sig",
    )


def test_a_development_key_is_known_under_another_name_and_in_another_form(tmp_path: Path):
    """As openssl writes it: SEC 1, without anything that was beside the key."""
    developers, towns = tmp_path / "developer", tmp_path / "town"
    make_development_key(developers)
    towns.mkdir()
    make_production_key(towns / "2026-02.pem")
    shutil.copy(developers / "development-1.pem", towns / "2026-01.pem")
    [mistake] = mistakes_of(towns)
    assert mistake.startswith("2026-01.pem is a development key")
    again = ["openssl", "ec", "-in", str(developers / "development-1.pem"), "-out", str(towns / "2026-01.pem")]
    subprocess.run(again, check=True, capture_output=True)
    assert b"BEGIN EC PRIVATE KEY" in (towns / "2026-01.pem").read_bytes()
    [mistake] = mistakes_of(towns)
    assert mistake.startswith("2026-01.pem is a development key")


def test_the_name_alone_is_enough(tmp_path: Path):
    make_production_key(tmp_path / "development-7.pem")
    [mistake] = mistakes_of(tmp_path)
    assert "development key" in mistake


def test_a_developers_key_is_made_once(tmp_path: Path):
    make_development_key(tmp_path)
    first = (tmp_path / "development-1.pem").read_bytes()
    make_development_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["development-1.pem"]
    assert (tmp_path / "development-1.pem").read_bytes() == first
