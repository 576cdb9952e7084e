"""A server that shows a certificate: TLS from the start, or after the words of a mail protocol (STARTTLS).

    python3 tls_server.py ADDRESS PORT CHAIN KEY NAMES [smtp|imap|pop3|silent]

says "ready" when it listens, and writes the name that each client asks for (SNI) to the file NAMES."""

import pathlib
import socket
import ssl
import sys
import threading

# What the server says first, the last word of the client's that begins TLS, and what is said to it; all else is "yes".
DIALOGUES = {
    "smtp": (b"220 mail.example ESMTP\r\n", b"STARTTLS", b"220 go\r\n", lambda line: b"250-mail.example\r\n250 STARTTLS\r\n"),
    "imap": (b"* OK ready\r\n", b"STARTTLS", b"%s OK go\r\n",
             lambda line: b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + line.split()[0] + b" OK done\r\n"),
    "pop3": (b"+OK ready\r\n", b"STLS", b"+OK go\r\n", lambda line: b"+OK\r\nSTLS\r\n.\r\n"),
}


def begin_tls(client, kind):
    """The words in clear."""
    greeting, start, go, answer = DIALOGUES[kind]
    client.sendall(greeting)
    while True:
        line = b""
        while not line.endswith(b"\r\n"):
            piece = client.recv(1)
            if not piece:
                raise OSError("the client went away")
            line += piece
        if line.split()[-1].upper() == start:
            client.sendall(go.replace(b"%s", line.split()[0]))
            return
        client.sendall(answer(line))


def serve(client, tls, kind):
    try:
        if kind == "silent":
            client.recv(1 << 20)
            threading.Event().wait()
        if kind:
            begin_tls(client, kind)
        with tls.wrap_socket(client, server_side=True) as wrapped:
            wrapped.recv(1)
    except OSError:
        pass


def main(address, port, chain, key, names, kind=None):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, key)

    def note(_, name, __):
        with open(names, "a") as file:
            file.write(f"{name}\n")
    tls.sni_callback = note
    pathlib.Path(names).touch()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, int(port)), family=family) as server:
        print(f"ready {server.getsockname()[1]}", flush=True)
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client, tls, kind), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
