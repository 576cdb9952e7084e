"""Publishing on another host, through a real sshd: no key is there, and what comes back from there is not believed."""

import json
import re
import shlex
import socket

from manual import literal_blocks, section
import pytest
from sshd import Sshd
from testbed import PipelineTest
from tools import REPO, quoted

NAMES = ["example.org", "www.example.org"]
EARLIER = b"what the web server uses now\n"
ON = """acme-challenge respond <back.json | acme-challenge wait |
    acme-finalize --csr site.csr | acme-chain --csr site.csr -o site.pem"""


@pytest.mark.xdist_group("sshd")
class SplitTest(PipelineTest):
    """`ssh web` leads to the host with the web root."""

    def setup_method(self):
        super().setup_method()
        self.sshd = Sshd.shared()
        self.env["PATH"] = f"{self.sshd.bin}:{self.env['PATH']}"
        self.csr(*NAMES)

    def far(self, command):
        """What `command` prints over there."""
        return self.ok(self.run_tool("ssh", "web", command)).text


class OneWay(SplitTest):

    def test_the_manual_s_example(self):
        """As it stands there, but for the web root."""
        block, = (b for b in literal_blocks(section("acme-challenge.1", "EXAMPLES")) if "ssh web" in b)
        script = block.replace("/var/www/html", shlex.quote(str(self.testbed.webroot)))
        result = self.ok(self.run_tool("bash", "-e", "-o", "pipefail", "-c", script))
        self.assertEqual(result.out, b"")
        self.good_chain("site.pem", NAMES)
        self.assertEqual(self.testbed.tokens(), [])

    def test_no_key_is_over_there(self):
        """Nothing of ours is in its environment or its home; and while it works, none is on the disk that it shares."""
        self.assertNotIn("ACME_", self.far("env"))
        self.assertEqual(self.far("find ~ -mindepth 1"), "")
        self.ok(self.sh("acme-challenge order --type http-01 <site.csr >order.json"))
        heard = len(self.testbed.requests())
        for verb, count in (("publish", 2), ("clean", 0)):
            keys = {name: self.read(name) for name in ("account.key", "account.json", "site.key")}
            for name in keys:
                (self.dir / name).unlink()
            self.ok(self.sh(f'ssh web acme-challenge {verb} --webroot "$WEBROOT" <order.json >back.json'))
            self.assertEqual(self.load("back.json")["url"], self.load("order.json")["url"])
            self.assertEqual(len(self.testbed.tokens()), count)
            for name, content in keys.items():
                (self.dir / name).write_bytes(content)
        self.assertEqual(self.testbed.requests(since=heard), [])
        self.assertEqual(self.far("find ~ -mindepth 1"), "")

    def test_a_far_side_that_fails(self):
        """What it says comes through, and the document that stayed here is as good as before."""
        self.ok(self.sh("acme-challenge order --type http-01 <site.csr >order.json"))
        result = self.sh("ssh web acme-challenge publish --webroot /nowhere/at/all <order.json >/dev/null")
        self.fails(result, 73, "^acme-challenge: error: .*/nowhere/at/all")
        self.ok(self.sh('ssh web acme-challenge publish --webroot "$WEBROOT" <order.json >back.json'))
        self.ok(self.sh(ON))
        self.ok(self.sh('ssh web acme-challenge clean --webroot "$WEBROOT" <order.json >/dev/null'))
        self.good_chain("site.pem", NAMES)


class HandedBack(SplitTest):
    """Somebody takes the document from over there after all, and it has been changed there."""

    def setup_method(self):
        super().setup_method()
        (self.dir / "site.pem").write_bytes(EARLIER)
        self.ok(self.sh("acme-challenge order --type http-01 <site.csr >order.json"))
        self.addCleanup(self.sh, 'ssh web acme-challenge clean --webroot "$WEBROOT" <order.json >/dev/null')
        self.elsewhere = socket.create_server(("127.0.0.1", 0))
        self.elsewhere.setblocking(False)
        self.addCleanup(self.elsewhere.close)
        self.ours = re.match("https://[^/]+", self.env["ACME_DIRECTORY"])[0]
        self.theirs = f"https://127.0.0.1:{self.elsewhere.getsockname()[1]}"

    def hand_back(self, change, **values):
        """Publishes over there, and leaves in back.json what a jq filter makes there of the document."""
        values |= {"ours": self.ours, "theirs": self.theirs}
        given = [word for name, value in values.items() for word in ("--arg", name, value)]
        moved = 'def moved: walk(if type == "string" then sub("^" + $ours; $theirs) else . end); '
        command = " | ".join([quoted("acme-challenge", "publish", "--webroot", self.testbed.webroot),
                              quoted("jq", "-c", *given, moved + change)])
        self.ok(self.sh(f"ssh web {shlex.quote(command)} <order.json >back.json"))
        self.assertFalse(self.load("back.json") == self.load("order.json"))

    def refused(self, result, status, message):
        """One error; nothing of ours has gone elsewhere, and the site has the certificate that it had."""
        self.fails(result, status, message)
        with self.assertRaises(BlockingIOError):
            self.elsewhere.accept()
        self.assertEqual(self.read("site.pem"), EARLIER)

    def test_another_origin_s_urls(self):
        heard = len(self.testbed.requests())
        for change, status in [
            (".url |= moved", 76), (".authorizations[0].url |= moved", 76), (".order.finalize |= moved", 76),
            (".order.authorizations |= moved", 76), (".authorizations[].challenges |= moved", 76),
            (".url = .endpoints.keyChange", 76), (".authorizations[].challenges[].url = .endpoints.revokeCert", 76),
            (".endpoints.newOrder |= moved | .authorizations[].challenges |= moved", 76),
            (".endpointsAt = (now | todate) | .endpoints.newOrder |= moved | .order.finalize |= moved", 76),
            (".directory |= moved", 65), ("moved", 65),
        ]:
            with self.subTest(change):
                self.hand_back(change)
                self.refused(self.sh(ON), status, "^acme-challenge: error: ")
        self.assertLessEqual(set(self.testbed.requests(since=heard)), {"GET /dir"})

    def test_another_origin_is_no_directory_of_ours(self):
        """Without the account document at hand, --directory says where we mean to go."""
        del self.env["ACME_ACCOUNT"]
        self.hand_back("moved")
        self.refused(self.sh(ON.replace(" <", f" --directory {self.ours}/dir <", 1)), 65, "directory")

    def test_another_account(self):
        """The far side has one at the same CA, and would like the certificate to be its own."""
        self.ok(self.sh("acme-key -o far.key; acme-register -k far.key --agree-tos -o far.json"))
        other = self.load("far.json")
        heard = len(self.testbed.requests())
        for change in (".thumbprint = $thumbprint", ".jwk = ($jwk | fromjson)", ".accountURL = $url",
                       ".jwk = ($jwk | fromjson) | .thumbprint = $thumbprint",
                       ".jwk = ($jwk | fromjson) | .thumbprint = $thumbprint | .accountURL = $url"):
            with self.subTest(change):
                self.hand_back(change, thumbprint=other["thumbprint"], jwk=json.dumps(other["jwk"]), url=other["url"])
                self.refused(self.sh(ON), 65, "^acme-challenge: error: ")
        del self.env["ACME_ACCOUNT"]
        self.refused(self.sh(ON), 65, "key")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_other_names(self):
        heard = len(self.testbed.requests())
        for change, status in [(".authorizations[0].identifier.value = $name", 76), (
                '(.. | strings) |= (if . == "www.example.org" then $name else . end)', 65)]:
            with self.subTest(change):
                self.hand_back(change, name="elsewhere.example")
                self.refused(self.sh(ON), status, "^acme-challenge: error: ")
        self.assertEqual(self.testbed.requests(since=heard), [])

    def test_another_request(self):
        """For the same names, with a key that somebody else has. The pin holds in both tools that have it."""
        self.ok(self.run_tool("acme-key", "-o", "foreign.key"))
        foreign = self.ok(self.run_tool("acme-csr", "-k", "foreign.key", *NAMES)).text
        self.hand_back(".csr = $csr", csr=foreign)
        heard = len(self.testbed.requests())
        self.refused(self.sh(ON), 65, r"^acme-finalize: error: .* another certificate request than site\.csr")
        self.assertFalse(any("finalize" in request for request in self.testbed.requests(since=heard)))
        result = self.sh("acme-chain --csr site.csr -o site.pem <back.json")
        self.refused(result, 65, r"^acme-chain: error: .* another certificate request than site\.csr")

    def test_another_proof(self):
        """What is to be seen is worked out here from the token and our own key, whatever the document says of it."""
        self.hand_back("""(.authorizations[].challenges[] | select(.http)) |=
            (.http += {body: "x", path: "/x", url: "http://elsewhere.example/x"} | .keyAuthorization = "x")""")
        self.ok(self.sh("acme-challenge respond <back.json >answered.json"))

        def proofs(document):
            return [(c["keyAuthorization"], c["http"]) for a in self.load(document)["authorizations"]
                    for c in a["challenges"] if "http" in c]
        self.assertEqual(proofs("answered.json"), proofs("order.json"))
        self.ok(self.sh(ON))
        self.good_chain("site.pem", NAMES)


class SshWebRoot(SplitTest):
    """scripts/hooks/ssh-webroot: over there are sh, mkdir, cat and rm, and none of our tools."""

    def setup_method(self):
        super().setup_method()
        self.hook = REPO / "scripts" / "hooks" / "ssh-webroot"

    def challenge(self, folder, host="web"):
        command = f"{self.hook} {host} {shlex.quote(str(folder))}"
        return self.run_tool("acme-challenge", "--type", "http-01", "--hook", command, "-o", "ready.json",
                             stdin=self.read("site.csr"))

    def test_issues(self):
        """Through a folder whose name is as awkward as can be."""
        folder = self.dir / "it's a $HOME `root`;"
        folder.symlink_to(self.testbed.webroot)
        self.ok(self.challenge(folder))
        self.assertEqual(self.testbed.tokens(), [])
        self.ok(self.sh("acme-finalize <ready.json | acme-chain -o site.pem"))
        self.good_chain("site.pem", NAMES)

    def test_a_host_that_does_not_let_us_in(self):
        result = self.challenge(self.testbed.webroot, host="stranger")
        self.fails(result, 71, "failed with status 255")
        self.assertIn("Permission denied", result.err)
        self.assertFalse((self.dir / "ready.json").exists())
        self.assertEqual(self.testbed.tokens(), [])

    def test_a_folder_that_cannot_be_written(self):
        (self.dir / "plain").write_text("")
        result = self.challenge(self.dir / "plain")
        self.fails(result, 71, r"plain present failed with status \d+ \(for .*example\.org\)")
        self.assertRegex(result.err, "plain")
