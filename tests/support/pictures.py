"""Takes the pictures of README and docs from the running demonstration: `make pictures`.

python tests/support/pictures.py docs/pictures          # those that README shows
python tests/support/pictures.py FOLDER --all           # every page, phone and desktop, light and dark
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.browser import chromium, fresh_context
from support.demonstration import demonstration

SIZES = {"phone": {"width": 390, "height": 780}, "desktop": {"width": 1100, "height": 720}}
SCHEMES = ("light", "dark")
README_SIZE = {"width": 820, "height": 480}
IN_README = ("login", "refused", "account")


class Walk:
    """One browser that goes through every page, and photographs each where it stands."""

    def __init__(self, context, demo, take):
        self.tab = context.new_page()
        self.demo = demo
        self.take = take

    def go(self, path):
        self.tab.goto(self.demo.service + path)

    def press(self, text):
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=text, exact=True).or_(
                self.tab.get_by_role("link", name=text, exact=True)
            ).first.click()

    def type_email(self, email):
        self.tab.fill("#email", email)
        self.press("Continue")

    def sign_in_there(self, person):
        self.tab.check(f"input[value={person}]")
        self.tab.fill("input[type=password]", "demo")
        self.press("Sign in")

    def pages(self):
        """Give the name of each page once it is shown."""
        self.go("/login?return_to=/account")
        yield "login"
        self.type_email("nonsense")
        yield "login-error"
        self.type_email("ada@nowhere.example")
        yield "unknown"
        self.type_email("ada@acme.example")
        yield "company-login"
        with self.tab.expect_request("**/saml/acme/acs") as posted:
            self.sign_in_there("ada")
        self.tab.wait_for_url("**/account")
        yield "account"
        self.go("/logout")
        yield "sign-out"
        self.press("Sign out")
        yield "signed-out"
        self.tab.goto(self.demo.idp + "/")
        yield "portal"
        self.post_again(posted.value)
        yield "already-used"
        self.alter(posted.value)
        yield "refused"
        self.tab.goto(self.demo.idp + "/tile/acme")
        self.tab.wait_for_url("**/account")
        self.go("/nothing")
        yield "nothing-here"

    def post_again(self, request, spoil=""):
        """Deliver an answer once more, from the portal's own page."""
        fields = request.post_data_json
        self.tab.goto(self.demo.idp + "/")
        with self.tab.expect_navigation(url="**/saml/acme/acs"):
            self.tab.evaluate(
                """([url, fields]) => {
                    const form = document.createElement("form");
                    form.method = "post"; form.action = url;
                    for (const [name, value] of Object.entries(fields)) {
                        const input = document.createElement("input");
                        input.type = "hidden"; input.name = name; input.value = value;
                        form.append(input);
                    }
                    document.body.append(form); form.submit();
                }""",
                [request.url, {**fields, "SAMLResponse": spoil + fields["SAMLResponse"]}],
            )

    def alter(self, request):
        self.post_again(request, spoil="!")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--all", action="store_true")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = SIZES if given.all else {"readme": README_SIZE}
    schemes = SCHEMES if given.all else ("light",)
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(Path(folder)) as demo,
        chromium() as browser,
    ):
        for size, viewport in sizes.items():
            for scheme in schemes:
                with fresh_context(browser, viewport=viewport, color_scheme=scheme) as context:
                    walk = Walk(context, demo, given)
                    for name in walk.pages():
                        photograph(walk.tab, given, name, size, scheme)
    return 0


def photograph(tab, given, name, size, scheme):
    if not given.all and name not in IN_README:
        return
    tab.wait_for_load_state("load")
    path = given.folder / (f"{name}-{size}-{scheme}.png" if given.all else f"{name}.png")
    tab.screenshot(path=path, animations="disabled", full_page=True)
    print(path)  # noqa: T201 - progress, for people


if __name__ == "__main__":
    sys.exit(main())
