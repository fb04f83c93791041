"""Ask both indexes, fuse what they answer, and fold passages into documents."""
