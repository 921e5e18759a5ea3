"""Whatever becomes of the log's stream, a process that writes to it goes on."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.served import ROOT

LINES = 12_000
PROGRAM = f"""
import logging, sys, time
from domain import logs
logs.configure("debug")
import structlog
log = structlog.get_logger()

class Unspeakable:
    def __str__(self):
        raise RuntimeError

began = time.perf_counter()
for number in range({LINES}):
    log.info("counted", number=number, padding="x" * 300)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed", half="\\ud800", strange=Unspeakable())
    logging.getLogger("a.library").exception("%d is none", "text")
seconds = time.perf_counter() - began
logs._writers[0].drain(1)
print("%.3f %d" % (seconds, logs.lost()))
"""


def run(stderr: int | None) -> tuple[float, int]:
    """The seconds that writing took, and the lines lost."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, timeout=60, check=True
    )
    seconds, lost = done.stdout.split()
    return float(seconds), int(lost)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk without space is a device of Linux")
def test_a_full_disk_loses_lines_and_nothing_else():
    with Path("/dev/full").open("w") as full:
        _, lost = run(full.fileno())
    assert lost >= LINES


def test_a_stream_that_nobody_reads_delays_nobody():
    reading, writing = os.pipe()
    began = time.perf_counter()
    seconds, lost = run(writing)
    assert seconds < 10
    assert time.perf_counter() - began < 30, "also at its end"
    assert lost > 0
    os.close(reading)
    os.close(writing)


def test_a_reader_that_is_gone_loses_lines_and_nothing_else():
    reading, writing = os.pipe()
    os.close(reading)
    _, lost = run(writing)
    os.close(writing)
    assert lost >= LINES


def test_lines_that_the_stream_takes_are_all_there(tmp_path: Path):
    with (tmp_path / "log").open("w") as log:
        _, lost = run(log.fileno())
    lines = (tmp_path / "log").read_text().splitlines()
    counted = sum('"event":"counted"' in line for line in lines)
    assert counted + lost in {LINES, LINES + 1}, "a line that cannot be made is counted as lost"
    assert lost < LINES


def test_lines_of_one_kind_are_written_once_a_second(tmp_path: Path):
    program = """
import sys, time
from domain import logs
logs.configure("info")
import structlog
log = structlog.get_logger()
for _ in range(50):
    logs.rarely(log.warning, "database.away", error="X")
time.sleep(logs.EVERY_SECONDS)
logs.rarely(log.warning, "database.away", error="X")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=True)
    lines = done.stderr.decode().splitlines()
    assert [line.count("database.away") for line in lines] == [1, 1]
    assert ['"suppressed":0' in lines[0], '"suppressed":49' in lines[1]] == [True, True]
