"""The words by which a login form's parts are known, in the languages that people write them in.

Each is a regular expression over `flattened` text: lower case, no separators, names split at humps. Stems
stand where a language inflects; ``\\b`` where a short word would be found inside others.
"""

from __future__ import annotations

import re
from typing import Final

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS: Final = re.compile(r"[\s\-_.:\[\]/\\$|]+")


def flattened(*texts: str) -> str:
    """Names and labels as the expressions want them: ``txtUserName`` gives ``txt user name``."""
    return " ".join(_SEPARATORS.sub(" ", _HUMP.sub(" ", text)).strip().casefold() for text in texts if text)


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words))


USER_NAME: Final = _any(
    r"\buser", r"\buname\b", r"\buid\b", r"\bupn\b", r"\blog ?in\b", r"\blogin", r"\blog ?on\b",
    r"\baccount", r"\bsign ?in name", r"\bmember", r"\bprincipal", r"\bidentifier", r"\bcallsign",
    r"\be ?mail", r"\bmail\b", r"\bmailadres", "benutzer", r"\bnutzer", "anmeldename", "kennung", r"\bkonto",
    "mitglied", "personalnummer", "identifiant", "utilisateur", "courriel", r"\bcompte", "usuario", "correo",
    r"\bcuenta", "usuário", "utilizador", r"\bconta\b", "utente", "matricola", "gebruiker", "användar",
    r"\bbruger", r"\bbruker", "käyttäjä", "sähköposti", "użytkownik", r"\bnazwa", "uživatel", r"\bjméno",
    "kullanıcı", r"\beposta", r"\be ?posta", "felhasználó", "utilizator", "korisni", "uporabni", "používate",
    "χρήστη", "потребител", "пользовател", "логин", "почт", "учетн", "учётн", "користувач", "логін", "пошт",
    "用户", "用戶", "使用者", "账号", "帐号", "帳號", "账户", "邮箱", "電子郵件", "工号", "ユーザ",
    "アカウント", "メール", r"ログイン ?id", r"社員番号", "会員番号", "利用者", "사용자", "아이디", "이메일",
    "계정", "المستخدم", "البريد", "משתמש", "người dùng", "tài khoản", "ผู้ใช้",
)  # fmt: skip

PASSWORD: Final = _any(
    r"\bpass ?w(or)?d", r"\bpasswd", r"\bpwd\b", r"\bpasscode", "passwor", "kennwort", "passwort",
    "mot de passe", "contraseña", "contrasena", r"\bsenha", "palavra passe", "wachtwoord", "lösenord",
    "adgangskode", "salasana", "hasło", r"\bhaslo", "heslo", "şifre", r"\bparola", "jelszó", "пароль",
    "密码", "密碼", "パスワード", "暗証番号", "비밀번호", "암호", "كلمة المرور", "كلمة السر", "סיסמ",
    "mật khẩu", "รหัสผ่าน", "κωδικ",
)  # fmt: skip

LOG_IN: Final = _any(
    r"\blog ?(in|on)\b", r"\blogin", r"\blogon", r"\bsign ?(in|on)\b", r"\bsignin", r"\bauthenticat",
    "anmeld", "einlogg", "login", "connexion", "connecter", "identifier", "iniciar sesi", "inicio de sesi",
    "acceder", "ingresar", r"\bentrar\b", "iniciar sess", r"\baceder\b", r"\baccedi", r"\baccesso\b",
    "inloggen", "aanmeld", "logga in", r"\blog ind\b", r"\blogg inn", "kirjaudu", "zaloguj", "logowani",
    "přihlá", "prihlás", "prijav", "giriş", "oturum aç", "belépés", "bejelentkez", "autentific", "conectare",
    "войти", "вход", "авториз", "увійти", "вхід", "влез", "σύνδεση", "είσοδος", "登录", "登錄", "登入",
    "登陆", "ログイン", "サインイン", "ログオン", "로그인", "تسجيل الدخول", "دخول", "התחבר", "כניסה",
    "đăng nhập", "เข้าสู่ระบบ",
)  # fmt: skip

SINGLE_SIGN_ON: Final = _any(
    r"\bsso\b", r"single ?sign", r"\bsaml", r"shibboleth", r"\badfs\b", r"\bopenid", r"\boidc\b", r"\bcas\b",
    r"institution", r"federat", r"corporate (log|account|sign)", r"company (log|account|sign)",
)  # fmt: skip

NEXT: Final = _any(
    r"\bnext\b", r"\bcontinue", r"\bproceed", r"\bweiter", "fortfahren", "suivant", "continuer", "siguiente",
    "continuar", r"\bavanti\b", r"\bcontinua\b", "prosegui", "seguinte", "próximo", "avançar", "volgende",
    "doorgaan", r"\bnästa", "fortsätt", r"\bnæste", "fortsæt", r"\bneste\b", "fortsett", "seuraava",
    r"\bjatka", r"\bdalej", "kontynuuj", r"\bdalší", "pokračovat", r"\bileri\b", r"\bsonraki", r"\bdevam",
    "tovább", "далее", "продолж", r"\bдалі\b", "продовж", "下一步", "继续", "繼續", "次へ", "続行", "続ける",
    "進む", "다음", "계속", "التالي", "متابعة", "המשך", "tiếp", "ถัดไป", "συνέχεια",
)  # fmt: skip

REGISTER: Final = _any(
    r"\bregist(er|ra)", r"\bsign ?up\b", r"\bsignup", r"\bcreate (an? |your |new )*(account|profile)",
    r"\bjoin (now|us|for)", r"\benrol", "konto erstellen", "konto anlegen", "registrier",
    "créer (un |mon )?compte", r"\binscri", r"crear (una |tu )?cuenta", "registrarse", "criar (uma )?conta",
    "cadastr", "crea (un )?account", "registrati", "account aanmaken", "registreren", "skapa konto",
    "opret (en )?(konto|bruger)", "opprett konto", "registrer", "rekisteröi", "luo tili", "zarejestruj",
    "rejestracj", "utwórz konto", "registrac", "vytvořit účet", r"\büye ol", "kaydol", "kayıt", "зарегистр",
    "регистрац", "создать", "зареєстр", "реєстрац", "створити", "注册", "註冊", "新規登録", "会員登録",
    "アカウント(を)?作成", "회원 ?가입", "가입하기", "إنشاء حساب", "đăng ký",
)  # fmt: skip

FORGOTTEN: Final = _any(
    r"\bforgot", r"\breset", r"\brecover", r"\blost\b", "vergessen", "zurücksetzen", "oubli", "réinitialis",
    "olvid", "restablec", "recuper", "dimentic", "reimposta", "esquec", "redefin", "vergeten", "glömt",
    "glemt", "unohd", "nie pamięta", "zapomn", "unuttum", "sıfırla", "забыл", "восстанов", "забули",
    "відновл", "忘记", "忘記", "重置", "找回", "忘れ", "リセット", "재설정", "비밀번호 찾기", "نسيت",
    "elfelejt",
)  # fmt: skip

NEWSLETTER: Final = _any(
    r"\bnewsletter", r"\bsubscri", r"\bmailing ?list", "abonn", "suscri", "iscriv", "assine", "nyhetsbrev",
    "nyhedsbrev", "uutiskirje", "biuletyn", "newsletr", "zpravodaj", "bülten", "hírlevél", "рассылк",
    "подпис", "розсилк", "підпис", "订阅", "訂閱", "メルマガ", "購読", "구독", "النشرة",
)  # fmt: skip

SEARCH: Final = _any(
    r"\bsearch", r"\bsuch(e|en|begriff)", r"\brecherche", r"\bbuscar", "búsqueda", r"\bcerca\b", "ricerca",
    "pesquis", r"\bzoek", r"\bsök", r"\bsøg", r"\bsøk", r"\bhaku", r"\bszuka", "hledat", r"\barama?\b",
    "keres", "поиск", "найти", "пошук", "знайти", "搜索", "搜尋", "検索", "검색", "بحث", r"\bquery\b",
    r"^q$",
)  # fmt: skip

ONE_TIME_CODE: Final = _any(
    r"\botp\b", r"\btotp\b", r"\boath ?token", r"\botp ?(token|code|attempt|pin)", r"\b[2tm]fa\b", r"\b2fa",
    r"\bone ?time", r"two ?factor", r"2 ?factor", r"second ?factor", r"verif(ication|y) ?code",
    r"authenticat\w+ code", r"\bauth ?code", r"security code", r"\bpasscode", r"\btoken ?code",
    r"authenticator", r"\bcode\b", r"\btoken\b", "einmal", "bestätigungscode", "sicherheitscode", "prüfcode",
    "zwei ?faktor", "zweiter faktor", "usage unique", "código", "codice", "verificatiecode", "engångs",
    "verifieringskod", "engangs", "kertakäyttö", "vahvistuskoodi", "jednorazow", r"\bkod\b", "jednorázov",
    r"\bkód\b", "doğrulama kodu", "одноразов", r"\bкод\b", "动态码", "动态口令", "確認コード", "認証コード",
    "ワンタイム", "인증 ?코드", "인증 ?번호", "일회용", "رمز التحقق", "קוד", "mã xác",
)  # fmt: skip

CAPTCHA: Final = _any(r"captcha", r"turnstile", "验证码", "驗證碼", "画像認証", "자동입력")

YES: Final = _any(
    r"\baccept", r"\bagree", r"\ballow", r"\bauthori[sz]e", r"\bconsent", r"\bunderstand", r"\bok\b",
    r"\byes\b", r"\bconfirm", r"\bgrant\b", "zustimm", "akzeptier", "einverstanden", "erlauben", "bestätig",
    r"\bja\b", r"j'accepte", "autoriser", r"\boui\b", r"\baccepte", "aceptar", r"\bacepto", "permitir",
    r"\bsí\b", r"\bsi\b", "accett", "acconsent", "consenti", "aceitar", r"\baceito", "concordo", r"\bsim\b",
    "akkoord", "toestaan", "acceptera", "godkänn", "tillåt", "godkend", "tillad", r"\bgodta", r"\btillat",
    "hyväksy", r"\bsalli\b", "kyllä", "akceptuj", "zgadzam", "zezwól", r"\btak\b", "souhlas", "přijmout",
    "povolit", r"\bano\b", "kabul", "izin ver", r"\bevet\b", "elfogad", "принять", "принима", "соглас",
    "разреш", r"\bда\b", "прийня", "погодж", "дозвол", "同意", "接受", "允许", "允許", "确认", "許可",
    "承認", "はい", "동의", "허용", "확인", "موافق", "أوافق", "سماح", "نعم",
)  # fmt: skip

NO: Final = _any(
    r"\bcancel", r"\bdecline", r"\breject", r"\bdeny", r"\brefuse", r"\bdisagree", r"\bno\b", r"\bnot now",
    r"\bback\b", r"\blog ?(out|off)", r"\bsign ?out", r"\bsettings", r"\bcustomi[sz]e", r"\bmanage",
    r"\bdelete", "ablehn", "abbrech", r"\bnein\b", "zurück", "abmeld", "einstellungen", "refus", "annul",
    r"\bnon\b", "cancelar", "rechaz", "rifiut", "recus", "rejeit", r"\bnão\b", "weiger", r"\bnee\b",
    "avbryt", r"\bneka", r"\bnej\b", "afvis", r"\bnei\b", "peruuta", "hylkää", r"\bei\b", "anuluj", "odrzu",
    r"\bnie\b", "zrušit", "odmít", r"\bne\b", r"\biptal", "reddet", "hayır", "mégse", "отмен", "отклон",
    r"\bнет\b", "скасув", "відхил", r"\bні\b", "取消", "拒绝", "拒絕", "キャンセル", "拒否", "いいえ",
    "戻る", "취소", "거부", "아니", "إلغاء", "رفض",
)  # fmt: skip

FIRST_OR_LAST_NAME: Final = _any(
    r"\bfirst ?name", r"\blast ?name", r"\bsurname", r"\bgiven ?name", r"\bfamily ?name", r"\bfull ?name",
    r"\bbirth", r"\bphone", r"\baddress\b", r"\bcompany name\b", "vorname", "nachname", "prénom", "apellido",
    "cognome", "sobrenome", "achternaam", "efternamn", "etternavn", "sukunimi", "nazwisko", "příjmení",
    "soyad", "фамили", "прізвищ", "姓名", "氏名",
)  # fmt: skip
"""What registration forms ask for and logins do not."""
