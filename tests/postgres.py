"""A real PostgreSQL server on loopback, for as long as the tests of one process need it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all     127.0.0.1/32 trust
"""
PATIENCE = 60.0


class NotHereError(Exception):
    """There is no server to be had; says what would give one."""


@dataclass(frozen=True)
class Server:
    """A running server: user `postgres` may all; who is not `guarded` needs no password."""

    port: int
    place: Path

    @contextmanager
    def small_disk(self) -> Iterator[Path | None]:
        """Directory of the server's own on a file system of a megabyte; None where that can't be mounted."""
        disk = self.place / "small"
        disk.mkdir()
        mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
        if os.geteuid() or subprocess.run(mounted, check=False, capture_output=True).returncode:
            yield None
            return
        try:
            space = disk / "space"
            space.mkdir()
            owner = self.place.stat()
            os.chown(space, owner.st_uid, owner.st_gid)
            yield space
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def address(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres", user: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement by itself, and give its rows."""
        from adbc_driver_postgresql import dbapi

        with (
            dbapi.connect(self.address(database, user), autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    if found or on_path:
        return (found[-1] if found else Path(str(on_path)).resolve()).parent
    raise NotHereError("no PostgreSQL server is installed; `apt-get install postgresql-15` gives one")


def _unprivileged() -> dict[str, Any]:
    """Arguments that make a child process run as somebody else than root, whom the server refuses."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise NotHereError("root can't run PostgreSQL, and there is neither a user postgres nor nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server() -> Iterator[Server]:
    """Make a cluster in a temporary directory, run it, and leave nothing of it."""
    binaries, somebody = _binaries(), _unprivileged()
    place = Path(tempfile.mkdtemp(prefix="footfall-postgres-"))
    try:
        if somebody:
            os.chown(place, somebody["user"], somebody["group"])
        data = place / "data"
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
            capture_output=True, text=True, check=False, cwd=place, **somebody,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        (data / "pg_hba.conf").write_text(ACCESS)
        port = _free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "autovacuum": "off",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (place / "log").open("w") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *settings],
                stdout=log, stderr=log, cwd=place, start_new_session=True, **somebody,
            )  # fmt: skip
        try:
            _wait_until_ready(binaries, port, process, place / "log")
            yield Server(port, place)
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            process.wait(timeout=PATIENCE)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait_until_ready(binaries: Path, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while subprocess.run(
        [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
    ).returncode:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
