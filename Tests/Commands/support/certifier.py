"""acme2certifier (PyPI) as the CA, in the network of the name servers: its validation knows no ports but 53 and 80."""

import base64
import functools
import json
import pathlib
import tempfile

import pypi
from issuer import issuer
from nameservers import CA_RESOLVER, NameServers
from once import at_the_end
from testbed import wait_until

SERVER = pathlib.Path(__file__).with_name("certifier_server.py")
PORT = 30443  # only the tests' own servers are in that network
KEY_ID, MAC_KEY = "somebody", base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()

CONFIGURATION = """[DEFAULT]
dns_server_list: ["{resolver}"]
[Directory]
caaidentities: ["ca.example"]
[EABhandler]
eab_handler_module: acme2certifier.eabhandlers.json_handler
key_file: {dir}/eab.json
[Challenge]
dns_persist_01_support: True
dns_persist_allow_policy_wildcard: True
[Order]
retry_after_timeout: 1
profiles: {{"classic": "as ever", "short": "https://ca.example/short"}}
[Certificate]
enrollment_timeout: 0
[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {issuer}/intermediate.key
issuing_ca_cert: {issuer}/intermediate.pem
issuing_ca_crl: {dir}/crl
cert_save_path: {dir}
[DBhandler]
handler: wsgi
dbfile: {dir}/database
"""


class Certifier:
    """The running CA. What a pipeline's test wants of a testbed it has: `env`, and the root by `manage`."""

    def __init__(self):
        python, keys = pypi.programs() / "python3", issuer()
        self._folder = tempfile.TemporaryDirectory(prefix="acme-certifier-")
        self.dir = pathlib.Path(self._folder.name)
        (self.dir / "eab.json").write_text(json.dumps({KEY_ID: MAC_KEY}))
        configuration = self.dir / "configuration"
        configuration.write_text(CONFIGURATION.format(dir=self.dir, issuer=keys.folder, resolver=CA_RESOLVER))
        with open(self.dir / "log", "wb") as log:
            self.process = NameServers.shared().apart.start(
                "env", f"ACME_SRV_CONFIGFILE={configuration}", python, SERVER, str(PORT), keys.path("here.pem"),
                keys.path("here.key"), cwd=self.dir, stdout=log, stderr=log)
        at_the_end(self.stop)
        wait_until(lambda: self.process.poll() is not None or "ready\n" in self.log(), "acme2certifier runs")
        assert self.process.poll() is None, self.log()
        self.env = {"ACME_DIRECTORY": f"https://127.0.0.1:{PORT}/directory",
                    "ACME_CA_BUNDLE": str(keys.path("web-root.pem"))}

    @staticmethod
    @functools.cache
    def shared():
        return Certifier()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self._folder.cleanup()

    def log(self):
        return (self.dir / "log").read_text()

    def manage(self, _):
        return issuer().path("root.pem").read_bytes()
