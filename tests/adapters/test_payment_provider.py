"""The wire to a payment provider, over real sockets: each call is sent once, and only a whole right answer counts."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters import payment_provider as adapter
from adapters.payment_provider import HttpPaymentProvider, payment_provider
from domain.ports import ProviderUnavailableError
from mocks.payment_provider import KEY, PaymentProvider

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CALLS: dict[str, Callable[[HttpPaymentProvider], Awaitable[object]]] = {
    "authorise": lambda client: client.authorise(uuid4(), "tok", 1),
    "capture": lambda client: client.capture(uuid4(), 1),
    "void": lambda client: client.void(uuid4()),
}
STATES = {"authorise": b"APPROVED", "capture": b"CAPTURED", "void": b"VOIDED"}


def ok(body: bytes, *headers: bytes) -> bytes:
    lines = (b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Wire:
    """A server that counts connections and requests, keeps their text, and answers what it is given."""

    def __init__(self, answer: bytes | Answers) -> None:
        self.answer, self.connections, self.requests = answer, 0, list[bytes]()
        self.port = 0

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Wire"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await self._request(reader):
                self.requests.append(head)
                if callable(self.answer):
                    await self.answer(reader, writer)
                    return
                writer.write(self.answer)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        [length] = [line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
        return head + await reader.readexactly(int(length))


@asynccontextmanager
async def client_of(wire: Wire, scheme: str = "http", path: str = "") -> AsyncIterator[HttpPaymentProvider]:
    async with payment_provider(f"{scheme}://127.0.0.1:{wire.port}{path}", KEY) as client:
        assert client is not None
        yield client


async def test_a_process_without_an_address_has_no_provider():
    async with payment_provider(None, "") as client:
        assert client is None


async def test_what_is_sent():
    reference = uuid4()
    async with Wire(ok(b'{"state":"APPROVED"}')).serving() as wire, client_of(wire, path="/v1/") as client:
        assert await client.authorise(reference, "tok_1", 500)
        wire.answer = ok(b'{"state":"CAPTURED"}')
        await client.capture(reference, 500)
        wire.answer = ok(b'{"state":"VOIDED"}')
        await client.void(reference)
    lines = [request.split(b"\r\n")[0] for request in wire.requests]
    assert lines == [
        b"POST /v1/authorisations HTTP/1.1",
        b"POST /v1/authorisations/%b/capture HTTP/1.1" % str(reference).encode(),
        b"POST /v1/authorisations/%b/void HTTP/1.1" % str(reference).encode(),
    ]
    assert all(b"\r\nAuthorization: Bearer %b\r\n" % KEY.encode() in request for request in wire.requests)
    assert wire.requests[0].endswith(b'{"reference":"%b","token":"tok_1","amount":500}' % str(reference).encode())
    assert wire.requests[1].endswith(b'{"amount":500}')


async def test_the_stand_in_and_a_wrong_key():
    async with PaymentProvider().serving() as provider:
        async with payment_provider(provider.address, KEY) as client:
            reference = uuid4()
            await client.void(reference)
            assert not await client.authorise(reference, "tok", 1), "voided before it arrived"
        async with payment_provider(provider.address, "other") as client:
            with pytest.raises(ProviderUnavailableError):
                await client.authorise(uuid4(), "tok", 1)
        assert len(provider.calls) == 2


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"\x16\x03\x01\x00\xff nonsense",
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 Empty\r\n\r\n",
        b"HTTP/1.1 302 Elsewhere\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        ok(b""),
        ok(b"[]"),
        ok(b"{}"),
        ok(b"{"),
        ok(b"\xff"),
        ok(b'"APPROVED"'),
        ok(b'{"state":null}'),
        ok(b'{"state":["APPROVED"]}'),
        ok(b'{"state":"approved"}'),
        ok(b'{"state":"PENDING"}'),
    ],
)
async def test_an_answer_that_is_none_is_asked_for_once(call: str, answer: bytes):
    """Whether to ask again is the domain's decision: it closes its keys first."""

    async def once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with Wire(once).serving() as wire, client_of(wire) as client:
        with pytest.raises(ProviderUnavailableError):
            await CALLS[call](client)
    assert (wire.connections, len(wire.requests)) == (1, 1)


@pytest.mark.parametrize("call", CALLS)
async def test_the_answer_to_another_question_is_none(call: str):
    for other in STATES.keys() - {call}:
        async with Wire(ok(b'{"state":"%b"}' % STATES[other])).serving() as wire, client_of(wire) as client:
            with pytest.raises(ProviderUnavailableError):
                await CALLS[call](client)


async def test_an_answer_that_comes_twice_is_not_the_answer_to_the_next_call():
    """Else one resident's capture would be taken for another's."""
    twice = ok(b'{"state":"CAPTURED"}') * 2
    async with Wire(twice).serving() as wire, client_of(wire) as client:
        await client.capture(uuid4(), 1)
        wire.answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
        with pytest.raises(ProviderUnavailableError):
            await client.capture(uuid4(), 1)
    assert (wire.connections, len(wire.requests)) == (2, 2)


async def test_an_endless_answer_is_cut_off():
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" " * 10_000)
            await writer.drain()

    async with Wire(endless).serving() as wire, client_of(wire) as client:
        with pytest.raises(ProviderUnavailableError):
            await client.void(uuid4())


async def test_a_packed_answer_is_not_unpacked():
    packed = ok(gzip.compress(b'{"state":"VOIDED"}'), b"Content-Encoding: gzip")
    async with Wire(packed).serving() as wire, client_of(wire) as client:
        with pytest.raises(ProviderUnavailableError):
            await client.void(uuid4())
    assert b"accept-encoding: identity" in wire.requests[0].lower()


async def test_a_silent_or_slow_provider_is_waited_for_so_long_and_no_longer(monkeypatch: pytest.MonkeyPatch):
    """Also one that sends a byte now and then, so that no single read takes long."""
    monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.3)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    for answers in (silent, dripping):
        async with Wire(answers).serving() as wire, client_of(wire) as client:
            with pytest.raises(ProviderUnavailableError):
                await client.void(uuid4())
        assert len(wire.requests) == 1


async def test_nobody_listens():
    async with Wire(b"").serving() as wire:
        pass
    async with client_of(wire) as client:
        with pytest.raises(ProviderUnavailableError):
            await client.void(uuid4())


async def test_the_machines_proxy_and_netrc_are_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with Wire(ok(b'{"state":"VOIDED"}')).serving() as wire, client_of(wire) as client:
        await client.void(uuid4())
    assert b"Authorization: Bearer " in wire.requests[0]


async def test_many_at_once_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(adapter, "CONNECTION_LIMIT", 3)
    at_once, most = 0, 0

    async def counted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        writer.write(ok(b'{"state":"VOIDED"}'))
        await writer.drain()
        at_once -= 1

    async with Wire(counted).serving() as wire, client_of(wire) as client:
        await asyncio.gather(*[client.void(uuid4()) for _ in range(20)])
    assert len(wire.requests) == 20
    assert most <= 3


async def test_a_certificate_that_nobody_signed_hears_no_token(tmp_path: Path):
    answer = ok(b'{"state":"APPROVED"}')
    async with Wire(answer).serving(self_signed(tmp_path)) as wire, client_of(wire, "https") as client:
        with pytest.raises(ProviderUnavailableError):
            await client.authorise(uuid4(), "tok", 1)
    assert wire.requests == []


async def test_one_that_the_machine_trusts_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with Wire(ok(b'{"state":"APPROVED"}')).serving(self_signed(tmp_path)) as wire:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        adapter._trusted_authorities.cache_clear()
        try:
            async with client_of(wire, "https") as client:
                assert await client.authorise(uuid4(), "tok", 1)
        finally:
            adapter._trusted_authorities.cache_clear()
    assert len(wire.requests) == 1


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
