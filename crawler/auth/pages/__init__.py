"""What the pages of a login are: forms, walls, errors. Pure, for plain HTTP and the browser alike."""
