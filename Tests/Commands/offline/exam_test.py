"""acme-exam(7): as many answers as questions, each with a heading of the textbook under which it stands."""

import re

from manual import MAN, section
from tools import ToolTest


class Exam(ToolTest):

    def items(self, heading):
        return section("acme-exam.7", heading).split("\n.It\n")[1:]

    def test_each_question_has_its_answer(self):
        self.assertEqual((len(self.items("QUESTIONS")), len(self.items("ANSWERS"))), (20, 20))

    def test_each_answer_stands_in_the_textbook(self):
        headings = set(re.findall(r"(?m)^\.S[hs] (.+)$", (MAN / "acme-pipeline.7").read_text()))
        for answer in self.items("ANSWERS"):
            named, = re.findall(r"(?m)^\.Pq (.+)$", answer)
            for heading in named.split(" , "):
                self.assertIn(heading, headings)
