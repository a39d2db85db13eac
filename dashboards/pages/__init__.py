"""One page per question. A page reads its frames through data.py, draws through figures/ and adds the words.

Not here: queries, drawing, HTML (templates/), writing files (site.py).
"""
