"""Several server processes on one listening socket, which they inherit: no connection is lost with one of them.

SIGHUP replaces them one after the other: the new one serves before the old one drains. A worker ends with its parent,
however that ended.
"""

import multiprocessing
import os
import signal
import socket
import threading
import time
from multiprocessing import connection, get_context
from typing import ClassVar

from uvicorn import Config, Server
from uvicorn.supervisors import multiprocess

from api.drain import DRAIN
from api.server import DrainingServer

PATIENCE_SECONDS = 15.0
"""How long an orphan may take to answer what it has."""


class Worker(multiprocess.Process):
    """One server process. `everyone`: whether all of them are stopping, so that none is replaced."""

    everyone: ClassVar[bool] = False

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        self._replaced = get_context("spawn").Event()
        super().__init__(config, sockets)

    @property
    def server(self) -> Server:
        """Its server, which drains."""
        if self._server is None:
            self._server = DrainingServer(self.config, self._replaced.is_set)
        return self._server

    def terminate(self) -> None:
        """Ask the process to end."""
        if not self.everyone:
            self._replaced.set()
        super().terminate()

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """What runs in the process."""
        threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
        super().target(sockets)


class Workers(multiprocess.Multiprocess):
    """The parent. It serves nothing itself."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        for number in (signal.SIGINT, signal.SIGTERM):  # at once, also while processes are being replaced
            signal.signal(number, lambda *_: self.should_exit.set())

    def terminate_all(self) -> None:
        """End all processes. The socket closes with the last of them: nobody must be left waiting there."""
        Worker.everyone = True
        super().terminate_all()
        for held in self.sockets:
            held.close()


def end_with_parent() -> None:
    """Wait for the end of the parent, also by SIGKILL, and end as by SIGTERM; at last whatever is still under way."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    DRAIN.seconds = 0.0  # whoever starts the service again needs the port
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)


def run(config: Config) -> None:
    """Serve by `config.workers` processes until SIGTERM; SIGHUP replaces them."""
    multiprocess.Process = Worker  # type: ignore[misc] # the supervisor has no other place for it
    Workers(config, [config.bind_socket()]).run()
