"""Chromium without a window, spoken to over a pipe (the DevTools protocol): what it makes of a page."""

import base64
import json
import os
import pathlib
import subprocess
import tempfile
import threading

from tools import LIMIT, clean_environment


class Browser:
    """One running Chromium with one tab. It has a home of its own (`home`), where it finds `.pki/nssdb` too."""

    def __init__(self, *flags, home=None):
        self._folder = tempfile.TemporaryDirectory(prefix="acme-browser-", ignore_cleanup_errors=True)
        self.home = pathlib.Path(home or self._folder.name)
        self._flags = flags

    def __enter__(self):
        # Chromium has no sandbox for root, and refuses to start until it is told to do without.
        root = ["--no-sandbox"] if os.getuid() == 0 else []
        command = ["chromium", "--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe", *root,
                   f"--user-data-dir={self.home}/profile", *self._flags]
        theirs, ours = os.pipe(), os.pipe()
        # It reads from descriptor 3 and writes to 4.
        redirected = ["bash", "-c", f'exec "$@" 3<&{theirs[0]} 4>&{ours[1]}', "bash", *command]
        self._process = subprocess.Popen(
            redirected, pass_fds=(theirs[0], ours[1]), env=clean_environment(HOME=self.home),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs[0])
        os.close(ours[1])
        self._out, self._in = open(theirs[1], "wb", 0), open(ours[0], "rb")
        self._limit = threading.Timer(LIMIT, self._process.kill)
        self._limit.daemon = True
        self._limit.start()
        self._said, self._number, self._session = self._messages(), 0, {}
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]}
        return self

    def __exit__(self, *_):
        self._out.close()  # it ends itself when nobody is there to speak to
        self._process.wait()
        self._limit.cancel()
        self._in.close()
        self._folder.cleanup()

    def _messages(self):
        """What it says, up to the end of the pipe."""
        said = b""
        while part := self._in.read1():
            *whole, said = (said + part).split(b"\0")
            yield from map(json.loads, whole)
        raise AssertionError("the browser is gone")

    def call(self, method, **parameters):
        """The result of a method of the protocol."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters} | self._session
        self._out.write(json.dumps(asked).encode() + b"\0")
        answer = next(message for message in self._said if message.get("id") == self._number)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, url, width=1280, height=900):
        """Loads a page in a window of that size, a phone's where it is narrow."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        result = self.call("Page.navigate", url=url)
        assert "errorText" not in result, result
        self.evaluate("new Promise(loaded => document.readyState == 'complete' ? loaded() : onload = loaded)")

    def evaluate(self, script):
        """The value of a JavaScript expression in the page, whatever the page's own policy forbids."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def dom(self):
        return self.evaluate("document.documentElement.outerHTML")

    def screenshot(self, file, whole=False):
        """A PNG of the window, or of the whole page."""
        made = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        pathlib.Path(file).write_bytes(base64.b64decode(made["data"]))

    def pdf(self, file):
        """What would be printed on A4."""
        made = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        pathlib.Path(file).write_bytes(base64.b64decode(made["data"]))
