"""Hosts and addresses of the well-known analytics, advertising and session recorders; no list is fetched."""

from __future__ import annotations

import re
from typing import Final

from catalog.canonical_url import WebAddress
from crawler.rules.registrable_domain import registrable_domain

# fmt: off
HOSTS: Final = frozenset((
    "adform.net", "adnxs.com", "adobedtm.com", "adroll.com", "adsafeprotected.com", "adsrvr.org",
    "amazon-adsystem.com", "amplitude.com", "analytics.google.com", "analytics.tiktok.com",
    "analytics.twitter.com", "app-measurement.com", "appsflyer.com", "atdmt.com", "bat.bing.com",
    "bluekai.com", "branch.io", "casalemedia.com", "chartbeat.com", "chartbeat.net", "clarity.ms",
    "cloudflareinsights.com", "connect.facebook.net", "contentsquare.net", "crazyegg.com", "criteo.com",
    "criteo.net", "ct.pinterest.com", "datadoghq-browser-agent.com", "demdex.net", "doubleclick.net",
    "etracker.com", "etracker.de", "everesttech.net", "facebook.com/tr", "fullstory.com",
    "google-analytics.com", "googleadservices.com", "googlesyndication.com", "googletagmanager.com",
    "googletagservices.com", "heap.io", "heapanalytics.com", "hotjar.com", "hotjar.io", "hs-analytics.net",
    "hs-scripts.com", "hsadspixel.net", "imrworldwide.com", "ingest.sentry.io", "inspectlet.com", "ioam.de",
    "js-agent.newrelic.com", "krxd.net", "linkedin.com/px", "logrocket.com", "logrocket.io", "lr-ingest.io",
    "luckyorange.com", "mathtag.com", "matomo.cloud", "mc.yandex.ru", "mixpanel.com", "moatads.com",
    "mouseflow.com", "mxpnl.com", "nr-data.net", "omtrdc.net", "openx.net", "outbrain.com", "pardot.com",
    "parsely.com", "pendo.io", "piwik.pro", "plausible.io", "posthog.com", "pubmatic.com", "quantcount.com",
    "quantserve.com", "rlcdn.com", "rubiconproject.com", "scorecardresearch.com", "segment.com",
    "segment.io", "sentry-cdn.com", "siteimproveanalytics.com", "smartlook.com", "snap.licdn.com",
    "stackadapt.com", "statcounter.com", "static.ads-twitter.com", "taboola.com", "tags.tiqcdn.com",
    "tealiumiq.com", "trackjs.com", "visualwebsiteoptimizer.com", "webtrekk.net", "wt-eu02.net",
    "zemanta.com",
))
# fmt: on
"""Names, which stand for the hosts below them too, some with the beginning of a path."""

_OWN_HOST: Final = re.compile(
    r"/(?:matomo|piwik)\.(?:js|php)$|/fbevents\.js$|/gtag/js$|/_vercel/insights/|/cdn-cgi/(?:rum|beacon)"
)
"""What counts visitors on a site's own host."""


def is_tracker(target: WebAddress, page: WebAddress) -> bool:
    """Whether an address only watches visitors. A tracker's own site is no tracker to itself."""
    if _OWN_HOST.search(target.path):
        return True
    labels = target.hostname.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    first = target.path.split("/", 2)[1]
    if not any(name in HOSTS or f"{name}/{first}" in HOSTS for name in names):
        return False
    return registrable_domain(target.hostname) != registrable_domain(page.hostname)
