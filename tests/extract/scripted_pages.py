"""Pages as frameworks and people write them: shells that scripts fill, and pages that are all there."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Final

from tests.extract.pages import PROSE

ARTICLE: Final = "".join(f"<p>{PROSE}</p>" for _ in range(12))
"""Some 400 words."""
FOOTER: Final = f"<footer><h4>ACME Ltd.</h4>{''.join(f'<p>{PROSE}</p>' for _ in range(6))}</footer>"
"""Some 200 words that stand on every page of a site."""
NAVIGATION: Final = (
    "<nav><ul>"
    + "".join(
        f'<li><a href="/section-{n}">All about subject number {n} of the site</a></li>' for n in range(25)
    )
    + "</ul></nav>"
)
ANALYTICS: Final = """<script async src="https://www.googletagmanager.com/gtag/js?id=G-12345"></script>
<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);} gtag('js', new Date());
</script><script src="https://cdn.matomo.cloud/acme/matomo.js"></script>"""


def page(body: str, head: str = "<title>ACME</title>") -> str:
    """A whole document."""
    return f"<!doctype html>\n<html lang=en>\n<head><meta charset=utf-8>{head}</head>\n<body>{body}</body></html>"


SHELLS: Final[dict[str, str]] = {
    "create-react-app": page(
        '<noscript>You need to enable JavaScript to run this app.</noscript>\n<div id="root"></div>\n'
        '<script src="/static/js/runtime-main.3f2a91bc.js"></script><script src="/static/js/2.8a1c33d0.chunk.js"></script>'
        '<script src="/static/js/main.1f0e8c77.chunk.js"></script>'
    ),
    "vite with react": page(
        '<div id="root"></div>',
        '<title>Vite App</title><script type="module" crossorigin src="/assets/index-DiwrgTda.js"></script>',
    ),
    "react with a static footer and navigation of 200 words each": page(
        f'{NAVIGATION}<div id="root"></div>{FOOTER}<script src="/bundle.js"></script>'
    ),
    "react with a static footer in a plain division": page(
        f'<div id="root"></div><div class="legal">{FOOTER[8:-9]}</div><script src="/bundle.js"></script>'
    ),
    "react with a skeleton": page(
        '<div id="app-root"><div class="skeleton"><div class="line"></div><div class="line"></div></div></div>'
        '<script defer src="/app.js"></script>'
    ),
    "vue-cli": page(
        "<noscript><strong>We're sorry but shop doesn't work properly without JavaScript enabled. Please enable it "
        "to continue.</strong></noscript><div id=app></div><script src=/js/chunk-vendors.6b1e31d7.js></script>"
        "<script src=/js/app.a2bb0b1f.js></script>"
    ),
    "vue over a template in the page": page(
        '<div id="shop" v-cloak><h1>{{ title }}</h1><ul><li v-for="item in items"><a :href="item.url">{{ item.name }}'
        '</a> <span>{{ item.price }}</span></li></ul><p v-if="more">{{ items.length }} more</p></div>'
        '<script src="https://unpkg.com/vue@3"></script><script src="/shop.js"></script>'
    ),
    "angular": page(
        '<app-root></app-root><script src="runtime.7a3f1.js" type="module"></script>'
        '<script src="polyfills.e6f1.js" type="module"></script><script src="main.b7c2.js" type="module"></script>',
        '<base href="/"><title>Portal</title>',
    ),
    "angular with a loading text": page(
        '<app-root>Loading the portal...</app-root><script src="main.js" type="module"></script>'
    ),
    "angularjs": page(
        '<div ng-app="catalog"><div ng-view></div></div><script src="/lib/angular.min.js"></script>'
        '<script src="/js/catalog.js"></script>'
    ),
    "angularjs with mustaches": page(
        '<body ng-app="parts" ng-controller="List"><h1>Spare parts</h1><table><tr ng-repeat="p in parts"><td>{{p.number}}'
        "</td><td>{{p.name | uppercase}}</td></tr></table><p>{{parts.length}} parts</p><p>{{ updated }}</p>"
        '<script src="/lib/angular.min.js"></script><script src="/js/parts.js"></script>'
    ),
    "docsify": page(
        '<div id="app">Please wait...</div><script>window.$docsify = {name: "Guide", repo: ""}</script>'
        '<script src="//cdn.jsdelivr.net/npm/docsify@4/lib/docsify.min.js"></script>'
    ),
    "docsify of our status app": page('<div id="app"></div><script src="/lib/docsify.min.js"></script>'),
    "next.js rendered by the client alone": page(
        '<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{}}}</script>'
        '<script src="/_next/static/chunks/main-7a1b2c3d4e5f.js" defer></script>'
    ),
    "nuxt in spa mode": page(
        '<div id="__nuxt"><style>#nuxt-loading{opacity:0}</style><div id="nuxt-loading"><div>Loading...</div></div></div>'
        '<script>window.__NUXT__={config:{}}</script><script src="/_nuxt/bd3fe02.js"></script>'
    ),
    "gatsby without content": page('<div id="___gatsby"></div><script src="/app-3d9e1f.js"></script>'),
    "svelte": page(
        '<script type="module">import App from "/App.js"; new App({target: document.body})</script>'
    ),
    "ember": page(
        '<div id="ember-application"></div><script src="/assets/vendor.js"></script><script src="/assets/shop.js"></script>'
    ),
    "polymer": page(
        '<shop-app unresolved></shop-app><script type="module" src="/src/shop-app.js"></script>'
        "<noscript>Please enable JavaScript to view this website.</noscript>"
    ),
    "web components": page(
        '<page-header></page-header><article-list></article-list><script type="module" src="/components.js"></script>'
    ),
    "blazor": page(
        '<div id="app"><div class="spinner"></div></div><script src="_framework/blazor.webassembly.js"></script>'
    ),
    "flutter": page('<script src="flutter_bootstrap.js" async></script>'),
    "swagger": page('<div id="swagger-ui"></div><script src="./swagger-ui-bundle.js"></script>'),
    "redoc": page("<redoc spec-url='/openapi.json'></redoc><script src='/redoc.standalone.js'></script>"),
    "jquery fills a list": page(
        '<div id="page"><h1>News</h1><ul id="items"></ul></div><script src="/jquery.min.js"></script>'
        '<script>$(function(){ $.getJSON("/api/news", function(d){ d.forEach(function(n){ $("#items").append('
        '$("<li>").text(n.title)) }) }) })</script>'
    ),
    "a table that a request fills": page(
        '<h1>Prices</h1><table><thead><tr><th>Part</th><th>Price</th></tr></thead><tbody id="rows">\n</tbody></table>'
        '<script>fetch("/prices.json").then(r => r.json()).then(show)</script>'
    ),
    "a loading text alone": page('<p>Loading…</p><script src="/main.js"></script>'),
    "a loading text in German": page(
        '<div class="box"><p>Daten werden geladen …</p></div><script src="/start.js"></script>'
    ),
    "document.write": page(
        '<script>document.write("<h1>Opening hours</h1><p>From nine to five</p>")</script>'
    ),
    "a menu that only scripts follow": page(
        '<ul><li><a onclick="go(1)">Valves</a></li><li><a onclick="go(2)">Pumps</a></li><li><a href="javascript:go(3)">'
        'Seals</a></li></ul><div id="view"></div><script src="/shop.js"></script>'
    ),
    "hash routes": page(
        '<ul><li><a href="#/guide">Guide</a></li><li><a href="#/faq">Questions</a></li></ul><div id="view"></div>'
        '<script src="/router.js"></script>'
    ),
    "hash-bang routes": page(
        '<a href="#!/orders">Orders</a> <a href="#!/stock">Stock</a><main></main><script src="/app.js"></script>'
    ),
}

COMPLETE: Final[dict[str, str]] = {
    "prose without a script": page(ARTICLE),
    "prose with analytics alone": page(ARTICLE + ANALYTICS),
    "prose with many scripts": page(
        NAVIGATION
        + f"<main>{ARTICLE}</main>"
        + FOOTER
        + ANALYTICS
        + "".join(f'<script src="/wp-content/plugins/p{n}/script.js?ver=6.{n}"></script>' for n in range(20))
    ),
    "next.js rendered by the server": page(
        f'<div id="__next"><main><h1>Shipping</h1>{ARTICLE}</main></div>'
        '<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"a":1}}}</script>'
        '<script src="/_next/static/chunks/main-7a1b2c3d4e5f.js" defer></script>'
    ),
    "nuxt rendered by the server": page(
        f'<div id="__nuxt" data-server-rendered="true"><article>{ARTICLE}</article></div>'
        '<script>window.__NUXT__=(function(a){return {state:a}}({}))</script><script src="/_nuxt/bd3fe02.js"></script>'
    ),
    "gatsby with content": page(
        f'<div id="___gatsby"><div id="gatsby-focus-wrapper"><main>{ARTICLE}</main></div></div>'
        '<script src="/app-3d9e1f.js"></script>'
    ),
    "angular rendered by the server": page(
        f'<app-root ng-version="17.0.1" ng-server-context="ssr"><app-header></app-header><main>{ARTICLE}</main></app-root>'
        '<script src="main.js" type="module"></script>'
    ),
    "a short page of the server in a root": page(
        f'<div id="root"><h1>Contact</h1><p>{PROSE}</p><a href="/">Home</a></div><script src="/bundle.js"></script>'
    ),
    "a plea for JavaScript on a full page": page(
        f'<noscript>Please enable JavaScript for the search.</noscript><main>{ARTICLE}</main><script src="/s.js"></script>'
    ),
    "a widget's empty root beside prose": page(
        f'<main>{ARTICLE}</main><div id="app"></div><script src="/widget.js"></script>'
    ),
    "a spinner of the search beside prose": page(
        f'<div class="spinner" hidden></div><main>{ARTICLE}</main><script src="/search.js"></script>'
    ),
    "mustaches in code": page(
        f"<h1>Templates</h1>{ARTICLE}<pre>{{{{ user.name }}}}\n{{{{ user.mail }}}}</pre><pre>{{{{ a }}}}</pre>"
        '<script src="/highlight.js"></script>'
    ),
    "mustaches in the prose of a manual": page(
        f"<p>Write {{{{ name }}}} to insert the name.</p>{ARTICLE}<script src='/highlight.js'></script>"
    ),
    "an index of links": page(
        "<h1>Index</h1><ul>"
        + "".join(f'<li><a href="/{n}.html">Chapter {n}: on shipping</a></li>' for n in range(90))
        + '</ul><script src="/doctools.js"></script>'
    ),
    "sphinx": page(
        '<div class="related" role="navigation"><ul><li><a href="genindex.html">index</a></li></ul></div><div class="body" '
        f'role="main"><section id="shipping"><span id="index-0"></span><h1>Shipping</h1>{ARTICLE}</section></div>'
        '<script src="_static/jquery.js"></script><script src="_static/doctools.js"></script>'
    ),
    "data for machines": page(
        f'<main>{ARTICLE}</main><script type="application/ld+json">{{"@type": "Article"}}</script>'
        '<script type="text/template" id="row"><li>{{ name }}</li></script>'
    ),
    "two words and no script": page("<p>Coming soon</p>"),
    "a short page with a small script": page(
        '<h1>Opening hours</h1><p>We are open from nine to five.</p><a href="/">Home</a>'
        "<script>document.documentElement.className = 'js'</script>"
    ),
    "a page all in one form": page(
        f'<form method="post" id="aspnetForm"><div id="header">ACME</div><div>{ARTICLE}</div></form>'
        '<script src="/WebResource.axd?d=abc"></script>'
    ),
    "content in a badly named division": page(
        f'<div class="page-nav sidebar">{ARTICLE}</div><div id="extra"></div><script src="/site.js"></script>'
    ),
    "cookie banner and modal waiting": page(
        f'<div id="cookie-consent"></div><div id="modal"></div><main>{ARTICLE}</main><script src="/site.js"></script>'
    ),
    "a heading about loading": page(
        "<h1>Loading</h1><p>Lorries are loaded from the left, and never before the papers were signed at the gate by the "
        'foreman of the shift. Whoever loads a lorry wears a helmet, gloves and a yellow coat.</p><a href="/">Home</a>'
        '<script src="/site.js"></script>'
    ),
}
