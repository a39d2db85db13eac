"""The boundary file and its projection. An office may put its own reviewed map in the place of provinces.geojson."""
