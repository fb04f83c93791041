"""`crawler forget`: a connector that was dropped or renamed leaves the catalog, the indexes and the disk."""
