"""A pooler in transaction mode, as far as its clients notice: the process that greets them is not the one that answers."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BACKEND_KEY_DATA = b"K"
HEADER_BYTES = 5


@contextmanager
def pooler_before(port: int) -> Iterator[int]:
    """Listen on a free port of the loopback and pass everything on to `port`, another process id aside."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, port))
        accepting.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            forth = threading.Thread(target=_pass_on, args=(client, server))
            forth.start()
            _pass_on(server, client, greeting=True)
            forth.join()


def _pass_on(source: socket.socket, sink: socket.socket, *, greeting: bool = False) -> None:
    """Bytes as they come; `greeting` for a server's first messages, which are looked through (wants sslmode=disable)."""
    received = b""
    with suppress(OSError):
        while data := source.recv(65536):
            if not greeting:
                sink.sendall(data)
                continue
            received += data
            while greeting and len(received) >= HEADER_BYTES and len(received) >= (length := _length(received)):
                greeting = received[:1] != BACKEND_KEY_DATA
                sink.sendall(received[:length] if greeting else _disguised(received[:length]))
                received = received[length:]
            if not greeting:
                sink.sendall(received)
        sink.shutdown(socket.SHUT_WR)


def _length(message: bytes) -> int:
    return 1 + int(struct.unpack("!I", message[1:HEADER_BYTES])[0])


def _disguised(key_data: bytes) -> bytes:
    """The message that tells a session's process id, with another one."""
    process = int(struct.unpack("!I", key_data[HEADER_BYTES : HEADER_BYTES + 4])[0])
    return key_data[:HEADER_BYTES] + struct.pack("!I", process + 1) + key_data[HEADER_BYTES + 4 :]
