"""publish and clean in a web root: modes, links that lead out of it, and what isn't ours."""

import json
import os
import stat

from bench import bench
from tools import ToolTest


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
