"""A clock that tests move."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """The system's time, shifted by what a test asked for."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def forward(self, by: timedelta) -> None:
        self.shift += by
