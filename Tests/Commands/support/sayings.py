"""How real CAs say what became of a challenge: faults (see faults.py) that play their answers, and what they say."""

import copy
import threading
import time

from faults import changed
from scripted_ca import URN, problem
from web import Answer

# django-ca, of an order that has failed.
BARE = ("status", "expires")


def words(detail, kind="connection"):
    """An `error` member, without the `status` that caddy leaves out, too."""
    return {"type": URN + kind, "detail": detail}


def only(*members, when="invalid"):
    """Of an object with the status `when` nothing but these members is sent."""
    def change(object):
        if object["status"] == when:
            for name in set(object) - set(members):
                del object[name]
    return changed(change)


def when_invalid(**members):
    """An object that is invalid has these members as well; None is JSON's null."""
    return changed(lambda object: object["status"] == "invalid" and object.update(members))


def of_type(kind, **members):
    """These members of the challenges of this type changed, wherever they are seen."""
    def change(object):
        for challenge in object.get("challenges", [object]):
            if challenge["type"] == kind:
                challenge.update(members)
    return changed(change)


def of_name(name, fault):
    """The fault, in the answers about the authorization of this name alone; a wildcard is a name."""
    def play(request, go):
        answer = go()
        object = answer.json
        whose = ("*." if object.get("wildcard") else "") + object.get("identifier", {}).get("value", "")
        return fault(request, lambda: answer) if whose == name else answer
    return play


def stuck_until(nth, error):
    """The script of a CA that leaves the challenge pending with this error until it was answered so many times."""
    posts = []

    def challenge(request, go):
        posts.append(request)
        return go() if len(posts) >= nth else Answer(json={"type": "http-01", "status": "pending", "error": error})

    def look(request, go):
        fault = of_type("http-01", status="pending", error=error)
        return fault(request, go) if 0 < len(posts) < nth else go()
    return ("challenge", None, challenge), ("authorization", None, look)


class Validation:
    """One challenge by http-01 as it goes at some CA: `answers` says what is seen after the first answer to it, after
    the second, and so on, each as members of the challenge; the last stays. The order is left pending, and so is the
    authorization unless members of it are in `authorization`. Where a refusal goes with an answer, that is sent."""

    def __init__(self, *answers, refusals=(), authorization=None, after=0):
        self.answers, self.refusals, self.authorization = answers, list(refusals), authorization or {}
        self.after = after  # so many seconds after it was answered
        self.posts, self.seen = [], None
        self.lock = threading.Lock()

    @property
    def script(self):
        return ("challenge", None, self.challenge), ("authorization", None, self.look)

    def members(self):
        return copy.deepcopy(self.answers[min(len(self.posts), len(self.answers)) - 1])

    def challenge(self, request, go):
        with self.lock:
            self.posts.append(time.monotonic())
            first = len(self.posts) == 1
        answer = go() if first else None
        if len(self.posts) <= len(self.refusals) and (refusal := self.refusals[len(self.posts) - 1]):
            return problem(*refusal)
        if not first:
            answer = copy.deepcopy(self.answer)
        self.answer = copy.deepcopy(answer)
        if not self.after:
            answer.json = answer.json | self.shown()
        return answer

    def shown(self):
        self.seen = self.seen or time.monotonic()
        return self.members()

    def look(self, request, go):
        answer = go()
        if self.posts and time.monotonic() >= self.posts[0] + self.after:
            answer.json = copy.deepcopy(answer.json) | self.authorization
            for challenge in answer.json["challenges"]:
                if challenge["type"] == "http-01":
                    challenge.update(self.shown())
        return answer
