"""Pages of few words that speak of errors, maintenance and consent, or are made like shells, and are content."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Final

from tests.crawler.impostors.pages import page
from tests.extract.pages import PROSE
from tests.extract.scripted_pages import NAVIGATION

_BANNER: Final = '<div class="cookie-banner"><p>We use cookies to make this site work, and others if you consent.</p><button>Accept all</button> <button>Reject</button></div>'
GENUINE: Final = {
    "a few words beside a consent dialogue": page(
        f"<h1>Opening hours</h1><p>Monday to Friday, nine to five.</p>{_BANNER}", "Opening hours"
    ),
    "a short policy on cookies beside a dialogue": page(
        f"<main><h1>Cookies</h1><p>We set two cookies: one keeps you signed in, the other counts visits. Both are deleted after a year. You can withdraw your consent here at any "
        f"time.</p></main>{_BANNER}",
        "Cookie policy",
    ),
    "a form that accepts terms": page(
        "<h1>Mooring contract</h1><p>Boats are moored at their owners' risk. Fees are due in May.</p><form><input type=submit value='I agree'></form>",
        "Contract",
    ),
    "the news of a maintenance": page(
        f"{NAVIGATION}<main><h1>Wiki maintenance on Saturday</h1><p>The wiki will be down for maintenance on Saturday from eight to ten. We apologise for the inconvenience.</p></main>",
        "Wiki maintenance on Saturday",
    ),
    "a maintenance contract": page(
        f"<h1>Maintenance</h1><p>Cranes are maintained twice a year. {PROSE}</p><a href=/>Home</a>",
        "Maintenance of cranes",
    ),
    "instructions for a maintenance": page(
        f"{NAVIGATION}<h1>Maintenance mode</h1><p>While the site is in maintenance mode, visitors see a notice. {PROSE}</p>",
        "Maintenance mode",
    ),
    "a manual's page on a status": page(
        f"{NAVIGATION}<main><h1>502 Bad Gateway</h1><p>The server, acting as a gateway, got an invalid response from upstream.</p></main>",
        "502 Bad Gateway - HTTP",
    ),
    "hidden dialogues for what did not happen": page(
        "<main><h1>Tides</h1><p>High at noon, low at six.</p></main><div hidden><h2>Service Unavailable</h2><p>Try again.</p></div>"
        '<div style="display:none"><h2>We are currently under maintenance</h2><button>OK</button></div>',
        "Tides",
    ),
    "a room called 503": page(
        f"<h1>Room 503</h1><p>Seats twelve, with a view of the harbour. {PROSE}</p>", "Room 503"
    ),
    "a report of an outage": page(
        f"<h1>Outage of the shop</h1><p>On Monday customers saw 503 Service Unavailable for an hour. {PROSE}</p><a href=/>Home</a>",
        "Outage report",
    ),
    "how to install nginx": page(
        f"<h1>Installing nginx</h1><p>Open the address in a browser: it says “Welcome to nginx!”. {PROSE}</p>",
        "Installing nginx",
    ),
    "a boat for sale": page(
        "<h1>For sale: a sloop</h1><p>Nine metres, built in 1984, in the public domain of our north quay.</p>",
        "Sloop for sale",
    ),
    "a broker's list": page(
        "<h1>Domains for sale</h1><p>anchor.example is for sale, and so is rope.example.</p>",
        "Domains for sale",
    ),
    "rendered by the server": page(
        f'<div id="__next"><main><h1>Shipping</h1><p>{PROSE}</p></main></div><script id="__NEXT_DATA__" type="application/json">{{"props":{{}}}}</script><script src="/_next/static/chunks/main.js" defer></script>'
    ),
    "a constant of rustdoc": page(
        '<nav class="sidebar"><h2>In std::f64::consts</h2></nav><main><div class="width-limiter"><section id="main-content"><h1>Constant LN_2</h1><pre>pub const LN_2: f64 = 0.693;</pre><p>ln(2)</p></section>'
        '</div></main><div id="rustdoc-vars" data-root-path="../"></div><script src="../main.js"></script><noscript>JavaScript is needed to search.</noscript>',
        "std::f64::consts::LN_2 - Rust",
    ),
    "a few words that a browser shows": page(
        '<div id="root"><h1>Tide</h1><p>High at noon.</p></div><div id="portal"></div><script src="/main.js"></script>',
        "Tide",
    ),
}
