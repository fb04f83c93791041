"""What operators see and do: connectors, runs, what is known of a URL, who would see what."""
