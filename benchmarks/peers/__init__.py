"""The programs that we are measured beside, each in its fastest fair form."""
