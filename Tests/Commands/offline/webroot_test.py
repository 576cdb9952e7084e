"""publish and clean in a web root: modes, links that lead out of it, and what isn't ours."""

import json
import os
import shutil
import stat

import pytest

from bench import bench
from tools import BIN, ToolTest


class WebRootTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "web").mkdir()
        self.order = (bench().folder / "order.json").read_bytes()
        challenges = json.loads(self.order)["authorizations"][0]["challenges"]
        self.http = next(challenge["http"] for challenge in challenges if challenge["type"] == "http-01")
        self.token = self.dir / "web" / self.http["path"].lstrip("/")

    def verb(self, name, *argv):
        return self.run_tool("acme-challenge", name, "--webroot", "web", *argv, stdin=self.order)

    def mode(self, path):
        return stat.S_IMODE(path.stat().st_mode)

    def test_publish_and_clean(self):
        document = self.ok(self.verb("publish")).out
        self.assertEqual(self.token.read_text(), self.http["body"])
        self.assertEqual(json.loads(document)["url"], json.loads(self.order)["url"])
        self.ok(self.verb("clean"))
        self.assertFalse(self.token.exists())
        self.assertTrue(self.token.parent.is_dir(), "folders stay")

    def test_publish_and_clean_twice(self):
        for verb in "publish", "publish", "clean", "clean":
            self.ok(self.verb(verb))

    def test_modes_whatever_the_umask(self):
        """The web server is another user."""
        for umask in 0o077, 0o000:
            before = os.umask(umask)
            try:
                self.ok(self.verb("publish"))
            finally:
                os.umask(before)
            self.assertEqual(self.mode(self.token), 0o644)
            self.assertEqual([self.mode(self.token.parent), self.mode(self.token.parents[1])], [0o755, 0o755])
            self.token.unlink()
            self.token.parent.rmdir()
            self.token.parents[1].rmdir()

    def test_the_mode_of_a_file_that_is_there(self):
        """It holds the proof, but the web server couldn't read it, or anybody could change it."""
        self.token.parent.mkdir(parents=True)
        for mode in 0o600, 0o640, 0o666:
            self.token.write_text(self.http["body"])
            self.token.chmod(mode)
            self.ok(self.verb("publish"))
            self.assertEqual((self.mode(self.token), self.token.read_text()), (0o644, self.http["body"]))
        before = self.token.stat()
        self.ok(self.verb("publish"))
        self.assertEqual(self.token.stat().st_ctime_ns, before.st_ctime_ns, "what is right already is left alone")

    @pytest.mark.own_sandbox
    @pytest.mark.skipif(os.geteuid() != 0, reason="the folders are another user's")
    def test_folders_that_can_t_be_listed(self):
        """To pass through them is enough, for who owns the folder of the tokens."""
        self.token.parent.mkdir(parents=True)
        os.chown(self.token.parent, 65534, 65534)
        for folder in self.dir, self.dir / "web", self.token.parents[1]:
            folder.chmod(0o711)
        # The tool itself may lie in a folder that is closed to others.
        shutil.copy(BIN / "acme-challenge", self.dir)
        for verb, there in ("publish", True), ("clean", False):
            self.ok(self.run_tool("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "./acme-challenge", verb,
                                  "--webroot", "web", stdin=self.order))
            self.assertEqual(self.token.exists(), there)

    def test_modes_of_folders_that_are_there_stay(self):
        self.token.parent.mkdir(parents=True)
        os.chmod(self.token.parent, 0o2775)
        self.ok(self.verb("publish"))
        self.assertEqual(self.mode(self.token.parent), 0o2775)

    def test_never_through_a_link_out_of_it(self):
        for link, target in ((".well-known", "../outside"), (".well-known", str(self.dir / "outside")),
                             (".well-known/acme-challenge", "../../outside")):
            with self.subTest(link=link, target=target):
                (self.dir / "outside").mkdir(exist_ok=True)
                (self.dir / "web" / link).parent.mkdir(parents=True, exist_ok=True)
                (self.dir / "web" / link).symlink_to(target)
                result = self.verb("publish")
                self.fails(result, 73, "web|link")
                self.assertEqual(list((self.dir / "outside").rglob("*")), [])
                (self.dir / "web" / link).unlink()

    def linked(self, link, target):
        """A fresh web root with this link in it."""
        self.sh("rm -rf web; mkdir -p web/wk outside; ln -s ../web/wk outside/back")
        (self.dir / "web" / link).parent.mkdir(exist_ok=True)
        (self.dir / "web" / link).symlink_to(target)

    def test_by_any_link_that_leads_into_it(self):
        """Where it ends counts, not which way it goes."""
        inside = self.dir / "web"
        for link, targets in {
            ".well-known": ("wk", "../web/wk", "./wk/../wk/", inside / "wk", "../outside/back", self.dir / "outside/back", "."),
            ".well-known/acme-challenge": ("../wk", "../../web/wk", inside / "wk", "../../outside/back", "..", inside),
        }.items():
            for target in targets:
                with self.subTest(link, target=target):
                    self.linked(link, target)
                    self.ok(self.verb("publish"))
                    self.assertEqual(self.token.read_text(), self.http["body"])
                    self.ok(self.verb("clean"))
                    self.assertEqual([file for file in inside.rglob("*") if file.is_file()], [])

    def test_by_none_that_leads_elsewhere(self):
        for link in ".well-known", ".well-known/acme-challenge":
            above = "../" * link.count("/")
            for target, reason in {
                f"{above}nowhere": "a link there leads nowhere", "/no/where": "a link there leads nowhere",
                f"{above}..": "a link leads out of the web root", f"{above}../outside": "a link leads out of the web root",
                "/": "a link leads out of the web root", self.dir: "a link leads out of the web root",
                "/proc/self/cwd": "a link leads out of the web root", link.split("/")[-1]: "too many levels of symbolic links",
            }.items():
                with self.subTest(link, target=target):
                    self.linked(link, target)
                    before = self.files()
                    self.fails(self.verb("publish"), 73, f"error: can't use web/{link}: {reason}")
                    self.assertEqual(self.files(), before)

    def test_never_through_a_link_in_the_token_s_place(self):
        self.token.parent.mkdir(parents=True)
        (self.dir / "precious").write_text("precious")
        self.token.symlink_to(self.dir / "precious")
        result = self.verb("publish")
        self.assertIn(result.status, (0, 73))
        self.assertEqual((self.dir / "precious").read_text(), "precious")
        self.verb("clean")
        self.assertEqual((self.dir / "precious").read_text(), "precious")

    def test_the_web_root_may_be_a_link_itself(self):
        (self.dir / "site").mkdir()
        (self.dir / "web").rmdir()
        (self.dir / "web").symlink_to("site")
        self.ok(self.verb("publish"))
        self.assertEqual(self.token.read_text(), self.http["body"])

    def test_clean_takes_only_what_is_its_own(self):
        self.ok(self.verb("publish"))
        self.token.write_text("somebody else's")
        (self.token.parent / "neighbour").write_text("another's")
        self.verb("clean")
        self.assertEqual(self.token.read_text(), "somebody else's")
        self.assertEqual((self.token.parent / "neighbour").read_text(), "another's")

    def test_a_document_cannot_choose_the_file(self):
        """A path or a body that somebody wrote into the document is not what is published."""
        order = json.loads(self.order)
        for challenge in order["authorizations"][0]["challenges"]:
            if "http" in challenge:
                challenge["http"] |= {"path": "/../outside.txt", "body": "<script>"}
        self.order = json.dumps(order).encode()
        self.verb("publish")
        self.assertFalse((self.dir / "outside.txt").exists())
        self.assertNotIn("<script>", "".join(f.read_text() for f in (self.dir / "web").rglob("*") if f.is_file()))

    def test_a_document_cannot_choose_the_token(self):
        for token in "../../../outside", "a/b", "..", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ\n":
            with self.subTest(token):
                order = json.loads(self.order)
                for challenge in order["authorizations"][0]["challenges"]:
                    challenge |= {"token": token, "keyAuthorization": f"{token}.x"}
                result = self.run_tool("acme-challenge", "publish", "--webroot", "web", stdin=json.dumps(order))
                self.fails(result, 65, ".")
                self.assertEqual(self.files(), ["web"])
