"""Every login over HTTP and in the browser, directly and by a proxy; secrets are right, wrong, or expire.

Each cell is a real sync of a real server."""
