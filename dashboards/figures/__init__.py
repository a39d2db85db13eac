"""One chart per module: a frame in, a go.Figure out. Pure: no reading, no clock, no files."""
