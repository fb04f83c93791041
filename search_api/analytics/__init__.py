"""What people ask, click and miss, made of the query log: judgements, statistics, gaps."""
