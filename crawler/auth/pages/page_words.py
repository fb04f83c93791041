"""What pages of a login say when it does not work, in the languages that people write in."""

from __future__ import annotations

import re
from typing import Final


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


LOGIN_REQUIRED: Final = _any(
    r"log ?in (is )?(required|needed|necessary)", r"sign ?in (is )?(required|needed)",
    r"authentication (is )?required",
    r"(must|need to|have to|required to|please) (first )?(be )?(log(ged)?|sign(ed)?) ?(in|on)\b",
    r"not (logged|signed) in", r"permission denied", r"access denied", r"\bunauthori[sz]ed\b",
    r"\brestricted\b", r"(log|sign) in to (continue|view|read|see|access)", "members only",
    "anmeldung (ist )?(erforderlich|nötig|notwendig)", r"(bitte|müssen|musst)\b.{0,40}(anmeld|einlogg)",
    "nicht angemeldet", "zugriff verweigert", "zugang verweigert", "keine berechtigung",
    "connexion (est )?(requise|nécessaire)", "vous devez.{0,30}connect",
    "veuillez vous (connecter|identifier)", "accès refusé", "authentification requise",
    "inicio de sesión (es )?(requerido|necesario)", "debe.{0,20}(iniciar sesi|identificarse|acceder)",
    "acceso denegado", "(accesso|login) (richiesto|necessario)", "devi.{0,30}(accedere|effettuare)",
    "accesso negato", "login necessário", "é necessário.{0,20}(entrar|iniciar)", "acesso negado",
    "(aanmelden|inloggen) (is )?(vereist|verplicht|nodig)", "moet.{0,20}(aanmelden|inloggen)",
    "toegang geweigerd", "inloggning krävs", "måste.{0,20}logga in", "åtkomst nekad", "login påkrævet",
    "skal.{0,20}log(ge)? ind", "adgang nægtet", "innlogging (er )?(påkrevd|kreves)", "må.{0,20}logge? inn",
    "kirjautuminen vaaditaan", "kirjaudu(ttava)? sisään.{0,20}(nähd|jatka)", "pääsy estetty",
    "(wymagane|konieczne) (jest )?(logowanie|zalogowanie)", "musisz.{0,20}zalogować", "zaloguj się, aby",
    "dostęp zabroniony", "odmowa dostępu", "(vyžadováno|nutné) přihlášení", "musíte.{0,20}přihlásit",
    "přístup (odepřen|zamítnut)", "giriş (gerekli|yapmalısınız|yapmanız)", "erişim (reddedildi|engellendi)",
    "(требуется|необходима?) (вход|авторизация|авторизоваться|войти)",
    "(необходимо|нужно|должны).{0,30}(войти|авториз)", "доступ (запрещ|ограничен|закрыт)",
    "(потрібно|необхідно).{0,20}увійти", "потрібен вхід", "доступ заборонено",
    "(需要|必须|请先?)(先)?登[录錄入陆]", "(請先?|必須)登[录錄入]", "ログインが必要", "ログインしてください",
    "アクセス(が)?(拒否|できません)", "(로그인이|로그인) ?(필요|하세요|해 ?주세요|하셔야)", "접근.{0,4}거부",
    "(يجب|يرجى).{0,20}تسجيل الدخول", "تسجيل الدخول مطلوب",
)  # fmt: skip
"""The page is for people who are signed in."""
