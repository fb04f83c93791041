"""Pages as servers, frameworks, registrars and makers of consent tools write them."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Final

from catalog.vocabulary import Reason


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
    "Didomi in French": page(
        '<div id="didomi-host"><div id="didomi-popup" class="didomi-popup-backdrop"><div class="didomi-popup-container"><div class="didomi-popup-view"><h2>Bienvenue</h2><div class="didomi-popup-notice-text"><p>Avec votre accord, nos partenaires et nous utilisons des cookies ou technologies similaires pour stocker et accéder à des informations personnelles comme votre visite sur ce site.</p></div><div class="didomi-buttons"><button aria-label="En savoir plus"><span>En savoir plus</span></button><button id="didomi-notice-agree-button"><span>Accepter &amp; Fermer</span></button></div></div></div></div></div>',
        "Le Port",
    ),
    "Quantcast": page(
        '<div class="qc-cmp2-container"><div class="qc-cmp2-ui"><h2>We value your privacy</h2><p>We and our store and/or access information on a device, such as cookies and process personal data, such as unique identifiers and standard information sent by a device.</p><button mode="secondary"><span>MORE OPTIONS</span></button><button mode="primary"><span>AGREE</span></button></div></div>'
    ),
    "iubenda in Italian": page(
        '<div id="iubenda-cs-banner" role="alertdialog"><div id="iubenda-cs-title">Informativa</div><div id="iubenda-cs-paragraph"><p>Noi e terze parti selezionate utilizziamo cookie o tecnologie simili per finalità tecniche e, con il tuo consenso, anche per le finalità di esperienza come specificato nella cookie policy.</p></div><div><button class="iubenda-cs-reject-btn">Rifiuta</button><button class="iubenda-cs-accept-btn">Accetta</button></div></div>'
    ),
    "Borlabs in German": page(
        '<div data-nosnippet id="BorlabsCookieBox"><div role="dialog"><p class="h3">Datenschutzeinstellungen</p><p>Wenn Sie unter 16 Jahre alt sind und Ihre Zustimmung zu freiwilligen Diensten geben möchten, müssen Sie Ihre Erziehungsberechtigten um Erlaubnis bitten. Wir verwenden Cookies und andere Technologien auf unserer Website.</p><p><a href="#" role="button" class="_brlbs-btn">Ich akzeptiere</a></p><p><a href="#">Nur essenzielle Cookies akzeptieren</a></p></div></div>'
    ),
    "CookieYes": page(
        '<div class="cky-consent-container"><div class="cky-consent-bar"><p class="cky-title">We value your privacy</p><div class="cky-notice-des"><p>We use cookies to enhance your browsing experience, serve personalised ads or content, and analyse our traffic. By clicking "Accept All", you consent to our use of cookies.</p></div><div class="cky-notice-btn-wrapper"><button>Customise</button><button>Reject All</button><button>Accept All</button></div></div></div>'
    ),
    "a search engine, with inputs": page(
        '<div><img alt=Google><h1>Before you continue to Google</h1><div>We use <a href=https://policies.google.com>cookies</a> and data to<ul><li>Deliver and maintain Google services</li><li>Track outages and protect against spam, fraud, and abuse</li><li>Measure audience engagement and site statistics</li></ul></div><div>If you choose to “Accept all,” we will also use cookies and data to<ul><li>Develop and improve new services</li></ul></div><form action="/save"><input type=submit value="Reject all"></form><form><input type=submit value="Accept all"></form></div>',
        "Before you continue",
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
    "Strato": page(
        "<h1>harbour.example</h1><p>Diese Domain wurde soeben von STRATO für einen Kunden eingerichtet.</p>",
        "harbour.example - STRATO",
    ),
    "Afternic": page(
        "<h1>harbour.example</h1><p>is for sale</p><p>Get a price in less than 24 hours. Fill out the form below. One of our domain experts will have a price to you.</p>",
        "harbour.example is for sale | Afternic",
    ),
    "for sale in Spanish": page(
        "<h1>El dominio harbour.example está en venta</h1><p>Haga su oferta.</p>", "harbour.example"
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
    "Apache of CentOS": page(
        "<h1>Testing 123..</h1><p>This page is used to test the proper operation of the Apache HTTP server after it has been installed. If you can read this page it means that this site is working properly. This server is powered by CentOS.</p>",
        "Apache HTTP Server Test Page powered by CentOS",
    ),
    "nginx of Fedora": page(
        "<h1>Welcome to <strong>nginx</strong> on Fedora!</h1><p>This page is used to test the proper operation of the <strong>nginx</strong> HTTP server after it has been installed. If you can read this page, it means that the web server installed at this site is working properly.</p>",
        "Test Page for the Nginx HTTP Server on Fedora",
    ),
    "cPanel": page(
        "<h1>SORRY!</h1><p>If you are the owner of this website, please contact your hosting provider: webmaster@harbour.example</p><p>It is possible you have reached this page because: The IP address has changed.</p>",
        "Default Web Site Page",
    ),
    "WildFly": page(
        "<h1>Welcome to WildFly</h1><h3>Your WildFly instance is running.</h3><p><a href=/>Documentation</a> | <a href=/console>Administration Console</a></p><p>To replace this page simply deploy your own war with / as its context path.</p>",
        "Welcome to WildFly",
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
    "Akamai": page(
        '<h1>Access Denied</h1><p>You don\'t have permission to access "http://harbour.example/" on this server.</p><p>Reference #18.2d351ab8.1557333295.a4e16ab</p>',
        "Access Denied",
    ),
    "F5": page(
        "The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 1840",
        "Request Rejected",
    ),
    "GitLab": page(
        "<h1>502</h1><h3>Whoops, GitLab is taking too much time to respond.</h3><p>Try refreshing the page, or going back and attempting the action again.</p>",
        "GitLab is not responding (502)",
    ),
    "Werkzeug": "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n<p>The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.</p>\n",
    "IIS": page(
        "<div id=header><h1>Server Error</h1></div><div id=content><fieldset><h2>403 - Forbidden: Access is denied.</h2><h3>You do not have permission to view this directory or page using the credentials that you supplied.</h3></fieldset></div>",
        "403 - Forbidden: Access is denied.",
    ),
    "nginx, unavailable": page(
        "<h1>503 Service Temporarily Unavailable</h1><hr><center>nginx</center>",
        "503 Service Temporarily Unavailable",
    ),
    "Laravel": page('<div class="code">500</div><div class="message">Server Error</div>', "Server Error"),
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
    "maintenance in German by a verb": page(
        "<h1>Wartungsarbeiten</h1><p>Unsere Seite wird gerade gewartet. Bitte versuchen Sie es später noch einmal.</p>",
        "Wartungsarbeiten",
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
    "Joomla": page(
        "<h1>Harbour</h1><p>This site is down for maintenance.<br>Please check back again soon.</p><form><input name=username><input type=password name=password><button>Log in</button></form>",
        "Harbour - Offline",
    ),
    "Nextcloud": page(
        "<h2>Maintenance mode</h2><p>This Nextcloud instance is currently in maintenance mode, which may take a while. This page will refresh itself when the instance is available again.</p>",
        "Nextcloud",
    ),
    "Moodle": page(
        "<h1>Harbour academy</h1><p>This site is undergoing maintenance and is currently not available</p>",
        "Harbour academy",
    ),
    "Jira": page(
        "<h1>Jira is down for maintenance</h1><p>We expect to be back by 10:00. Contact your administrator.</p>",
        "Jira",
    ),
    "Czech": page("<h1>Probíhá údržba</h1><p>Web je momentálně nedostupný z důvodu údržby.</p>", "Údržba"),
    "Danish": page(
        "<h1>Vedligeholdelse</h1><p>Hjemmesiden er i øjeblikket lukket på grund af vedligeholdelse.</p>",
        "Lukket",
    ),
    "Finnish": page(
        "<h1>Huoltokatko</h1><p>Palvelu on tällä hetkellä poissa käytöstä huollon vuoksi.</p>", "Huolto"
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
