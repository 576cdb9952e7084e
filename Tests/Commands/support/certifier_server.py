"""Serves acme2certifier over https: `certifier_server.py PORT CERTIFICATE KEY`, by a python3 that has it installed.

It makes no certificate before the answer to finalize is ready, so that answer always says `processing`.
"""

import socketserver
import ssl
import sys
import threading
from wsgiref.simple_server import WSGIServer

from acme2certifier.cahandlers.openssl_ca_handler import CAhandler
from acme2certifier.share.acme2certifier_wsgi import application, get_handler_cls

answered = threading.Semaphore(0)
enroll = CAhandler.enroll


def late(handler, csr):
    answered.acquire()
    return enroll(handler, csr)


def answering(environ, start_response):
    answer = application(environ, start_response)
    if environ["PATH_INFO"].endswith("/finalize"):
        answered.release()
    return answer


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def setup_environ(self):
        super().setup_environ()
        self.base_environ["HTTPS"] = "on"  # its URLs are made by this


CAhandler.enroll = late
port, certificate, key = sys.argv[1:]
server = Server(("127.0.0.1", int(port)), get_handler_cls())
server.set_app(answering)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
