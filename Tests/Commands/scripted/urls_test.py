"""URLs that the CA hands out: used exactly as they are, or refused (RFC 8555, 6.1, 6.4.1; the contract on origins)."""

from acme_objects import rfc3339
from faults import changed, says, with_headers, with_members
from journey import CHALLENGE, EVERY, FINALIZE, JourneyTest, fails, fine, never_asked, story


def http(url):
    return url.replace("https:", "http:", 1)


def foreign(url):
    """The same server by another name: reachable, trusted, and of another origin."""
    return url.replace("127.0.0.1", "localhost", 1)


def swapped(member, change):
    """The URL in this member, or each of those in its array, changed."""
    def fault(object):
        value = object.get(member)
        object[member] = [change(url) for url in value] if isinstance(value, list) else value and change(value)
    return changed(fault)


def location(change):
    def fault(request, go):
        answer = go()
        answer.headers["Location"] = change(answer.headers["Location"])
        return answer
    return fault


def challenges(change):
    return changed(lambda object: [c.update(url=change(c["url"])) for c in object["challenges"]])


def refused(name, where, fault, by=CHALLENGE, **more):
    return fails(name, by, 76, "", (where, EVERY, fault), **more)


class RefusedTest(JourneyTest):
    """Plain http, other origins, and what is no URL: 76, and nobody asks there (the CA would call that a violation)."""

    table = [
        refused("http for the order", "new-order", location(http)),
        refused("http for finalize", "new-order", swapped("finalize", http), sent={"challenge": 0}),
        refused("http for an authorization", "new-order", swapped("authorizations", http), sent={"authorization": 0}),
        refused("http for a challenge", "authorization", challenges(http), sent={"challenge": 0}),
        refused("http for the certificate", "finalize", swapped("certificate", http), FINALIZE),
        refused("another origin for the order", "new-order", location(foreign)),
        refused("another origin for finalize", "new-order", swapped("finalize", foreign), sent={"challenge": 0}),
        refused("another origin for an authorization", "new-order", swapped("authorizations", foreign)),
        refused("another origin for a challenge", "authorization", challenges(foreign), sent={"challenge": 0}),
        refused("another origin for the certificate", "finalize", swapped("certificate", foreign), FINALIZE),
        refused("the origin only as a user's name", "new-order", swapped(
            "finalize", lambda url: url.replace("/finalize", "@elsewhere.example/finalize"))),
        refused("the origin only as a beginning", "new-order", swapped(
            "finalize", lambda url: url.replace("127.0.0.1", "127.0.0.1.elsewhere.example"))),
        refused("another port", "new-order", swapped("finalize", lambda url: "https://127.0.0.1:1/finalize/1")),
        refused("no port", "new-order", swapped("finalize", lambda url: "https://127.0.0.1/finalize/1")),
        refused("another server's path for the order", "new-order", with_headers(Location="//localhost/order/1")),
        refused("a path with a fragment for the order", "new-order", with_headers(Location="/order/1#1")),
        refused("a path with a blank for the order", "new-order", with_headers(Location="/order /1")),
        refused("a path for finalize", "new-order", with_members(finalize="/finalize/1")),
        refused("a file", "new-order", with_members(finalize="file:///etc/passwd")),
        refused("nothing at all", "new-order", with_members(finalize="")),
        refused("a URL with a blank", "new-order", swapped("finalize", lambda url: url + " ")),
        refused("a URL with a line break", "new-order", swapped("finalize", lambda url: url + "\r\nX-Odd: 1")),
        refused("a URL with a NUL", "new-order", swapped("finalize", lambda url: url + "\0")),
        refused("a URL with an umlaut", "new-order", swapped("finalize", lambda url: url + "ü")),
        refused("no Location for the order", "new-order", with_headers(Location=None)),
        refused("an empty Location", "new-order", with_headers(Location="")),
    ]


def odd(url):
    """Legal, and easily put right by mistake."""
    start, _, rest = url.partition("/authorization/")
    return f"{start}/authorization//./{rest}/%7e/?name=%41+b&&x"


def even(request, go):
    """Finds the authorization behind an odd URL."""
    request.path = request.path.replace("//./", "/").partition("/%7e/")[0]
    return go()


class UsedTest(JourneyTest):
    """What is right is asked for byte by byte; the directory is read again when it is old or wrong."""

    table = [
        fine("odd characters stay", ("new-order", EVERY, swapped("authorizations", odd)),
             ("order", EVERY, swapped("authorizations", odd)), ("finalize", EVERY, swapped("authorizations", odd)),
             ("authorization", EVERY, even)),
        fine("a path for the order", ("new-order", EVERY, with_headers(Location="/order/1"))),
        fine("a name beside newOrder for the order", ("new-order", EVERY, with_headers(Location="./order/1"))),
        fine("a server and a path for the order", ("new-order", EVERY, location(lambda url: url.partition(":")[2]))),
        fine("the directory's own other origin", ("new-order", EVERY, swapped("finalize", foreign)),
             ("order", EVERY, swapped("finalize", foreign)), ("finalize", EVERY, swapped("finalize", foreign)),
             habits={"hosts": ["localhost"]}, endpoints={"newOrder": foreign}, sent={"directory": 0}),
        fails("an origin that only meta names", CHALLENGE, 76, "", ("new-order", EVERY, swapped("finalize", foreign)),
              endpoints={"meta": lambda _: {"website": "https://localhost/"}}),
        fine("a directory read two days ago", account={"endpointsAt": rfc3339(-2 * 86400)}, sent={"directory": 1}),
        fine("an order's place that has moved", endpoints={"newOrder": lambda url: url.replace("new", "old")},
             sent={"old-order": 1}, also=story("old-order", "directory", "new-order")),
        fails("a directory that moved nowhere", CHALLENGE, 77, "404", ("new-order", EVERY, says(404)),
              sent={"directory": 1}),
        fails("a directory without newOrder", CHALLENGE, 76, "newOrder",
              ("directory", EVERY, with_members(newOrder=None)), account={"endpointsAt": rfc3339(-2 * 86400)}),
        fails("a directory that turned to http", CHALLENGE, 76, "", ("directory", EVERY, swapped("newOrder", http)),
              account={"endpointsAt": rfc3339(-2 * 86400)}, also=never_asked("/new-order")),
    ]
