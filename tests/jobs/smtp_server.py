"""A real SMTP server in a process of its own, which remembers every message it took and drops none.

python -m tests.jobs.smtp_server LOG: prints its port; each message that it answered with 250 is a line of LOG
(its Message-ID and recipient). How it treats somebody is told by the beginning of their address.
"""

import asyncio
import os
import sys
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Memory:
    """What the server does with what it is sent."""

    def __init__(self, log: str) -> None:
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.put_off: set[str] = set()

    async def handle_RCPT(  # noqa: N802  # the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone-"):
            name = address.partition("@")[0]
            return f"550 5.1.1 <{address}>: no such mailbox {name} here, ask postmaster@mail.example.net"
        if address.startswith("later-") and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 greylisted, try again"
        if address.startswith("closing-") and address not in self.put_off:
            self.put_off.add(address)
            return f"421 4.3.2 closing, no time for {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        address = envelope.rcpt_tos[0]
        if address.startswith("spam-"):
            return "554 5.7.1 not wanted"
        if address.startswith("busy-") and address not in self.put_off:
            self.put_off.add(address)
            return "452 4.3.1 disk full"
        if address.startswith("slow-"):
            await asyncio.sleep(1.5)
        if address.startswith("silent-"):
            await asyncio.sleep(600)
        content = envelope.content
        assert isinstance(content, bytes)
        name = content.partition(b"Message-ID:")[2].split(maxsplit=1)[0]
        os.write(self.log, name + f" {address}\n".encode())
        return "250 taken"


async def serve(log: str) -> None:
    loop = asyncio.get_running_loop()

    def make() -> Any:
        return SMTP(memory, hostname="localhost", loop=loop)

    memory = Memory(log)
    server = await loop.create_server(make, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # until whoever started it is gone


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
