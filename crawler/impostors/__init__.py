"""Pages that stand where content was expected: logins, consent walls, errors, maintenance, empty shells.

`detectors.suspicion_of` asks one ordered table of pure detectors about a page with little text. Most answer
for sure; what they only suspect is proved by what the site says at an address that cannot be there
(`crawler.sync.impostors`). What can be told by the structure of a page is; where it takes words, they come in
the languages of Europe and some more.
"""
