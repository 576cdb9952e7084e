"""Stands between a client and the CA: counts connections, and delays what goes over them."""

import asyncio
import socket
import threading


class Relay:
    """Forwards connections to a port of this machine, as if it were `round_trip` seconds away.

    The kernel completes a client's handshake at once, so its first bytes wait for the round trip that this would have
    taken. `connections` counts those on which the client has said something."""

    def __init__(self, target, round_trip=0.0):
        self.target, self.round_trip, self.connections = target, round_trip, 0
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, listener):
        self._loop.run_until_complete(asyncio.start_server(self._accept, sock=listener))
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, from_client, to_client):
        established = self._loop.time() + self.round_trip
        ends = [to_client]
        try:
            from_ca, to_ca = await asyncio.open_connection("127.0.0.1", self.target)
            ends.append(to_ca)
            for end in ends:  # asyncio does so for some sockets only, and Nagle would add the other side's 40 ms
                end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.gather(self._carry(from_client, to_ca, established, count=1),
                                 self._carry(from_ca, to_client, established))
        except OSError:
            pass  # the CA is gone, and so is the connection
        finally:
            for end in ends:
                end.close()

    async def _carry(self, reader, writer, established, count=0):
        """One direction. What comes while earlier bytes are under way sets out at once, and the end like the bytes."""
        under_way = asyncio.Queue()
        delivery = asyncio.ensure_future(self._deliver(under_way, writer))
        data = b"not yet"
        while data:
            try:
                data = await reader.read(1 << 16)
            except ConnectionError:
                data = b""
            if data:
                self.connections += count
                count = 0
            under_way.put_nowait((max(self._loop.time(), established) + self.round_trip / 2, data))
        await delivery

    async def _deliver(self, under_way, writer):
        data = b"not yet"
        while data:
            due, data = await under_way.get()
            if (rest := due - self._loop.time()) > 0:
                await asyncio.sleep(rest)
            try:
                writer.write(data) if data else writer.write_eof()
                await writer.drain()
            except OSError:
                return  # whom it was for is gone
