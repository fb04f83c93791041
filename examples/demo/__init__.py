"""`make demo`: the sample intranet, crawled and searched, on this machine."""
