"""The file that the web server reads is replaced whole, or not at all."""

import os
import stat

from testbed import PIPELINE, PipelineTest

LONG_AGO = 1_000_000_000


class Output(PipelineTest):
    """`-o` of the last tool, over the chain of last time."""

    def setup_method(self):
        super().setup_method()
        self.issue("example.org")
        os.utime(self.dir / "site.pem", (LONG_AGO, LONG_AGO))

    def again(self, *options):
        """Fetches the chain of the same order once more."""
        if not (self.dir / "order.json").exists():
            self.ok(self.sh("""
                acme-csr -k site.key example.org | acme-challenge --webroot "$WEBROOT" |
                  acme-finalize -o order.json"""))
        return self.ok(self.run_tool("acme-chain", *options, stdin=self.read("order.json")))

    def test_reader_of_the_old_file_keeps_it_whole(self):
        old = self.read("site.pem")
        with open(self.dir / "site.pem", "rb") as reader:
            self.issue("example.org")
            self.assertEqual(reader.read(), old)
        self.assertNotEqual(self.read("site.pem"), old)

    def test_nothing_is_left_beside_it(self):
        before = self.files()
        self.issue("example.org")
        self.assertEqual(self.files(), before)

    def test_mode_is_kept(self):
        (self.dir / "site.pem").chmod(0o640)
        self.issue("example.org")
        self.assertEqual(stat.S_IMODE((self.dir / "site.pem").stat().st_mode), 0o640)

    def test_link_is_followed(self):
        (self.dir / "link.pem").symlink_to("site.pem")
        old = self.read("site.pem")
        self.ok(self.sh(PIPELINE.format(names="example.org", chain="link.pem")))
        self.assertTrue((self.dir / "link.pem").is_symlink())
        self.assertNotEqual(self.read("site.pem"), old)
        self.good_chain("site.pem", ["example.org"])

    def test_equal_file_keeps_its_time_if_asked(self):
        self.again("-o", "site.pem")
        os.utime(self.dir / "site.pem", (LONG_AGO, LONG_AGO))
        self.again("-o", "site.pem", "--if-changed")
        self.assertEqual((self.dir / "site.pem").stat().st_mtime, LONG_AGO)

    def test_equal_file_gets_a_new_time_else(self):
        self.again("-o", "site.pem")
        os.utime(self.dir / "site.pem", (LONG_AGO, LONG_AGO))
        self.again("-o", "site.pem")
        self.assertNotEqual((self.dir / "site.pem").stat().st_mtime, LONG_AGO)

    def test_other_content_is_written_with_if_changed_too(self):
        self.again("-o", "site.pem", "--if-changed")
        self.assertNotEqual((self.dir / "site.pem").stat().st_mtime, LONG_AGO)
        self.assertEqual(self.read("site.pem"), self.again().out)
