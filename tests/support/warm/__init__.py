"""Console commands in processes that have imported all they need: copies (`fork`) of ones that wait.

Importing is most of what a short command costs: 2 s of processor time for a crawl and its parsers, 5 s for an
indexer. Each command still is a process of its own that runs the real command line, with the environment, the
working directory and the streams of a fresh one; that the real start works too is for the tests of
`python -m crawler`, `indexer` and `search_api` to say.

`session` is where the processes of a test session meet, `waiting` the process that waits, `preparation` what
it imports, `copies` what tests start, and `launcher` stands for Python where a command starts another one.
"""
