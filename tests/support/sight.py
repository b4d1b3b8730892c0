"""What can be seen of a page that a tab shows, where axe-core does not look: each gives sentences.

look(tab, 390, color_scheme="dark")     # sets the whole look, so that no earlier one is left over
faint_text(tab)                         # text below 4.5 : 1 in the colours that are really used (1.4.3)
faint_controls(tab)                     # edges of fields and buttons that are below 3 : 1 (WCAG 1.4.11)
small_targets(tab)                      # what a thumb misses: below 44 px, links within a sentence aside
sticking_out(tab)                       # what is wider than the window (1.4.10)
faint_rings(tab)                        # what is wrong with the ring of the focus (2.4.7, 2.4.11, 1.4.11)
tab_stops(tab), focus_stops(tab)        # every stop of the Tab key in turn, and where they should be
type_email(tab, "ada@acme.example")     # without a mouse, where the login page puts the keyboard
"""

from __future__ import annotations

from dataclasses import dataclass, field

TALL = 780
MOST_STOPS = 40
PLAIN = {
    "media": "screen",
    "color_scheme": "light",
    "forced_colors": "none",
    "reduced_motion": "reduce",
}
SETTLED = """() => [...document.querySelectorAll("picture")].every((each) => {
    const source = each.querySelector("source"), image = each.querySelector("img");
    const wanted = matchMedia(source.media).matches ? source.srcset : image.getAttribute("src");
    return image.complete && image.currentSrc === new URL(wanted, location).href;
})"""
TOOLS = """
const numbers = (text) => text.match(/[0-9.]+/g).map(Number);
const luminance = (text) => numbers(text).slice(0, 3)
    .map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
const contrast = (one, other) => {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
};
const isSolid = (colour) => (numbers(colour)[3] ?? 1) === 1;
const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor;
        if (isSolid(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
};
const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) =>
    each.checkVisibility() && each.getClientRects().length);
const named = (each) => `${each.localName} ${
    (each.labels?.[0] ?? each).innerText.trim().split("\\n")[0]}`;
const stops = () => shown("a[href], button, input:not([type=hidden])").filter((each) => {
    const group = each.type === "radio" ? [...document.getElementsByName(each.name)] : [each];
    return each === (group.find((one) => one.checked) ?? group[0]);
});
const faultsOfRing = (each) => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const around = ground(each.parentElement), ring = contrast(style.outlineColor, around);
    const [first] = each.getClientRects();
    const [x, y] = [first.x + first.width / 2, first.y + first.height / 2];
    const faults = [];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push("no ring");
    if (ring < 3) faults.push(`a faint ring: ${ring.toFixed(2)}`);
    if (box.x < 0 || box.y < 0 || box.right > innerWidth || box.bottom > innerHeight)
        faults.push("outside the window");
    const above = document.elementFromPoint(x, y);
    if (!(each.contains(above) || each.labels?.[0]?.contains(above))) faults.push("covered");
    return faults.join(", ");
};
"""
FAINT_TEXT = """() => shown("body *").flatMap((each) => {
    const speaks = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const found = contrast(getComputedStyle(each).color, ground(each));
    return speaks && found < 4.5 ? [`${named(each)}: ${found.toFixed(2)}`] : [];
})"""
FAINT = """() => {
    const fields = "input:not([type=hidden], [type=radio], [type=checkbox])";
    return shown(`button, .button, .choices a, .tile, ${fields}`).flatMap((each) => {
        const style = getComputedStyle(each), around = ground(each.parentElement);
        const edge = parseFloat(style.borderTopWidth) ? contrast(style.borderTopColor, around) : 1;
        const fill = isSolid(style.backgroundColor) ? contrast(style.backgroundColor, around) : 1;
        const best = Math.max(edge, wantsEdge ? 1 : fill);
        return best < 3 ? [`${named(each)}: ${best.toFixed(2)}`] : [];
    });
}"""
SMALL = """() => shown("a[href], button, input:not([type=hidden])").flatMap((each) => {
    const texts = [...each.parentElement.childNodes].filter((node) => node.nodeType === 3);
    const inSentence = each.localName === "a" && texts.some((node) => node.data.trim());
    const isChoice = each.type === "radio" || each.type === "checkbox";
    const {height} = (isChoice ? each.labels[0] : each).getBoundingClientRect();
    return inSentence || height >= 44 ? [] : [`${named(each)}: ${height} px`];
})"""
OUTSIDE = """() => {
    const wide = document.documentElement.scrollWidth, window_ = document.documentElement.clientWidth;
    const found = wide > window_ ? [`the page: ${wide} of ${window_}`] : [];
    return found.concat(shown("body *").flatMap((each) => {
        const {left, right} = each.getBoundingClientRect();
        return left < -0.5 || right > window_ + 0.5 ? [`${named(each)}: ${left} to ${right}`] : [];
    }));
}"""
STOP = """() => {
    const each = document.activeElement;
    const at = [...document.querySelectorAll("*")].indexOf(each);
    return each && each !== document.body ? [named(each), faultsOfRing(each), at] : null;
}"""
RINGS = """() => stops().flatMap((each) => {
    each.focus();
    const faults = faultsOfRing(each);
    each.blur();
    return faults ? [`${named(each)}: ${faults}`] : [];
})"""
TOP = """() => {
    const {body} = document;
    body.tabIndex = -1;
    body.focus();
    body.removeAttribute("tabindex");
}"""
EXPECTED = """() => stops().map(named)"""


@dataclass(frozen=True)
class Stop:
    """Where the Tab key stops; `at` is the number of the element in its page."""

    name: str
    faults: str
    at: int = field(default=-1, compare=False)


def look(tab, width, height=TALL, **media):
    """Set window, colours and motion; what is not named is as most people have it."""
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(**(PLAIN | media))


def settle(tab):
    """Wait until every picture is the one that this look has."""
    tab.wait_for_function(SETTLED)


def faint_controls(tab, *, wants_edge=False):
    """Return the controls that do not stand out; wants_edge: a filled shape alone is not enough."""
    return _run(tab, f"const wantsEdge = {str(wants_edge).lower()};", FAINT)


def faint_text(tab):
    """axe-core reads a colour that forced colours do not change, so it cannot be asked there."""
    return _run(tab, "", FAINT_TEXT)


def small_targets(tab):
    return _run(tab, "", SMALL)


def sticking_out(tab):
    return _run(tab, "", OUTSIDE)


def focus_stops(tab):
    """Return what the Tab key should stop at, in the order of the page."""
    return _run(tab, "", EXPECTED)


def faint_rings(tab):
    """Return what is wrong with the ring of the focus, wherever it can be."""
    return _run(tab, "", RINGS)


def tab_stops(tab):
    """Press Tab through the whole page and give every stop, from the top of the page on.

    Whether the browser gives the focus back at once to a page that it has left, and where, differs
    between windows: neither is needed here.
    """
    tab.evaluate(TOP)
    stops = []
    for _ in range(MOST_STOPS):
        tab.keyboard.press("Tab")
        here = focused(tab)
        if here is None or (stops and here.at == stops[0].at):  # out of the page, or round
            return stops
        if not stops or here.at != stops[-1].at:  # a field of a date has a stop for each part
            stops.append(here)
    raise AssertionError(f"the Tab key finds no end: {stops}")


def focused(tab):
    """Return where the keyboard is now."""
    found = _run(tab, "", STOP)
    return found and Stop(*found)


def type_email(tab, text):
    """Type into the field that has the keyboard by itself.

    It has it once the page is drawn, which may be after the page is loaded: keys before that are lost.
    """
    tab.wait_for_function("document.activeElement !== document.body")
    assert focused(tab) == Stop("input Work e-mail", "")
    tab.keyboard.press("End")
    tab.keyboard.type(text)


def _run(tab, constants, function):
    return tab.evaluate(f"() => {{ {TOOLS} {constants} return ({function})(); }}")
