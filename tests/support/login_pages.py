"""Login pages as well-known software writes them, cut down to what a login form is found by."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from typing import Final

MEDIAWIKI: Final = """<html><head><title>Log in - Wiki</title></head><body>
<form action="/w/index.php" id="searchform"><input type="search" name="search"><button>Search</button></form>
<form class="mw-htmlform" action="/w/index.php?title=Special:UserLogin" method="post" name="userlogin">
<label for="wpName1">Username</label><input id="wpName1" name="wpName" size="20" autocomplete="username">
<label for=wpPassword1>Password</label>
<input id=wpPassword1 name=wpPassword type=password autocomplete=current-password>
<input name=wpRemember type=checkbox value=1 id=wpRemember><label for=wpRemember>Keep me logged in</label>
<button id=wpLoginAttempt name=wploginattempt value="Log in">Log in</button>
<a href="/w/index.php?title=Special:PasswordReset">Forgot your password?</a>
<input type=hidden name=wpLoginToken value="x+\\"></form>
<a href="/w/index.php?title=Special:CreateAccount">Create account</a></body></html>"""

DOKUWIKI: Final = """<html><head><title>start [Wiki]</title></head><body>
<form action="/doku.php?id=start" method="get" role="search" class="search" id="dw__search">
<input type="hidden" name="do" value="search"><input type="text" name="q" title="[F]" class="edit">
<button type="submit" title="Search">Search</button></form><h1>Permission Denied</h1>
<form id="dw__login" method="post" action="/doku.php?id=start"><div><input type="hidden" name="sectok" value="">
<input type="hidden" name="id" value="start"><input type="hidden" name="do" value="login"><fieldset>
<legend>Log In</legend><label class="block" for="focus__this"><span>Username</span>
<input type="text" id="focus__this" name="u" class="edit"></label><br>
<label class="block"><span>Password</span> <input type="password" name="p" class="edit"></label><br>
<label class="simple" for="remember__me"><input type="checkbox" id="remember__me" name="r" value="1">
<span>Remember me</span></label><button type="submit">Log In</button></fieldset></div></form></body></html>"""

KEYCLOAK: Final = """<html class="login-pf"><head><title>Sign in to Company</title></head><body>
<form id="kc-form-login" onsubmit="login.disabled = true; return true;"
 action="https://sso.test/realms/r/login-actions/authenticate?session_code=a&amp;execution=b" method="post">
<label for="username">Username or email</label>
<input tabindex="2" id="username" name="username" value="" type="text" autofocus autocomplete="username">
<label for="password">Password</label><div class="pf-c-input-group">
<input tabindex="3" id="password" name="password" type="password" autocomplete="current-password">
<button type="button" aria-label="Show password" data-password-toggle><i></i></button></div>
<input tabindex="5" id="rememberMe" name="rememberMe" type="checkbox"> Remember me
<a href="/reset">Forgot Password?</a><input type="hidden" id="id-hidden-input" name="credentialId">
<input tabindex="7" name="login" id="kc-login" type="submit" value="Sign In"></form>
<form id="webauth" action="/x" method="post"><input type="hidden" name="clientDataJSON"></form></body></html>"""

KEYCLOAK_CODE: Final = """<html><head><title>Sign in to Company</title></head><body>
<form id="kc-otp-login-form" action="/authenticate" method="post"><label for="otp">One-time code</label>
<input id="otp" name="otp" autocomplete="off" type="text" autofocus>
<input name="login" id="kc-login" type="submit" value="Sign In"></form></body></html>"""

SIMPLESAMLPHP: Final = """<html><head><title>Enter your username and password</title></head><body>
<form action="/change" method="get"><select name="language"><option value="en">English</select></form>
<h2>Enter your username and password</h2><form id="f" action="?" method="post" name="f"><table>
<tr><td><label for="username">Username</label></td><td><input id="username" type="text" name="username"></td></tr>
<tr><td><label for="password">Password</label></td><td><input id="password" type="password" name="password"></td>
</tr></table><input type="hidden" name="AuthState" value="_abc:https://idp"><button id="submit_button"
 class="pure-button" type="submit">Login</button></form></body></html>"""

ADFS: Final = """<html><head><title>Sign In</title></head><body><form method="post" id="loginForm"
 autocomplete="off" novalidate="novalidate" onKeyPress="if (event) {Login.submitLoginRequest();}"
 action="/adfs/ls/?SAMLRequest=abc"><div id="error"></div>
<label id="userNameInputLabel" for="userNameInput" class="hidden">User Account</label>
<input id="userNameInput" name="UserName" type="email" value="" tabindex="1" placeholder="someone@example.com">
<label id="passwordInputLabel" for="passwordInput" class="hidden">Password</label>
<input id="passwordInput" name="Password" type="password" tabindex="2" placeholder="Password">
<input type="checkbox" name="Kmsi" id="kmsiInput" value="true">
<span id="submitButton" class="submit" role="button" onclick="return Login.submitLoginRequest();">Sign in</span>
<input id="optionForms" type="hidden" name="AuthMethod" value="FormsAuthentication"></form></body></html>"""

GITLAB: Final = """<html><head><title>Sign in · GitLab</title><meta name="csrf-param" content="authenticity_token">
</head><body><form action="/users/auth/ldapmain/callback" accept-charset="UTF-8" method="post">
<input type="hidden" name="authenticity_token" value="t"><input name="username" id="ldap_username" type="text">
<input type="password" name="password"><button type="submit">Sign in</button></form>
<form class="new_user" id="new_user" action="/users/sign_in" method="post">
<input type="hidden" name="authenticity_token" value="t2"><label for="user_login">Username or primary email</label>
<input class="form-control" autocomplete="username" name="user[login]" id="user_login" type="text">
<label for="user_password">Password</label>
<input name="user[password]" id="user_password" type="password" autocomplete="current-password">
<a href="/users/password/new">Forgot your password?</a>
<button type="submit" name="button">Sign in</button></form>
<form class="new_new_user" action="/users" method="post"><input name="new_user[first_name]" type="text">
<input name="new_user[last_name]"><input name="new_user[username]"><input name="new_user[email]" type="email">
<input name="new_user[password]" type="password" autocomplete="new-password">
<input type="submit" value="Register"></form></body></html>"""

NEXTCLOUD: Final = """<html><head><title>Login – Nextcloud</title></head><body id="body-login">
<noscript><p>This application requires JavaScript for correct operation.</p></noscript>
<div id="login"></div><script src="/dist/core-login.js"></script></body></html>"""

WORDPRESS: Final = """<html><head><title>Anmelden ‹ Intranet — WordPress</title></head><body class="login">
<form name="loginform" id="loginform" action="https://intra.test/wp-login.php" method="post">
<p><label for="user_login">Benutzername oder E-Mail-Adresse</label>
<input type="text" name="log" id="user_login" autocomplete="username"></p>
<label for="user_pass">Passwort</label><input type="password" name="pwd" id="user_pass"
 autocomplete="current-password"><input name="rememberme" type="checkbox" value="forever">
<input type="submit" name="wp-submit" id="wp-submit" value="Anmelden">
<input type="hidden" name="redirect_to" value="https://intra.test/wp-admin/"></form>
<a href="/wp-login.php?action=lostpassword">Passwort vergessen?</a></body></html>"""

OLD_TABLE: Final = """<html><title>Welcome</title><body><table><form name=frm method=POST action=chk.asp>
<tr><td>Personalnummer:</td><td><input name=F1></td></tr><tr><td>Kennwort:</td><td><input type=password name=F2>
</td></tr><tr><td colspan=2><input type=image src=go.gif name=go></td></tr></form></table></body></html>"""

GOOGLE_LIKE_FIRST_STEP: Final = """<html><head><title>Sign in - Accounts</title></head><body>
<form method="post" action="/signin/identifier"><h1>Sign in</h1>
<input type="email" name="identifier" id="identifierId" autocomplete="username webauthn" aria-label="Email or phone">
<input type="password" name="hiddenPassword" style="display:none" aria-hidden="true" tabindex="-1">
<button type="button">Create account</button><button name="go" type="submit">Next</button></form></body></html>"""

ENTRA_PASSWORD: Final = """<html><head><title>Sign in to your account</title></head><body>
<form name="f1" method="post" action="https://login.test/common/login"><div role="heading">Enter password</div>
<input type="text" name="loginfmt" style="display:none" value="crawler@example.com" readonly>
<input name="passwd" type="password" id="i0118" autocomplete="current-password" placeholder="Password">
<a href="#">Forgot my password</a><input type="submit" id="idSIButton9" value="Sign in"></form></body></html>"""

EXPIRED: Final = """<html><head><title>Update password</title></head><body>
<form id="kc-passwd-update-form" action="/update" method="post"><input type="text" name="username"
 value="crawler" autocomplete="username" readonly style="display:none"><label for="pn">New Password</label>
<input type="password" id="pn" name="password-new" autocomplete="new-password"><label>Confirm password
<input type="password" name="password-confirm" autocomplete="new-password"></label><input type="submit"
 value="Submit"></form></body></html>"""

REGISTRATION: Final = """<html><head><title>Join</title></head><body><form action="/register" method="post">
<input name="username"><input type="email" name="email"><input type="password" name="password">
<button>Create your account</button></form></body></html>"""

SMTP_SETTINGS: Final = """<html><head><title>Mail settings</title></head><body><form method="post" action="/save">
<input name="host"><input name="port" type="number"><input name="sender"><input name="user"><input name="domain">
<input type="password" name="password"><button>Save</button></form></body></html>"""
