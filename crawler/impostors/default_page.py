"""The page that a web server, a control panel or a framework shows until somebody puts a site there."""

from __future__ import annotations

import re
from typing import Final

from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.sight import Sight

_HARDLY_ANY_TEXT: Final = r"\A.{0,80}\Z"

# By maker: all that the title or the first heading says, and what the text says besides. All come in English.
_PAGES: Final = tuple(
    (maker, re.compile(name, re.IGNORECASE), re.compile(text, re.IGNORECASE))
    for maker, name, text in (
        ("Apache", r"apache2 \w+ default page: it works", r"/var/www/"),
        ("Apache", r"it works!?(?: apache httpd)?", _HARDLY_ANY_TEXT),
        ("Apache", r"(?:apache )?(?:http server test page|test page for the .*http server).*",
         r"proper operation of"),
        ("nginx", r"welcome to (?:nginx|openresty|tengine|angie|freenginx)\b.*", r"successfully installed"),
        ("IIS", r"iis ?\d+(?:\.\d)?|iis windows(?: server)?", _HARDLY_ANY_TEXT),
        ("IIS", r"(?:microsoft )?internet information services(?: \d+)?", _HARDLY_ANY_TEXT),
        ("lighttpd", r"welcome page|placeholder page", r"lighttpd|not put up any web pages yet"),
        ("Caddy", r"caddy works!?", r"web server is working"),
        ("Tomcat", r"apache tomcat(?:/[\d.]+)?", r"successfully installed tomcat|setup tomcat successfully"),
        ("XAMPP", r"welcome to xampp.*", r"successfully installed xampp"),
        ("Plesk", r"(?:web server's |domain )?default page", r"plesk|hosting|control panel"),
        ("cPanel", r"default web ?site page", r"hosting provider|owner of this web"),
        ("DirectAdmin", r"success!", r"your new web server is ready to use"),
        ("Azure", r"microsoft azure (?:app service|web apps?)\b.*", r"waiting for your content"),
        ("Hostinger", r"default page", r"upload your website files"),
        ("Synology", r".*web station.*", r"web station has been enabled"),
        ("a web server", r".*\b(?:welcome|running|works|default|test page|placeholder)\b.*",
         r"to replace this page|replace this (?:page|file)\b.{0,60}(?:web pages|operat)"),
        ("Django", r"the install worked successfully.*", r"\bDEBUG\b|default settings"),
    )
)  # fmt: skip


def default_page(sight: Sight) -> Suspicion | None:
    """A page of which both name and text are such a page's."""
    names = (sight.page.title, *sight.page.headings[:2])
    for maker, name, text in _PAGES:
        if any(map(name.fullmatch, names)) and text.search(sight.page.text):
            return Suspicion(Reason.DEFAULT_PAGE, f"the default page of {maker} stands there")
    return None
