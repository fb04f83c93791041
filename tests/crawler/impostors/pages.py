"""Pages as servers, frameworks, registrars and makers of consent tools write them, and pages that are like them."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Final

from catalog.vocabulary import Reason
from tests.extract.pages import PROSE
from tests.extract.scripted_pages import NAVIGATION


def page(body: str, title: str = "", head: str = "") -> str:
    """A whole document."""
    return f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"


_CONSENT_WALLS: Final = {
    "OneTrust": page(
        '<div id="onetrust-consent-sdk"><div class="onetrust-pc-dark-filter ot-fade-in"></div><div id="onetrust-banner-sdk" '
        'class="otCenterRounded" role="alertdialog" aria-label="Privacy"><div class="ot-sdk-container"><div id="onetrust-group-container">'
        '<h2 id="onetrust-policy-title">We value your privacy</h2><div id="onetrust-policy-text">By clicking “Accept All Cookies”, you '
        "agree to the storing of cookies on your device to enhance site navigation, analyze site usage, and assist in our marketing "
        'efforts. <a href="/cookies">Cookie Policy</a></div></div><div id="onetrust-button-group-parent"><button id="onetrust-pc-btn-handler">'
        'Cookies Settings</button><button id="onetrust-reject-all-handler">Reject All</button><button id="onetrust-accept-btn-handler">'
        'Accept All Cookies</button></div></div></div><div id="onetrust-pc-sdk" role="dialog"><h2 id="ot-pc-title">Privacy Preference '
        'Center</h2><div id="ot-pc-desc">When you visit any website, it may store or retrieve information on your browser, mostly in the '
        "form of cookies.</div><h3>Strictly Necessary Cookies</h3><p>These cookies are necessary for the website to function and cannot "
        'be switched off in our systems.</p><button class="ot-pc-refuse-all-handler">Reject All</button><button '
        'id="accept-recommended-btn-handler">Allow All</button></div></div><script src="https://cdn.cookielaw.org/scripttemplates/otSDKStub.js"></script>',
        "Harbour news",
    ),
    "Cookiebot in German": page(
        '<div id="CybotCookiebotDialog" role="dialog" class="CybotEdge"><div class="CybotCookiebotDialogContentWrapper"><div '
        'id="CybotCookiebotDialogNav"><ul><li><a role="tab" href="#">Zustimmung</a></li><li><a role="tab" href="#">Details</a></li></ul></div>'
        '<div class="CybotCookiebotDialogTabPanel"><h2 id="CybotCookiebotDialogBodyContentTitle">Diese Webseite verwendet Cookies</h2><div '
        'id="CybotCookiebotDialogBodyContentText">Wir verwenden Cookies, um Inhalte und Anzeigen zu personalisieren, Funktionen für soziale '
        "Medien anbieten zu können und die Zugriffe auf unsere Website zu analysieren. Außerdem geben wir Informationen zu Ihrer Verwendung "
        "unserer Website an unsere Partner für soziale Medien, Werbung und Analysen weiter.</div></div><div "
        'class="CybotCookiebotDialogBodyButtons"><button id="CybotCookiebotDialogBodyButtonDecline">Ablehnen</button><button '
        'id="CybotCookiebotDialogBodyLevelButtonLevelOptinAllowallSelection">Auswahl erlauben</button><button '
        'id="CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll">Alle zulassen</button></div></div></div>',
        "Hafen",
    ),
    "Usercentrics as a browser shows it": page(
        '<div id="usercentrics-root" data-created-at="1"><div data-testid="uc-app-container"><div role="dialog" data-testid="uc-default-wall">'
        "<h2>Privacy Settings</h2><p>This site uses third-party website tracking technologies to provide and continually improve our services, "
        "and to display advertisements according to users' interests. I agree and may revoke or change my consent at any time with effect for "
        'the future.</p><div data-testid="uc-buttons-container"><button role="button" data-testid="uc-more-button">More</button><button '
        'data-testid="uc-deny-all-button">Deny</button><button data-testid="uc-accept-all-button">Accept All</button></div></div></div></div>',
        "Harbour",
    ),
    "a page of its own, as search engines have": page(
        "<main><h1>Avant d'accéder à Recherche</h1><p>Nous utilisons des cookies et d'autres données pour proposer nos services, suivre les "
        "interruptions et vous protéger contre le spam.</p><p>Si vous choisissez de tout accepter, nous utiliserons aussi des cookies pour "
        "personnaliser la publicité.</p><form method=post action=/save><input type=submit value='Tout refuser'> <input type=submit "
        "value='Tout accepter'></form></main><footer><a href=/terms>Conditions</a> <a href=/privacy>Confidentialité</a></footer>",
        "Recherche",
    ),
    "a gate of a newspaper, with links": page(
        "<header><a href=/>Het Nieuws</a></header><div class='pg-modal'><h1>Wij en onze partners gebruiken cookies</h1><p>Met jouw toestemming "
        "gebruiken wij en onze 150 partners cookies om persoonsgegevens te verwerken.</p><p>Je kunt je keuze altijd wijzigen in je "
        "privacy-instellingen.</p><button class='accept'><span>Akkoord</span></button> <button>Instellen</button></div>",
        "DPG Media Privacy Gate",
    ),
    "Osano's small banner and no page": page(
        '<div role="dialog" aria-live="polite" aria-label="cookieconsent" class="cc-window cc-banner"><span id="cookieconsent:desc" class="cc-message">'
        'This website uses cookies to ensure you get the best experience on our website. <a class="cc-link" href="/privacy">Learn more</a></span>'
        '<div class="cc-compliance"><a aria-label="dismiss cookie message" role="button" tabindex="0" class="cc-btn cc-dismiss">Got it!</a></div></div>',
        "Start",
    ),
    "Klaro in Spanish": page(
        '<div id="klaro"><div class="klaro"><div class="cookie-notice"><div class="cn-body"><p id="id-cookie-notice">¡Hola! ¿Nos permite usar cookies y '
        'recopilar sus datos personales con los siguientes fines: analítica?</p><div class="cn-ok"><a href="#" class="cm-link">Déjeme elegir</a><div '
        'class="cn-buttons"><button class="cm-btn cm-btn-danger">Rechazar</button><button class="cm-btn cm-btn-success">Aceptar</button></div></div></div></div></div></div>',
        "Puerto",
    ),
    "hidden until a script shows it": page(
        '<div id="cookie-law" style="display:none"><p>Questo sito utilizza cookie tecnici e, previo consenso, cookie di profilazione.</p><button>Accetta '
        "tutti</button></div>",
        "Porto",
    ),
}

_PARKED: Final = {
    "Sedo in German": page(
        "<h1>harbour.example</h1><p>Diese Domain steht zum Verkauf!</p><p>Die hier angezeigten Sponsored Listings werden von dritter Seite "
        "generiert.</p><ul><li><a href='https://ads.test/1'>Hafen</a></li><li><a href='https://ads.test/2'>Boote kaufen</a></li></ul>"
        "<script src='//img.sedoparking.com/js/jquery.js'></script>",
        "harbour.example - Diese Website steht zum Verkauf!",
    ),
    "HugeDomains": page(
        "<h1>Harbour.example is for sale</h1><p>Buy now: $4,295, or make 24 monthly payments of $178.96. See details</p><p>The domain is transferred "
        "within a day.</p>",
        "HugeDomains.com - Harbour.example",
    ),
    "GoDaddy": page(
        '<div id="root"></div><script>window.LANDER_SYSTEM="PW"</script><script defer src="https://img1.wsimg.com/parking-lander/static/js/main.8f2a.js"></script>',
        "harbour.example",
    ),
    "AdSense for Domains": page(
        "<div id=container></div><p>2026 Copyright. All rights reserved.</p><script src='https://www.google.com/adsense/domains/caf.js?abp=1'></script>",
    ),
    "Namecheap": page(
        "<h1>harbour.example</h1><p>Welcome to harbour.example</p><p>This domain is registered at Namecheap. This domain was recently registered at "
        "Namecheap. Please check back later!</p>",
        "Welcome to harbour.example",
    ),
    "a French registrar": page(
        "<h1>www.harbour.example</h1><p>Ce nom de domaine est réservé.</p><p>Félicitations ! Votre nom de domaine est enregistré.</p>",
        "harbour.example",
    ),
}
_DEFAULT: Final = {
    "Apache of Debian": page(
        "<div class=main_page><div class=page_header><span class=floating_element>Apache2 Debian Default Page</span></div><div class=content_section_text>"
        "<p>This is the default welcome page used to test the correct operation of the Apache2 server after installation on Debian systems. If you can read "
        "this page, it means that the Apache HTTP server installed at this site is working properly. You should <b>replace this file</b> (located at "
        "<tt>/var/www/html/index.html</tt>) before continuing to operate your HTTP server.</p></div></div>",
        "Apache2 Debian Default Page: It works",
    ),
    "Apache as its makers ship it": "<html><body><h1>It works!</h1></body></html>",
    "Apache of Red Hat": page(
        "<h1>Red Hat Enterprise Linux <strong>Test Page</strong></h1><p>This page is used to test the proper operation of the HTTP server after it has been "
        "installed. If you can read this page, it means that the HTTP server installed at this site is working properly.</p>",
        "Test Page for the HTTP Server on Red Hat Enterprise Linux",
    ),
    "nginx": page(
        "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and\nworking. Further configuration is required.</p>"
        "<p>For online documentation and support please refer to <a href=http://nginx.org/>nginx.org</a>.</p><p><em>Thank you for using nginx.</em></p>",
        "Welcome to nginx!",
    ),
    "IIS": page(
        '<div id="container"><a href="http://go.microsoft.com/fwlink/?linkid=66138"><img src="iisstart.png" alt="IIS" width="960" height="600"></a></div>',
        "IIS Windows Server",
    ),
    "Tomcat": page(
        "<h1>It works !</h1><p>If you're seeing this page via a web browser, it means you've setup Tomcat successfully. Congratulations!</p><p>This is the default "
        "Tomcat home page. It can be found on the local filesystem at: <code>/var/lib/tomcat10/webapps/ROOT/index.html</code></p>",
        "Apache Tomcat",
    ),
    "Plesk": page(
        "<h1>Web Server's Default Page</h1><p>This page is generated by Plesk, the leading hosting automation software. You see this page because there is no Web "
        "site at this address.</p>",
        "Web Server's Default Page",
    ),
    "Caddy": page(
        "<h1>Caddy works!</h1><p>Congratulations! Your web server is working. Now make it work for you.</p>",
        "Caddy works!",
    ),
}
_ERRORS: Final = {
    "nginx": "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center></body></html>",
    "Apache": page(
        "<h1>Internal Server Error</h1><p>The server encountered an internal error or misconfiguration and was unable to complete your request.</p><p>Please contact "
        "the server administrator at webmaster@harbour.example to inform them of the time this error occurred.</p><hr><address>Apache/2.4.62 Server</address>",
        "500 Internal Server Error",
    ),
    "Apache in Portuguese, as Debian has it": page(
        "<h1>Serviço indisponível!</h1><p>O servidor não pode processar a sua requisição por problemas de sobrecarga.</p><h2>Error 503</h2><address><a href=/>"
        "harbour.example</a><br><span>Apache</span></address>",
        "Serviço indisponível!",
    ),
    "Microsoft's HTTP.sys": "<html><head><title>Service Unavailable</title></head><body><h2>Service Unavailable</h2><hr><p>HTTP Error 503. The service is unavailable.</p></body></html>",
    "ASP.NET": page(
        "<h1>Server Error in '/portal' Application.</h1><h2>Runtime Error</h2><p>Description: An application error occurred on the server. The current custom error "
        "settings prevent the details from being viewed remotely.</p>",
        "Runtime Error",
    ),
    "Django": page("<h1>Server Error (500)</h1>", "Server Error"),
    "Rails": page(
        "<div class=dialog><h1>We're sorry, but something went wrong.</h1><p>If you are the application owner check the logs.</p></div>",
        "We're sorry, but something went wrong (500)",
    ),
    "Spring": page(
        "<h1>Whitelabel Error Page</h1><p>This application has no explicit mapping for /error, so you are seeing this as a fallback.</p><div>There was an unexpected "
        "error (type=Internal Server Error, status=500).</div>"
    ),
    "Tomcat": page(
        "<h1>HTTP Status 500 – Internal Server Error</h1><hr><p><b>Type</b> Exception Report</p><hr><h3>Apache Tomcat/10.1</h3>",
        "HTTP Status 500 – Internal Server Error",
    ),
    "Varnish": page(
        "<h1>Error 503 Backend fetch failed</h1><p>Backend fetch failed</p><h3>Guru Meditation:</h3><p>XID: 98466</p><hr><p>Varnish cache server</p>",
        "503 Backend fetch failed",
    ),
    "Cloudflare": page(
        "<h1>Web server is down <span>Error code 521</span></h1><p>Visit cloudflare.com for more information.</p>",
        "harbour.example | 521: Web server is down",
    ),
    "WordPress in German": page(
        "<p>Es gab einen kritischen Fehler auf deiner Website.</p><p><a href=https://wordpress.org/>Lies mehr.</a></p>",
        "WordPress &rsaquo; Fehler",
    ),
    "WordPress's database": page("<h1>Error establishing a database connection</h1>", "Database Error"),
    "Next.js": page(
        '<div id="__next"><div><h2>Application error: a client-side exception has occurred (see the browser console for more information).</h2></div></div>'
    ),
    "PHP": "<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function mysql_connect() in /var/www/html/db.php:12\nStack trace:\n#0 {main}",
    "Drupal": "The website encountered an unexpected error. Please try again later.<br />",
}
_MAINTENANCE: Final = {
    "WordPress": page(
        "<p>Briefly unavailable for scheduled maintenance. Check back in a minute.</p>", "Maintenance"
    ),
    "the template that many copy": page(
        "<article><h1>We&rsquo;ll be back soon!</h1><div><p>Sorry for the inconvenience but we&rsquo;re performing some maintenance at the moment. If you need to you can "
        "always <a href='mailto:harbour@example.com'>contact us</a>, otherwise we&rsquo;ll be back online shortly!</p><p>&mdash; The Team</p></div></article>",
        "Site Maintenance",
    ),
    "Drupal": page(
        "<h1>Site under maintenance</h1><p>Harbour is currently under maintenance. We should be back shortly. Thank you for your patience.</p>",
        "Site under maintenance | Harbour",
    ),
    "German": page(
        "<h1>Wartungsarbeiten</h1><p>Wegen Wartungsarbeiten ist unsere Seite derzeit nicht erreichbar. Bitte versuchen Sie es später noch einmal.</p>",
        "Hafen",
    ),
    "French": page(
        "<h1>Site en maintenance</h1><p>Notre site est actuellement en maintenance. Merci de revenir un peu plus tard.</p>",
        "Port",
    ),
    "Spanish": page(
        "<h1>Estamos en mantenimiento</h1><p>Volveremos pronto. Disculpen las molestias.</p>", "Puerto"
    ),
    "Italian": page("<h1>Sito in manutenzione</h1><p>Torneremo presto online.</p>", "Porto"),
    "Dutch": page(
        "<h1>Onderhoud</h1><p>De website is momenteel niet bereikbaar wegens onderhoud.</p>", "Haven"
    ),
    "Portuguese": page(
        "<h1>Site em manutenção</h1><p>Estamos fazendo melhorias. Voltaremos em breve!</p>", "Porto"
    ),
    "Polish": page("<h1>Przerwa techniczna</h1><p>Trwają prace konserwacyjne. Wkrótce wracamy.</p>", "Port"),
    "Swedish": page(
        "<h1>Underhåll pågår</h1><p>Webbplatsen är för närvarande stängd för underhåll. Strax tillbaka!</p>",
        "Hamn",
    ),
    "Russian": page(
        "<h1>Технические работы</h1><p>На сайте ведутся технические работы. Скоро вернёмся.</p>", "Порт"
    ),
    "Japanese": page(
        "<h1>メンテナンス中</h1><p>ただいまメンテナンスのためサービスを停止しております。</p>", "港"
    ),
}

IMPOSTORS: Final = {
    Reason.CONSENT_WALL: _CONSENT_WALLS,
    Reason.PARKED_DOMAIN: _PARKED,
    Reason.DEFAULT_PAGE: _DEFAULT,
    Reason.ERROR_PAGE: _ERRORS,
    Reason.MAINTENANCE_PAGE: _MAINTENANCE,
}
"""By the reason for which they are refused."""

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
"""Pages of few words that speak of the same, or are made in the same way, and are content."""
