"""What a CA can do wrong: functions that make a fault for a ScriptedCA's script (see there)."""

import copy
import datetime
import email.utils
import itertools
import json

from scripted_ca import problem
from web import Answer, HangUp, Reset

HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"


# In place of the answer: the CA doesn't even do what was asked.

def says(status, body=b"", content_type="application/json", **headers):
    """Some answer. Underscores in a header's name are hyphens."""
    body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {"Content-Type": content_type} | dashed(headers)
    return lambda request, go: Answer(status, body=body, headers=dict(headers))


def html(status):
    """A proxy's error page."""
    return says(status, HTML, "text/html")


def refuses(kind, status=403, detail=None, members=None, **headers):
    """A problem, with these members besides and these headers."""
    return lambda request, go: problem(kind, status, detail, dashed(headers), copy.deepcopy(members))


def bad_nonce(**headers):
    return refuses("badNonce", 400, "that nonce is not one of ours", **headers)


def redirects(to, status=302):
    """To a path at this CA, or to a whole URL."""
    def fault(request, go):
        base = f"https://{request.headers['Host']}"
        return Answer(status, body=b"", headers={"Location": to if ":" in to else base + to})
    return fault


def dropped(request, go):
    """The connection is closed before anything was done."""
    raise HangUp


def reset(request, go):
    """The same, the hard way."""
    raise Reset


def sleeps(seconds):
    """An answer that comes too late, if it comes at all."""
    def fault(request, go):
        request.stopped.wait(seconds)
        return go()
    return fault


def raw(data):
    """Bytes that need not be HTTP, and the connection closed."""
    return lambda request, go: Answer(raw=data)


def endless(piece=b" " * 65536, status=200, content_type="application/json", before=b""):
    """A body without an end, as fast as it goes."""
    return lambda request, go: Answer(status, body=before, headers={"Content-Type": content_type},
                                      stream=itertools.repeat(piece))


def drip(request, go):
    """A body without an end, a blank every now and then."""
    def blanks():
        while not request.stopped.wait(0.2):
            yield b" "
    return Answer(stream=blanks())


# After it was done: the answer is lost, or changed on its way.

def lost(request, go):
    """It is done, but the client never hears of it."""
    go()
    raise HangUp


def done_and_reset(request, go):
    go()
    raise Reset


def done_but(status):
    """It is done, but the client hears of a failure."""
    return done_and(says(status))


def done_and(fault):
    """It is done, and then the fault is played in the answer's place."""
    def after(request, go):
        go()
        return fault(request, go)
    return after


def with_headers(**headers):
    """The right answer with these headers; None takes one away."""
    def fault(request, go):
        answer = go()
        answer.headers |= dashed(headers)
        return answer
    return fault


def with_status(status):
    def fault(request, go):
        answer = go()
        answer.status = status
        return answer
    return fault


def changed(change):
    """The right answer with its JSON changed in place by `change(object)`."""
    def fault(request, go):
        answer = go()
        answer.json = copy.deepcopy(answer.json)
        change(answer.json)
        return answer
    return fault


def with_members(**members):
    """The right answer with these members of its JSON set; None takes one away."""
    def change(object):
        for name, value in members.items():
            object[name] = value
            if value is None:
                object.pop(name)
    return changed(change)


def rewritten(rewrite):
    """The right answer with its body's bytes changed by `rewrite(bytes)`."""
    def fault(request, go):
        answer = go()
        answer.body = rewrite(answer.bytes())
        return answer
    return fault


def replaced(old, new):
    """The right answer with one text in its body replaced."""
    old, new = (text if isinstance(text, bytes) else text.encode() for text in (old, new))

    def rewrite(body):
        assert old in body, f"{old!r} is not in {body!r}"
        return body.replace(old, new)
    return rewritten(rewrite)


def in_pieces(request, go):
    """The right answer, slowly, its end shown by the connection's."""
    answer = go()
    body, answer.body = answer.bytes(), b""
    step = max(1, len(body) // 5)
    pieces = (body[at:at + step] for at in range(0, len(body), step))
    answer.stream = (piece for piece in pieces if not request.stopped.wait(0.05))
    return answer


def chunked(request, go):
    """The right answer in HTTP's chunks, with header names in lower case."""
    answer = go()
    body, answer.body = answer.bytes(), b""
    chunks = [body[at:at + 100] for at in range(0, len(body), 100)] + [b""]
    text = b"".join(b"%x;odd=extension\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    answer.headers = {name.lower(): value for name, value in answer.headers.items()}
    answer.headers |= {"Content-Length": None, "transfer-encoding": "chunked"}
    answer.body = text
    return answer


def by_hand(write):
    """The right answer as `write(head, body)` has it on the line, and the connection closed."""
    def fault(request, go):
        answer = go()
        answer.raw = write
        return answer
    return fault


def cut_short(request, go):
    """Half of the right answer, and the connection closed."""
    answer = go()
    body = answer.bytes()
    answer.headers |= {"Content-Length": str(len(body) + 1)}
    answer.body = body
    answer.stream = hang_up()
    return answer


def hang_up():
    raise HangUp
    yield b""


# Values for headers.

def http_date(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(at, usegmt=True)


def dashed(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}
