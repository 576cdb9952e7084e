"""scripts/bench: what it measures is a table, a picture and JSON that fit together, and nothing of it stays behind."""

import json
import re
import signal
import subprocess
import xml.etree.ElementTree

from testbed import wait_until
from tools import LIMIT, PATH, REPO, ToolTest

BENCH = REPO / "scripts" / "bench"
SVG = "{http://www.w3.org/2000/svg}"
ONE = ("--only", "1-name", "--peer", "none", "--times", "1")


class BenchTest(ToolTest):

    def setup_method(self):
        super().setup_method()
        (self.dir / "tmp").mkdir()
        self.env |= {"TMPDIR": str(self.dir / "tmp"), "ACME_BIN": str(PATH)}

    def left_behind(self):
        return [path for path in self.files() if path.startswith("tmp/")]

    def well_formed(self, tables):
        """Each line of a table has as many cells as its head."""
        found = re.findall(r"(?:^\|.*\|\n)+", tables, re.M)
        self.assertTrue(found)
        for table in found:
            self.assertEqual(len({line.count("|") for line in table.splitlines()}), 1, table)

    def shown(self, result):
        """The table and the picture of figures that were kept."""
        (self.dir / "kept.json").write_text(json.dumps(result))
        done = self.run_tool(BENCH, "--from", "kept.json", "--svg", "kept.svg")
        return done, xml.etree.ElementTree.parse(self.dir / "kept.svg").getroot()

    def test_a_row(self):
        done = self.run_tool(BENCH, *ONE, "--json", "out.json", "--markdown", "out.md", "--svg", "out.svg")
        self.assertEqual((done.status, done.out, done.err), (0, b"", "bench: 1-name: done\n"))
        self.assertEqual(self.left_behind(), [])
        result = json.loads((self.dir / "out.json").read_text())
        (row,) = result["rows"]
        (cell,) = row["cells"]
        (sample,) = cell["samples"]
        self.assertLess(sample["wall"], LIMIT)
        self.assertGreater(sample["memory"], result["machine"]["least"]["memory"])
        self.assertIn(sample["requests"], range(6, 15))
        self.assertIn(cell["connections"][0], range(1, 5))
        self.well_formed((self.dir / "out.md").read_text())
        for done, picture in self.shown(result), self.shown(self.with_a_peer(result)):
            self.well_formed(self.ok(done).text)
            bars = [rect.get("class") for rect in picture.iter(f"{SVG}rect") if "bar" in rect.get("class")]
            self.assertEqual(bars[-1], "bar ours")
        self.assertEqual(len(bars), 2)

    def with_a_peer(self, result):
        """That was twice as quick, and another that can't play."""
        (row,) = result["rows"]
        (cell,) = row["cells"]
        (sample,) = cell["samples"]
        quick = {"name": "quick", "ours": False, "note": "", "connections": [1],
                 "samples": [sample | {"wall": sample["wall"] / 2}]}
        broken = quick | {"name": "broken", "samples": [], "reason": "no such thing"}
        return result | {"rows": [row | {"cells": [cell, quick, broken]}]}

    def test_one_that_fails_has_no_figures(self):
        """Our own is a failure of the bench, too."""
        (self.dir / "bin").mkdir()
        for tool in "acme-key", "acme-csr", "acme-register":
            (self.dir / "bin" / tool).symlink_to(PATH / tool)
        for tool in "acme-challenge", "acme-finalize", "acme-chain":
            (self.dir / "bin" / tool).write_text("#!/bin/sh\necho out of order >&2; exit 70\n")
            (self.dir / "bin" / tool).chmod(0o755)
        done = self.run_tool(BENCH, *ONE, "--ours", "broken=bin")
        self.assertEqual(done.status, 1, done)
        self.assertIn("| broken | — |", done.text)
        self.assertIn("out of order (status 70)", done.text)
        self.well_formed(done.text)

    def test_one_that_is_interrupted(self):
        process = subprocess.Popen([BENCH, *ONE], cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: [*self.dir.glob("tmp/acme-bench-*/run-*")] or process.poll() is not None, "it has begun",
                       LIMIT)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=LIMIT), (b"", None))
        finally:
            process.kill()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.left_behind(), [])

    def test_usage(self):
        for words in (("--only", "nothing"), ("--times", "0"), ("--ours", "x=/nonexistent"), ("--peer", "nobody"),
                      ("--wrong",)):
            with self.subTest(words):
                self.fails(self.run_tool(BENCH, *words), 64, "argument|unrecognized")
        rows = re.findall(r"(?m)^(\S+) +\S", self.ok(self.run_tool(BENCH, "--list")).text)
        helped = self.ok(self.run_tool(BENCH, "--help")).text
        self.assertIn(",".join(rows), re.sub(r"\s", "", helped))

    def test_the_readme_has_a_place_for_it(self):
        text = (REPO / "README.md").read_text(encoding="utf-8")
        self.assertEqual(len(re.findall("(?s)<!-- scripts/bench --readme writes this -->\n.*<!-- to here -->\n", text)), 1)
