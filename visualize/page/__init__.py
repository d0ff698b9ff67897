"""The page: a figure in one HTML file, whose closed boxes open in place.

inside      what is inside a box: a diagram of its own, down to single operations
views       each different inside is laid out once, whatever opens to it
plain       what is drawn of a view as plain data
document    all of it, for the scripts of the page
assemble    one file, which needs no other
"""
