"""The client of a payment provider takes no nonsense for an answer."""

import asyncio
from uuid import uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.ports import ProviderUnavailableError
from mocks.payment_provider import KEY, PaymentProvider

NONSENSE = [
    b"",
    b"HTTP/1.1 200 OK\r\n\r\n[]",
    b"HTTP/1.1 200 OK\r\n\r\n{",
    b'HTTP/1.1 500 No\r\n\r\n{"state":"APPROVED"}',
    b'HTTP/1.1 200 OK\r\n\r\n{"state":"?"}',
]


async def test_a_wrong_key_is_no_answer(provider: PaymentProvider):
    with pytest.raises(ProviderUnavailableError):
        await HttpPaymentProvider(provider.address, "other").authorise(uuid4(), "tok", 1)


async def test_nonsense_and_silence_are_no_answers():
    answers = list(NONSENSE)

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    client = HttpPaymentProvider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", KEY)
    while answers:
        with pytest.raises(ProviderUnavailableError):
            await client.authorise(uuid4(), "tok", 1)
    server.close()
    await server.wait_closed()
    with pytest.raises(ProviderUnavailableError):
        await client.void(uuid4())


async def test_what_was_voided_before_it_arrived_is_not_approved(provider: PaymentProvider):
    reference = uuid4()
    client = HttpPaymentProvider(provider.address, KEY)
    await client.void(reference)
    assert not await client.authorise(reference, "tok", 1)
