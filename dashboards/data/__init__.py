"""From a build or a release to the small frames that charts are drawn from: the only queries of this room."""
