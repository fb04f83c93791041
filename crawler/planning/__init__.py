"""What a sync would do, told before it does it: `crawler plan`, `crawler explain` of a URL never seen."""
