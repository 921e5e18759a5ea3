"""Whether the process lives, and whether it may be sent requests."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.compose import Process
from api.drain import DRAIN
from domain.database import rows

READY_SECONDS = 2


async def livez(_: Request) -> Response:
    """The event loop answers."""
    return JSONResponse({"alive": True})


def readyz(process: Callable[[], Process]) -> Callable[[Request], object]:
    """The database answers, its clock agrees with ours, its disk has room, and every task that must live does.

    `dead` names the tasks that do not. A process that is stopping is not ready. Redis is told, not required: without it
    live updates are a second late.
    """

    async def answer(_: Request) -> Response:
        if DRAIN.refuses:
            return JSONResponse({"ready": False, "draining": True}, status_code=503)
        try:
            await asyncio.wait_for(rows("select 1"), READY_SECONDS)
        except Exception:  # noqa: BLE001 - any reason is the same answer
            return JSONResponse({"ready": False, "database": False}, status_code=503)
        services = process().services
        dead = services.living.dead
        clock = services.clock_watch is None or not services.clock_watch.wrong
        disk = not services.disk_watch.full
        ready = clock and disk and not dead
        body = {
            "ready": ready,
            "database": True,
            "bus": services.bus.connected,
            "clock": clock,
            "disk": disk,
            "dead": dead,
        }
        return JSONResponse(body, status_code=200 if ready else 503)

    return answer
