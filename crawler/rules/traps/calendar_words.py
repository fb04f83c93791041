"""Names of months and weekdays, in full and as calendars shorten them (to two, three or four letters)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_NAMES: Final = """
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
januar februar märz mai juni juli oktober dezember jänner
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
janvier février mars avril juin juillet août septembre octobre novembre décembre
lundi mardi mercredi jeudi vendredi samedi dimanche
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
lunes martes miércoles jueves viernes sábado domingo
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
lunedì martedì mercoledì giovedì venerdì sabato domenica
janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
segunda terça quarta quinta sexta
januari februari maart mei augustus
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
am pm
"""


def _with_short_forms() -> Iterator[str]:
    for name in _NAMES.split():
        yield name
        yield from (name[:length] for length in (2, 3, 4) if len(name) > length)


CALENDAR_WORDS: Final = frozenset(_with_short_forms())
