"""What the CA says about a failure: always shown, never raw, and whole in the problem document."""

from faults import refuses, says
from journey import CHALLENGE, EVERY, JourneyTest, fails, shows, told
from scripted_ca import URN

MALFORMED = URN + "malformed"
BIDI = "\u202eelpmaxe.live\u2066 \u200f"


def detail(name, text, message, *also):
    """The order is refused with this detail: the document holds it as it is, stderr only what can be seen."""
    return fails(name, CHALLENGE, 77, message, ("new-order", EVERY, refuses("malformed", 400, text)),
                 also=(told(lambda document: document["problem"]["detail"] == text), *also))


def problem(name, members, message):
    """The order is refused with exactly this problem object."""
    return fails(name, CHALLENGE, 77, message, ("new-order", EVERY, says(400, members, "application/problem+json")),
                 also=told(lambda document: document["problem"] == members))


def unseen(test, journey):
    """Nothing of the CA's dangerous text reached stderr as it was."""
    for raw in "\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2066", "\u200f", "\u2028":
        test.assertNotIn(raw, journey.stderr)


def short(test, journey):
    test.assertLess(len(journey.stderr), 16384)


class WordsTest(JourneyTest):
    table = [
        detail("plain words", "the name is on a list", "the name is on a list"),
        detail("words beyond ASCII", "der Name steht auf einer Liste – Köln, 北京", "Köln, 北京"),
        detail("escape sequences", "red \x1b[31m\x1b]0;title\x07 \x9b2J end", "red .*31m.* end", unseen),
        detail("line breaks", "one\r\nacme-challenge: error: forged\ntwo", "one.*two", unseen),
        detail("another line break", "one\u2028two\x85three\x0bfour", "one.*four", unseen),
        detail("bidirectional characters", f"the name {BIDI} is bad", "is bad", unseen),
        detail("NUL and the rest", "".join(map(chr, range(32))) + "\x7f seen", "seen", unseen),
        detail("100 kB of words", "0123456789" * 10_000, "0123456789", short),
        detail("100 kB of escapes", "\x1b[31m" * 20_000, "31m", short, unseen),
        detail("half a format", "%s %n %@ %1$s {0} \\(x)", "%s %n"),

        problem("no words at all", {"type": MALFORMED}, "malformed"),
        problem("no type", {"detail": "about nothing"}, "about nothing"),
        problem("an unknown type", {"type": "https://ca.example/odd", "detail": "as it is"}, "as it is"),
        problem("a status that contradicts", {"type": MALFORMED, "detail": "both", "status": 200}, "both"),
        problem("a status that is a text", {"type": MALFORMED, "detail": "text", "status": "four hundred"}, "text"),
        problem("members that nobody knows", {"type": MALFORMED, "detail": "more", "odd": {"deep": [1, 2.50]}}, "more"),
        problem("an instance", {"type": MALFORMED, "detail": "look", "instance": "https://ca.example/why"}, "look"),
        problem("algorithms", {"type": URN + "badSignatureAlgorithm", "detail": "no", "algorithms": ["ES384"]}, "no"),
        fails("a help link", CHALLENGE, 77, "see there", ("new-order", EVERY, refuses(
              "malformed", 400, "see there", Link='<https://ca.example/help>;rel="help"')),
              also=shows("https://ca.example/help")),
        fails("an instance for a person", CHALLENGE, 78, "read them", ("new-order", EVERY, refuses(
              "userActionRequired", 403, "read them", {"instance": "https://ca.example/terms/7"})),
              also=shows("https://ca.example/terms/7")),
        fails("a help link that isn't clean", CHALLENGE, 77, "see there", ("new-order", EVERY, refuses(
              "malformed", 400, "see there", Link='<https://ca.example/\x1b[31m\udc9b>;rel="help"')), also=unseen),
        fails("subproblems that aren't clean", CHALLENGE, 77, "two of them", ("new-order", EVERY, refuses(
              "compound", 400, "two of them", {"subproblems": [
                  {"type": MALFORMED, "detail": "\x1b[2J one" + BIDI, "identifier": {"type": "dns", "value": BIDI}},
                  {"type": "\x07bell", "detail": 7, "identifier": "one.example"}, "odd", None]})),
              also=(unseen, short)),
        fails("a thousand subproblems", CHALLENGE, 77, "so many", ("new-order", EVERY, refuses(
              "compound", 400, "so many", {"subproblems": [
                  {"type": MALFORMED, "detail": f"no {n}", "identifier": {"type": "dns", "value": f"{n}.example"}}
                  for n in range(1000)]}))),
        fails("a problem that is an array", CHALLENGE, 77, "400", ("new-order", EVERY, says(
              400, [MALFORMED], "application/problem+json"))),
        fails("a problem cut short", CHALLENGE, 77, "400", ("new-order", EVERY, says(
              400, b'{"type": "urn:ietf', "application/problem+json"))),
        fails("a problem of the wrong types", CHALLENGE, 77, "400", ("new-order", EVERY, says(
              400, {"type": 7, "detail": ["a"], "subproblems": "b", "status": None}, "application/problem+json"))),
        fails("a problem that says it is text", CHALLENGE, 75, "slow down", ("new-order", EVERY, says(
              429, {"type": URN + "rateLimited", "detail": "slow down"}, "text/plain"))),
    ]
