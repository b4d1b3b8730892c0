"""A browser without a screen: redirects, forms, self-posting pages, and cookies by SameSite.

    browser = HttpBrowser(over_http())                              # real sockets; *.localhost is loopback
    browser = HttpBrowser(over_apps({"http://sp.localhost": app}))  # Flask programs in this process, by origin
    page = browser.open("http://sp.localhost:8000/login")
    page = page.submit({"email": "ada@acme.example"})               # the first form; button="Sign in" presses one
    page = page.submit({"person": "ada"}, hold="SAMLResponse")      # stops at the page that would post it
    page.form().fields["SAMLResponse"]; page = page.deliver()       # … and goes on
    page.status, page.url, page.text, page.headers, browser.cookies("sp.localhost"), browser.jar.withheld

Pages that post themselves (one form with a hidden SAMLRequest or SAMLResponse) are followed, as a
browser with scripts does. Cookies follow the table measured in Chromium; a cookie without SameSite
is treated as Lax at once, as after the two minutes that people take at their company's login.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html
from support.cookie_jar import CookieJar

MOST_STEPS = 20
PATIENCE = 60
MESSAGES = ("SAMLRequest", "SAMLResponse")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Transport = Callable[[str, str, dict[str, str], bytes | None], Reply]


def over_http(source=None, patience=PATIENCE) -> Transport:
    """Return a transport over real sockets, from this address of ours where one is given."""
    origin = source and (source, 0)

    def send(method, url, headers, body):
        parts = urlsplit(url)
        address = "127.0.0.1" if parts.hostname.endswith(".localhost") else parts.hostname
        connection = http.client.HTTPConnection(
            address, parts.port or 80, timeout=patience, source_address=origin
        )
        try:
            target = parts.path or "/"
            target += f"?{parts.query}" if parts.query else ""
            connection.request(method, target, body, {"Host": parts.netloc} | headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    return send


def over_apps(apps: dict) -> Transport:
    """Return a transport into Flask programs of this process, found by origin."""

    def send(method, url, headers, body):
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        client = apps[origin].test_client(use_cookies=False)
        target = parts.path or "/"
        answer = client.open(
            target,
            method=method,
            base_url=origin,
            query_string=parts.query,
            headers=headers,
            data=body,
        )
        return Reply(answer.status_code, list(answer.headers), answer.data)

    return send


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str]
    buttons: list[tuple[str, str, str]]
    """Each button's text, name and value."""

    @property
    def posts_itself(self):
        return any(name in self.fields for name in MESSAGES)


@dataclass
class Page:
    """Where the browser is; `hops` holds (method, URL without query, status) of the way here."""

    browser: HttpBrowser
    url: str
    reply: Reply
    hops: list[tuple[str, str, int]]

    @property
    def status(self):
        return self.reply.status

    @property
    def text(self):
        return self.reply.body.decode("utf-8", "replace")

    @property
    def path(self):
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def forms(self):
        if not self.reply.body:
            return []
        return [self._read(form) for form in html.fromstring(self.reply.body).iter("form")]

    def form(self):
        return self.forms()[0]

    def submit(self, values=None, *, button=None, number=0, hold=None):
        """Fill in a form and send it; `button` presses the one with that text."""
        form = self.forms()[number]
        fields = form.fields | (values or {})
        if button is not None:
            pressed = next(found for found in form.buttons if found[0] == button)
            fields |= {pressed[1]: pressed[2]} if pressed[1] else {}
        return self.browser.go(form.method, form.action, fields, initiator=self.url, hold=hold)

    def deliver(self, *, hold=None):
        """Send the message that was held."""
        return self.submit(hold=hold)

    def follow(self, text, *, hold=None):
        """Follow the link with that text."""
        links = html.fromstring(self.reply.body).iter("a")
        link = next(link for link in links if text in link.text_content())
        target = urljoin(self.url, link.get("href"))
        return self.browser.go("GET", target, None, initiator=self.url, hold=hold)

    def _read(self, form):
        buttons = [
            ((button.text_content() or "").strip(), button.get("name"), button.get("value") or "")
            for button in form.iter("button")
        ]
        action = urljoin(self.url, form.get("action") or self.url)
        return Form(
            action, (form.get("method") or "get").upper(), dict(form.form_values()), buttons
        )


@dataclass
class HttpBrowser:
    transport: Transport
    jar: CookieJar = field(default_factory=CookieJar)

    def open(self, url, *, initiator=None, hold=None):
        """Type an address, or follow a link from `initiator`."""
        return self.go("GET", url, None, initiator=initiator, hold=hold)

    def go(self, method, url, fields, *, initiator, hold=None):
        """Send a request and follow redirects and self-posting pages to where they end."""
        hops = []
        for _ in range(MOST_STEPS):
            if method == "GET" and fields is not None:
                url, fields = url.split("?")[0] + "?" + urlencode(fields), None
            reply = self.send(method, url, fields, initiator)
            hops.append((method, url.split("?")[0], reply.status))
            page = Page(self, url, reply, hops)
            if reply.status in (301, 302, 303, 307, 308):
                url = urljoin(url, reply.header("Location"))
                if reply.status < 304:
                    method, fields = "GET", None
                continue
            form = (
                next((form for form in page.forms() if form.posts_itself), None)
                if _is_html(reply)
                else None
            )
            if form is None or reply.status != 200 or (hold and hold in form.fields):
                return page
            method, url, fields, initiator = form.method, form.action, form.fields, url
        raise AssertionError(f"no end after {MOST_STEPS} steps: {hops}")

    def cookies(self, host):
        return {name: value for (at, _, name), (value, _) in self.jar.kept.items() if at == host}

    def send(self, method, url, fields, initiator):
        """Send one request, keep its cookies, and give the reply as it is."""
        headers = {"Accept": "text/html", "User-Agent": "HttpBrowser"}
        cookie = self.jar.header(method, url, initiator)
        if cookie:
            headers["Cookie"] = cookie
        body = None
        if method == "POST":
            body = urlencode(fields or {}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            if initiator:
                headers["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(initiator))
        reply = self.transport(method, url, headers, body)
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                self.jar.store(value, url)
        return reply


def _is_html(reply):
    return "html" in (reply.header("Content-Type") or "")
