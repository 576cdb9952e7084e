"""A PKCS#11 token for tests: SoftHSM's, in a folder of the test's own."""

import subprocess

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
SPY = "pkcs11-spy.so"  # OpenSC's: it keeps what is asked of the module that it stands before
PIN = "1234"
CONFIGURATION = """
directories.tokendir = {folder}/tokens
objectstore.backend = file
log.level = ERROR
"""


class Token:
    """A token called `vault`, whose PIN is in the file `pin`; `env` is what leads to it."""

    def __init__(self, folder):
        self.folder, self.names = folder, set()
        (folder / "tokens").mkdir(parents=True)
        (folder / "softhsm.conf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "pin").write_text(PIN + "\n")
        self.env = {"SOFTHSM2_CONF": str(folder / "softhsm.conf")}
        self.run("softhsm2-util", "--init-token", "--free", "--label", "vault", "--pin", PIN, "--so-pin", "567890")

    def make(self, name, kind):
        """A key, which never leaves the token; `kind` as pkcs11-tool has it. Returns its URI, which fits that key alone."""
        assert name not in self.names, f"two keys called {name}: who asks for one gets either"
        self.names.add(name)
        self.run("pkcs11-tool", "--module", MODULE, "--token-label", "vault", "--login", "--pin", PIN, "--keypairgen",
                 "--key-type", kind, "--label", name)
        return f"pkcs11:token=vault;object={name}"

    def run(self, *argv):
        done = subprocess.run(argv, env={"PATH": "/usr/bin:/bin", **self.env}, capture_output=True, timeout=60)
        assert done.returncode == 0, f"{argv}: {done}"
        return done.stdout
