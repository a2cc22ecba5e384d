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
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        threading.Thread(target=_greet_and_pass_on, args=(server, client), daemon=True).start()


def _greet_and_pass_on(server: socket.socket, client: socket.socket) -> None:
    """Change the process id in the server's greeting; wants a client that asks for no encryption (sslmode=disable)."""
    received = b""
    while data := server.recv(65536):
        received += data
        while len(received) >= HEADER_BYTES:
            length = 1 + struct.unpack("!I", received[1:HEADER_BYTES])[0]
            if len(received) < length:
                break
            message, received = received[:length], received[length:]
            if message[:1] == BACKEND_KEY_DATA:
                process = struct.unpack("!I", message[HEADER_BYTES : HEADER_BYTES + 4])[0]
                client.sendall(message[:HEADER_BYTES] + struct.pack("!I", process + 1) + message[HEADER_BYTES + 4 :] + received)
                _pass_on(server, client)
                return
            client.sendall(message)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
