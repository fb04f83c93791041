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

LOCKED: Final = _any(
    r"\block(ed)? ?(out)?\b.{0,40}account",
    r"account.{0,60}\b(is |has been |was )?(locked|disabled|suspended|blocked)",
    r"too many (failed |unsuccessful |login |sign-?in )*(attempts|logins|tries)",
    "temporarily (locked|blocked)",
    r"konto.{0,40}(gesperrt|deaktiviert)", r"zu viele.{0,30}(versuche|anmeldeversuche)",
    r"compte.{0,40}(verrouillé|bloqué|désactivé|suspendu)", r"trop de.{0,30}(tentatives|essais)",
    r"cuenta.{0,40}(bloqueada|desactivada|suspendida)", r"demasiados.{0,30}intentos",
    r"account.{0,40}(bloccato|disabilitato|sospeso)", r"troppi tentativi",
    r"conta.{0,40}(bloqueada|desativada)",
    r"account.{0,30}(geblokkeerd|vergrendeld)", r"te veel.{0,30}pogingen",
    r"konto.{0,40}(låst|spärrat|sperret)",
    r"konto.{0,40}(zablokowane|wyłączone)", r"účet.{0,40}(zablokován|uzamčen)",
    r"(учетная запись|аккаунт).{0,40}(заблокирован|отключен)", r"账(号|户).{0,12}(锁定|停用|禁用)",
    r"帳(號|戶).{0,12}(鎖定|停用)", r"アカウント.{0,12}(ロック|無効)", r"계정.{0,12}(잠|정지|비활성)",
)  # fmt: skip
"""The account is locked or disabled."""

PASSWORD_EXPIRED: Final = _any(
    r"password.{0,40}(has |is |was )?expired", r"expired password",
    r"(must|need to|have to) change your password",
    r"change your password (before|to continue)", r"update your password",
    r"(passwort|kennwort).{0,40}(abgelaufen|ändern)", r"mot de passe.{0,40}expiré",
    r"(changer|modifier) votre mot de passe", r"contraseña.{0,40}(caducado|expirado|vencido)",
    r"password.{0,30}(scaduta|verlopen)", r"senha.{0,30}(expirou|expirada)",
    r"lösenord.{0,30}(gått ut|löpt ut)",
    r"hasło.{0,20}wygasło", r"heslo.{0,20}vypršel", r"срок действия пароля", r"密码.{0,8}(过期|已过期)",
    r"パスワード.{0,12}(期限|有効期限)", r"비밀번호.{0,12}만료",
)  # fmt: skip
"""The password is too old to be used."""

SECOND_FACTOR: Final = _any(
    r"(two|2|multi)[- ]?(factor|step)", r"\b(mfa|2fa|totp|otp)\b", r"verification code", r"security code",
    r"authenticator( app)?", r"approve (the|this|your) (sign|request|notification)", "push notification",
    r"security key", "passkey", "webauthn", r"verify (it'?s you|your identity)",
    r"one[- ]time (code|password)",
    r"(zwei|2)[- ]?faktor", "bestätigungscode", "sicherheitscode", r"code de (vérification|sécurité)",
    r"double authentification", r"código de (verificación|seguridad)", r"codice di (verifica|sicurezza)",
    r"código de (verificação|segurança)", "verificatiecode", "kod weryfikacyjny", r"код подтверждения",
    r"验证码", r"認証コード|確認コード", r"인증 ?(코드|번호)",
)  # fmt: skip
"""Something besides the password is asked for."""

REJECTED: Final = _any(
    "incorrect", "invalid", r"\bwrong\b", r"not (valid|correct|recogni[sz]ed|accepted)",
    r"(does|do|did)( not|n't) match", r"(log ?in|sign ?in|authentication|credentials?).{0,20}failed",
    r"falsch|ungültig|fehlgeschlagen|nicht (korrekt|erkannt|gefunden)", r"invalide|erroné|échoué",
    r"inválid|no (es )?válid|errad[oa]|equivocad", r"errat[oa]|non (valid|corrett)|sbagliat",
    r"onjuist|ongeldig|mislukt", r"felaktig|ogiltig|forkert|ugyldig|\bfeil\b|virheelli|väärä",
    r"nieprawidłow|błędn|neplatn|nesprávn|hatalı|yanlış|geçersiz|hibás|érvénytelen|greșit",
    "неверн|неправильн|невірн|λάθος|грешн",
    "错误|不正确|錯誤|不正確|正しくありません|間違|無効|잘못|일치하지",
    "غير صحيح|שגוי|không (đúng|chính xác)|ไม่ถูกต้อง",
)  # fmt: skip
"""User name or password are not right."""

AGREEMENT: Final = _any(
    r"terms (of|and)", r"conditions of", r"\bconsent", r"privacy (policy|notice)", r"\bcookies?\b",
    r"acceptable use", r"stay signed in", r"keep me signed in", r"remember this (device|browser)",
    "nutzungsbedingungen", "datenschutz", "einwilligung", "angemeldet bleiben",
    "conditions (d'utilisation|générales)", "rester connecté", "confidentialité", "condiciones de uso",
    "mantener la sesión", "privacidad", "condizioni d'uso", "termini", "restare collegato", "termos de uso",
    "gebruiksvoorwaarden", "aangemeld blijven", "användarvillkor", "vilkår", "käyttöehdot", "regulamin",
    "podmínky", "условия использования", "оставаться в системе", "使用条款", "隐私", "保持登录", "利用規約",
    "サインインの状態を維持", "이용약관", "로그인 상태 유지", "الشروط",
)  # fmt: skip
"""Something is to be agreed to before one may go on."""
