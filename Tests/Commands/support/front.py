"""The real nginx before a scripted CA, which by itself speaks no HTTP/2."""

from ports import silent_port
from testbed import wait_until
from web_servers import Nginx

SITE = """
server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate}.pem;
    ssl_certificate_key {certificate}.key;
    {settings}
    location / {{
        proxy_pass https://127.0.0.1:{behind};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header {header} "$server_protocol $connection";
    }}
}}
"""
HEADER = "X-Front"  # tells the CA how nginx is spoken to, and on which of its connections


def put_before(ca, test, settings=""):
    """From now on the CA is asked through an nginx with these settings, which ends with the test."""
    nginx = Nginx(test)
    with silent_port() as port:
        nginx.start(SITE.format(port=port, certificate=ca.issuer.path(ca.certificate), settings=settings,
                                behind=ca.server.port, header=HEADER), port)
    wait_until((nginx.dir / "own.pid").exists, "nginx has written its last file")
    ca.stand_at(port)


def connections(requests):
    """What the client's requests came by: a set of HTTP's version and the connection's number."""
    return {tuple(request.headers[HEADER].split()) for request in requests}
