"""One page per question. A page reads its frames through data/, draws through figures/ and adds the words.

Each is a function of a reader and a view whose area and period are said; the site and the app show the same ones.
Not here: queries, drawing, markup (markup.py), writing files (site.py), serving (app.py).
"""
