"""Just enough of MySQL's and PostgreSQL's protocols for real drivers to say what they say when a server refuses,
loses or rejects them. Protocols: dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html and
postgresql.org/docs/current/protocol-message-formats.html."""

import socket
import struct
import threading


def _serve(port, handle):
    server = socket.create_server(("127.0.0.1", port))

    def loop():
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_quietly, args=(handle, connection), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def _quietly(handle, connection):
    try:
        with connection:
            handle(connection)
    except OSError:
        return


def _packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def _receive(connection):
    head = b""
    while len(head) < 4:
        part = connection.recv(4 - len(head))
        if not part:
            raise ConnectionError("closed")
        head += part
    size = head[0] | head[1] << 8 | head[2] << 16
    body = b""
    while len(body) < size:
        body += connection.recv(size - len(body))
    return body


def mysql(port=3306, *, login_error=None, query_error=None, lose=False):
    """A MySQL server. `login_error` and `query_error` are (number, state, text); with `lose` the connection ends at
    the first query that is not a SET."""
    def error(number, code, state, text):
        return _packet(number, b"\xff" + struct.pack("<H", code) + b"#" + state.encode() + text.encode())

    def handle(connection):
        greeting = (b"\x0a" + b"8.0.36\0" + struct.pack("<I", 7) + b"12345678\0" + struct.pack("<H", 0xffff)
                    + b"\xff" + struct.pack("<HH", 2, 0xc1ff & ~0x0800) + bytes([21]) + bytes(10)
                    + b"123456789012\0" + b"mysql_native_password\0")
        # Capability flags without CLIENT_SSL, with PLUGIN_AUTH and SECURE_CONNECTION.
        greeting = greeting.replace(struct.pack("<H", 0xffff), struct.pack("<H", 0xf7ff), 1)
        connection.sendall(_packet(0, greeting))
        _receive(connection)
        if login_error:
            connection.sendall(error(2, *login_error))
            return
        okay = b"\x00\x00\x00" + struct.pack("<HH", 2, 0)
        connection.sendall(_packet(2, okay))
        while True:
            query = _receive(connection)
            if query[:1] == b"\x01":
                return
            if query[1:].lstrip().upper().startswith((b"SET", b"COMMIT", b"ROLLBACK")):
                connection.sendall(_packet(1, okay))
            elif lose:
                return
            elif query_error:
                connection.sendall(error(1, *query_error))
            else:
                connection.sendall(_packet(1, okay))
    _serve(port, handle)


def postgres(port=5432, *, severity="FATAL", state="28P01", text="", close=False):
    """A PostgreSQL server that answers every login with one error, or (`close`) hangs up without a word."""
    def handle(connection):
        size = struct.unpack("!I", connection.recv(4))[0]
        body = connection.recv(size - 4)
        if body[:4] == struct.pack("!I", 80877103):  # SSLRequest
            connection.sendall(b"N")
            size = struct.unpack("!I", connection.recv(4))[0]
            connection.recv(size - 4)
        if close:
            return
        fields = b"".join(key + value.encode() + b"\0" for key, value in (
            (b"S", severity), (b"V", severity), (b"C", state), (b"M", text))) + b"\0"
        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
    _serve(port, handle)
