"""Assets: each calls one tested function of a lower room and returns counts, links and at most 20 sample rows."""
