"""A proxy on loopback that can lose a connection in the ways that networks do: cut, frozen, or just before an answer."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from dataclasses import dataclass

CHUNK = 65536


@dataclass(eq=False)
class Link:
    """One client with its connection to the target."""
    client: socket.socket
    target: socket.socket
    asked: bytes = b""  # the end of what the client said, to find a request across two chunks
    dropping: bool = False  # the request has gone by: answers are lost from here on
    lost: bytes = b""


class CuttableProxy:
    """Forwards 127.0.0.1:port to 127.0.0.1:target_port. Methods may be called at any time; they hold when they return.

    cut()      resets every connection and refuses new ones, as a dead host behind a firewall that rejects
    freeze()   keeps connections open, takes new ones in, and forwards nothing, as a host that vanished
    restore()  forwards again; what was held back by freeze() goes on its way
    drop_after(request, reply, then_cut)  waits until a client's bytes hold `request`, forwards them, and loses what the target answers; once
               the answer holds `reply` (any byte will do if it is empty) the connection is reset, and with `then_cut` no new one is
               taken until restore(). Once only; `dropped` is set then.
               The target has done what was asked, and the client cannot know.
    lose(request, then_cut)  the other way round: the request itself is lost with its connection, and the target never hears of it
    """

    def __init__(self, target_port: int):
        self.dropped = threading.Event()
        self._target_port = target_port
        self._links: set[Link] = set()
        self._frozen = False
        self._request = b""
        self._reply = b""
        self._then_cut = False
        self._loses = False
        self._ends = False
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake, woken = socket.socketpair()
        self._selector.register(woken, selectors.EVENT_READ, self._woken)
        self._listener: socket.socket | None = None
        self._listen(0)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        with self._lock:
            self._cut()
        self._nudge()

    def freeze(self) -> None:
        with self._lock:
            self._frozen = True
        self._nudge()

    def restore(self) -> None:
        with self._lock:
            self._frozen = False
            if not self._listener:
                self._listen(self.port)
        self._nudge()

    def drop_after(self, request: bytes, reply: bytes = b"", then_cut: bool = False) -> None:
        assert request, "the request that is to be dropped after must not be empty"
        with self._lock:
            self.dropped.clear()
            self._request, self._reply, self._then_cut, self._loses = request, reply, then_cut, False
            for link in self._links:
                link.asked = b""

    def lose(self, request: bytes, then_cut: bool = False) -> None:
        self.drop_after(request, b"", then_cut)
        with self._lock:
            self._loses = bool(self._request)

    def connections(self) -> int:
        with self._lock:
            return len(self._links)

    def close(self) -> None:
        self._ends = True
        self._nudge()
        self._thread.join(10)
        self.cut()

    def __enter__(self) -> CuttableProxy:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # --- The thread. Whatever it does with connections it does under the lock. -------------------------------------------

    def _nudge(self) -> None:
        self._wake.send(b".")

    def _woken(self, woken: socket.socket) -> None:
        woken.recv(CHUNK)

    def _listen(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))  # with SO_REUSEADDR
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _run(self) -> None:
        while not self._ends:
            events = self._selector.select()
            with self._lock:
                for key, _ in events:
                    # An earlier event of this round may have closed this one.
                    if key.fileobj.fileno() >= 0 and not (self._frozen and key.data != self._woken):
                        key.data(key.fileobj)
                frozen = self._frozen
            if frozen and not self._ends:
                # Unread input would wake select() for ever; only a method ends the frost.
                next(key.fileobj for key in self._selector.get_map().values() if key.data == self._woken).recv(CHUNK)

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        try:
            target = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
        except OSError:
            client.close()
            return
        target.settimeout(60)
        client.settimeout(60)
        link = Link(client, target)
        self._links.add(link)
        self._selector.register(client, selectors.EVENT_READ, lambda _: self._from_client(link))
        self._selector.register(target, selectors.EVENT_READ, lambda _: self._from_target(link))

    def _from_client(self, link: Link) -> None:
        data = self._read(link, link.client)
        if not data:
            return
        if self._request:
            link.asked += data
            if self._request in link.asked:
                self._request = b""
                if self._loses:
                    return self._dropped(link)
                link.dropping = True
            link.asked = link.asked[-len(self._request):]
        self._write(link, link.target, data)

    def _from_target(self, link: Link) -> None:
        data = self._read(link, link.target)
        if not data:
            return
        if not link.dropping:
            self._write(link, link.client, data)
            return
        link.lost += data
        if self._reply in link.lost:
            self._dropped(link)

    def _dropped(self, link: Link) -> None:
        self._reset(link)
        if self._then_cut:
            self._cut()
        self.dropped.set()

    def _cut(self) -> None:
        if self._listener:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        for link in list(self._links):
            self._reset(link)

    def _read(self, link: Link, source: socket.socket) -> bytes:
        try:
            data = source.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            self._end(link)
        return data

    def _write(self, link: Link, destination: socket.socket, data: bytes) -> None:
        try:
            destination.sendall(data)
        except OSError:
            self._end(link)

    def _end(self, link: Link) -> None:
        self._links.discard(link)
        for side in (link.client, link.target):
            if side.fileno() >= 0:
                self._selector.unregister(side)
                side.close()

    def _reset(self, link: Link) -> None:
        for side in (link.client, link.target):
            if side.fileno() >= 0:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST in place of FIN
        self._end(link)


def cuttable_proxy(target_port: int) -> CuttableProxy:
    return CuttableProxy(target_port)
