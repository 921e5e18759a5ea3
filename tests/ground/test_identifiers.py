"""Identifiers: one id has one text, and UUIDs ascend whatever the clock does."""

from collections.abc import Callable, Iterator
from itertools import pairwise, repeat
from random import Random
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import InvalidIdError, Prefix, Uuid7, decode, decode_event, derived, encode, encode_event

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
TOWNS = st.integers(1, 2**15 - 1)
NUMBERED = (Prefix.ASSET, Prefix.MUNICIPALITY, Prefix.LOT)
KEYED = tuple(prefix for prefix in Prefix if prefix not in (*NUMBERED, Prefix.EVENT))
IDS = st.one_of(
    st.builds(encode, st.sampled_from(KEYED), TOWNS, st.uuids()),
    st.builds(encode, st.sampled_from(NUMBERED), TOWNS, st.integers(1, 2**31 - 1)),
)
EVENTS = st.builds(encode_event, TOWNS, st.uuids(), st.integers(0, 2**63 - 1))
HOLDER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
NOW = 1_700_000_000_000


def encoded_again(text: str) -> str | None:
    """The text of what a text means; None for what means nothing."""
    for read, write in ((decode, encode), (decode_event, encode_event)):
        try:
            return write(*read(text))  # type: ignore[operator]
        except InvalidIdError:
            continue
    return None


def refused(text: str) -> bool:
    return encoded_again(text) is None


@given(st.sampled_from(KEYED), TOWNS, st.uuids())
def test_an_id_of_a_uuid_reads_back(prefix: Prefix, town: int, key: UUID):
    text = encode(prefix, town, key)
    assert text.startswith(f"{prefix.value}_")
    assert decode(text) == (prefix, town, key)


@given(st.sampled_from(NUMBERED), TOWNS, st.integers(1, 2**31 - 1))
def test_an_id_of_a_number_reads_back(prefix: Prefix, town: int, number: int):
    assert decode(encode(prefix, town, number)) == (prefix, town, number)


@given(TOWNS, st.uuids(), st.integers(0, 2**63 - 1))
def test_an_id_of_an_event_reads_back(town: int, holder: UUID, sequence: int):
    assert decode_event(encode_event(town, holder, sequence)) == (town, holder, sequence)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("wal_00081h455vb4pex5vsknk084sn02q", encode(Prefix.WALLET, 1, HOLDER)),
        ("ast_0000000000", encode(Prefix.ASSET, 0, 0)),
        ("ast_0004000007", encode(Prefix.ASSET, 1, 7)),
        ("evt_00040rj2jxnjb7ejxwstsg42ctg1bg00000000001a", encode_event(1, HOLDER, 42)),
    ],
)
def test_the_text_of_an_id_never_changes(text: str, encoded: str):
    assert encoded == text


@given(st.one_of(IDS, EVENTS), st.data())
def test_one_changed_letter_is_another_id_or_none(text: str, data: st.DataObject):
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.one_of(st.sampled_from(LETTERS), st.characters())) + text[place + 1 :]
    assert encoded_again(changed) in (None, changed)


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(LETTERS + "_", max_size=50),
        st.from_regex(r"(wal|ast|evt)_[0-9a-z]{10,42}", fullmatch=True),
    )
)
def test_one_id_has_one_text(text: str):
    assert encoded_again(text) in (None, text)


def at(place: int, letter: str) -> Callable[[str], str]:
    return lambda text: text[:place] + letter + text[place:][1:]


@pytest.mark.parametrize(
    "text", [encode(Prefix.WALLET, 1, HOLDER), encode(Prefix.ASSET, 1, 10), encode_event(1, HOLDER, 10)]
)
@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.title,
        lambda text: text[:3].upper() + text[3:],
        lambda text: text[:4] + text[4:].upper(),
        lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        *(
            at(place, letter)
            for place in (4, 8, -1)
            for letter in "ilou" + "IO" + "٠" + "０" + "é" + "ａ" + "а" + "_" + "+" + "-" + " " + "\n" + "\0"
        ),
        lambda text: " " + text,
        lambda text: text + " ",
        lambda text: text + "\n",
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text[:4] + "0" + text[4:],
        lambda text: text[:4] + text[5:],
        lambda text: text[:4] + "_" + text[4:],
        lambda text: text.replace("_", ""),
        lambda text: text.replace("_", "-"),
        lambda text: text[4:],
        lambda text: text[:4],
        lambda text: text[:3],
        lambda text: "xyz" + text[3:],
        lambda text: "_" + text,
        lambda text: text[:0],
        lambda text: text * 2,
        lambda text: text[:4] + "0" * 100_000,
    ],
)
def test_another_writing_is_no_id(text: str, change: Callable[[str], str]):
    assert not refused(text)
    assert change(text) != text
    assert refused(change(text))


def test_a_number_that_is_too_large_is_no_id():
    """The first letter has bits to spare: 145 for 144, 50 for 48, 210 for 208."""
    for prefix, length, beyond in ((Prefix.WALLET, 29, "g"), (Prefix.ASSET, 10, "8")):
        for first in (beyond, "z"):
            with pytest.raises(InvalidIdError):
                decode(f"{prefix}_{first}" + "0" * (length - 1))
    with pytest.raises(InvalidIdError):
        decode_event("evt_8" + "0" * 41)


def test_a_sequence_that_no_event_has_is_no_id():
    assert decode_event(encode_event(1, HOLDER, 2**63 - 1))[2] == 2**63 - 1
    for sequence in (2**63, 2**64 - 1):
        with pytest.raises(InvalidIdError):
            decode_event(encode_event(1, HOLDER, sequence))


@given(IDS, EVENTS)
def test_events_have_ids_of_their_own(other: str, event: str):
    for text in (event, f"evt{other[3:]}"):
        with pytest.raises(InvalidIdError):
            decode(text)
    for text in (other, f"wal{event[3:]}"):
        with pytest.raises(InvalidIdError):
            decode_event(text)


@given(IDS, st.sampled_from(Prefix))
def test_a_key_does_not_pass_under_a_prefix_of_the_other_length(text: str, prefix: Prefix):
    long = {kind for kind in Prefix if kind in KEYED}
    other = prefix.value + text[3:]
    assert refused(other) == ((prefix in long) != (Prefix(text[:3]) in long) or prefix is Prefix.EVENT)


def generator(milliseconds: Iterator[int], seed: int = 1) -> Uuid7:
    return Uuid7(lambda: next(milliseconds), Random(seed).getrandbits)


def ascend(ids: list[UUID]) -> bool:
    return all(first < second for first, second in pairwise(ids))


@given(st.lists(st.integers(0, 2**47), min_size=1, max_size=200), st.integers(0))
def test_uuids_ascend_whatever_the_clock_says(times: list[int], seed: int):
    ids = generator(iter(times), seed)
    uuids = [ids.new() for _ in times]
    assert ascend(uuids)
    assert {(uuid.version, uuid.variant) for uuid in uuids} == {(7, RFC_4122)}
    assert [uuid.int >> 80 for uuid in uuids] == [max(times[: place + 1]) for place in range(len(times))]


def test_uuids_ascend_past_4096_in_one_millisecond():
    ids = generator(repeat(NOW))
    uuids = [ids.new() for _ in range(20_000)]
    assert ascend(uuids)
    assert {uuid.version for uuid in uuids} == {7}
    assert {uuid.int >> 80 for uuid in uuids} <= set(range(NOW, NOW + 7))


def test_uuids_ascend_when_the_clock_goes_back_and_catches_up():
    times = [*[NOW] * 5_000, *[NOW - 60_000] * 5_000, *range(NOW - 3, NOW + 100)]
    ids = generator(iter(times))
    uuids = [ids.new() for _ in times]
    assert ascend(uuids)
    assert uuids[-1].int >> 80 == NOW + 99


def test_uuids_of_two_processes_differ_in_the_same_millisecond():
    first, second = generator(repeat(NOW), 1), generator(repeat(NOW), 2)
    assert not {first.new() for _ in range(1_000)} & {second.new() for _ in range(1_000)}


def test_the_same_machine_event_has_the_same_key():
    assert derived(HOLDER, "a", "b") == derived(HOLDER, "a", "b")
    assert (
        len(
            {
                derived(HOLDER, "a", "b"),
                derived(HOLDER, "ab"),
                derived(HOLDER, "b", "a"),
                derived(UUID(int=1), "a", "b"),
                derived(HOLDER),
            }
        )
        == 5
    )
    assert derived(HOLDER).version == 5


@pytest.mark.parametrize("town", [2**15, 40_000, 2**16 - 1])
def test_a_town_that_the_database_cannot_have_is_no_id(town: int):
    assert refused(encode(Prefix.WALLET, town, HOLDER))
    assert refused(encode(Prefix.MUNICIPALITY, town, 1))
    assert refused(encode_event(town, HOLDER, 1))


def test_an_asset_that_the_database_cannot_have_is_no_id():
    assert refused(encode(Prefix.ASSET, 1, 2**31))
    assert refused(encode(Prefix.ASSET, 1, 2**32 - 1))
