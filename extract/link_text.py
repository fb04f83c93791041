"""What the text of a link says about the thing that it leads to; nothing where any link may say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from extract.words import as_it_stands

LONGEST: Final = 200
"""Characters of a text that are kept: some links hold a whole teaser."""

_FORMATS: Final = r"pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|csv|txt|zip|epub|html?"
_ADDRESS: Final = re.compile(rf"(?:[a-z][a-z0-9+.-]*:|www\.|/)\S+|\S+\.(?:{_FORMATS})", re.IGNORECASE)
_ASIDE: Final = re.compile(r"[(\[（][^()\[\]（）]*[)\]）]")
_AMOUNT: Final = re.compile(rf"\b(?:{_FORMATS}|[\d.,]+|[kmg]i?b|[kmg]o|bytes?)\b")
_SIGNS: Final = re.compile(r"[\W_]+")
_GENERIC: Final = frozenset(
    re.split(
        r"\s*[|\n]\s*",
        """
        page|here|click|click here|click to open|download|download here|download file|download now
        download the file|download document|file|document|attachment|link|more|more info|more information
        read|read more|read on|read full article|learn more|see more|show more|find out more|details
        more details|view|view details|open|view file|view document|open file|open document|this|this link
        this page|this document|this file|continue|continue reading|next|previous|back|home|top|print
        share|permalink|image|icon|full text|go|source|edit
        hier|hier klicken|klicken sie hier|bitte hier klicken|herunterladen|zum download|datei|dokument
        anhang|mehr|weiter|weiterlesen|mehr lesen|mehr erfahren|mehr informationen|weitere informationen
        jetzt herunterladen|anzeigen|öffnen|ansehen|zurück|startseite|drucken|bild|zum artikel
        zum dokument
        ici|cliquez ici|cliquer ici|télécharger|téléchargement|fichier|pièce jointe|lire|lire la suite
        plus|en savoir plus|voir|voir plus|ouvrir|suite|suivant|précédent|retour|accueil|lien
        aquí|aqui|clic aquí|haga clic aquí|haz clic aquí|pulse aquí|descargar|descarga|archivo|documento
        adjunto|más|leer más|ver más|más información|ver|abrir|siguiente|anterior|volver|inicio|enlace
        qui|clicca qui|scarica|scaricare|allegato|leggi|leggi tutto|continua|continua a leggere|di più
        scopri di più|vedi|apri|avanti|indietro|dettagli|maggiori informazioni
        klik hier|downloaden|bestand|bijlage|meer|lees meer|lees verder|meer informatie|bekijk|openen
        verder|terug
        clique aqui|baixar|transferir|arquivo|ficheiro|anexo|mais|leia mais|ler mais|saiba mais|ver mais
        próximo|voltar|detalhes
        tutaj|kliknij tutaj|pobierz|plik|załącznik|więcej|czytaj więcej|czytaj dalej|otwórz|dalej|wstecz
        zde|klikněte zde|stáhnout|soubor|příloha|více|číst dál|otevřít
        her|klik her|klikk her|last ned|hent|fil|læs mere|les mer|mere|mer|här|klicka här|ladda ner
        läs mer|visa
        täältä|lataa|lue lisää|buraya tıklayın|indir|devamı|itt|letöltés|bővebben|aici|descarcă
        здесь|тут|скачать|файл|документ|подробнее|читать далее|далее|ещё|открыть|тук|тут|завантажити
        докладніше
        هنا|اضغط هنا|تحميل|تنزيل|المزيد|اقرأ المزيد|כאן|לחץ כאן|הורדה|קרא עוד
        这里|此处|点击这里|点击此处|点击下载|下载|更多|阅读更多|查看|查看更多|查看详情|详情|附件|打开
        ここ|こちら|こちらをクリック|ダウンロード|続きを読む|もっと見る|詳細|詳しくはこちら|添付ファイル|開く
        여기|여기를 클릭|다운로드|더 보기|자세히 보기|첨부파일|열기
        """,
    )
)
"""Texts that any link may have, in lower case and without signs: what stands in them says nothing."""


def telling_text(texts: Iterable[str], url: str) -> str:
    """The first of the texts of some links to a URL that says what is there, on one line and not too long;
    else "".

    A text does not where it is generic in any of some twenty languages ("here", "Download (PDF, 2 MB)"), is
    an address or the name of the file, or has no two letters.
    """
    return next((told for text in texts if (told := _telling(text, url))), "")


def _telling(text: str, url: str) -> str:
    if not text or text.isspace():
        return ""
    text = as_it_stands(text[: 4 * LONGEST])
    if sum(map(str.isalpha, text)) < 2 or _ADDRESS.fullmatch(text) or text == unquote(url.rpartition("/")[2]):
        return ""
    words = _SIGNS.sub(" ", _AMOUNT.sub(" ", _ASIDE.sub(" ", text.casefold()))).strip()
    if not words or words in _GENERIC:
        return ""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
