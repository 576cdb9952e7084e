"""How often the CA is asked, and over how many connections."""

from recorder import Recorder, is_fetch, status_in
from testbed import PIPELINE, PipelineTest

MOST = 8  # for one name, with directory and nonce in the documents


class Counts(PipelineTest):
    """The tools talk to a recorder, which talks to the CA."""

    def account(self, kind="p256"):
        self.recorder = self.enterContext(Recorder(self.testbed))
        self.env["ACME_DIRECTORY"] = self.recorder.directory
        super().account(kind)

    def spoken(self):
        """The exchanges since the account was made."""
        return [e for e in self.recorder.exchanges if e[0].tool != "acme-register"]

    def polls_that_found_it_at_work(self):
        """Fetches of what was fetched or asked for before, and that still wasn't done."""
        seen, polls = set(), []
        for request, answer in self.spoken():
            asked_before = request.path in seen or request.path.startswith("/my-order/")  # newOrder's answer had it
            if is_fetch(request) and asked_before and status_in(answer) in ("pending", "processing"):
                polls.append(request)
            seen.add(request.path)
        return polls

    def test_one_name(self):
        heard = len(self.testbed.requests())
        self.ok(self.sh(PIPELINE.format(names="example.org", chain="site.pem")))
        self.good_chain("site.pem", ["example.org"])
        asked = [f"{request.method} {request.path}" for request, _ in self.spoken()]
        self.assertEqual(len(self.testbed.requests(since=heard)), len(asked), "nothing goes past the recorder")
        self.assertLessEqual(len(asked) - len(self.polls_that_found_it_at_work()), MOST, asked)

    def test_one_connection_a_process(self):
        self.ok(self.sh(PIPELINE.format(names="example.org www.example.org", chain="site.pem")))
        connections = {(request.tool, request.connection) for request, _ in self.spoken()}
        self.assertEqual(sorted(tool for tool, _ in connections), ["acme-chain", "acme-challenge", "acme-finalize"])
        self.assertEqual(self.recorder.server.connections, 1 + len(connections), "acme-register had one, too")

    def test_neither_directory_nor_nonce_is_asked_for_without_need(self):
        """The account document has the directory, and a nonce comes down the pipe."""
        self.ok(self.sh(PIPELINE.format(names="example.org", chain="site.pem")))
        spoken = [(r.tool, r.path) for r, _ in self.spoken()]
        self.assertNotIn("/dir", [path for _, path in spoken])
        self.assertEqual([tool for tool, path in spoken if path == "/nonce-plz"], ["acme-challenge"])
