"""Runs Graphviz on one graph, in a separate script: a crash in C ends only this.

Reads a JSON object ``{"dot", "format", "arguments"}`` from standard input and writes the image, as
base64, to standard output.
"""

import base64
import json
import sys

import pygraphviz


def main() -> None:
    """Draw the graph at its given places."""
    job = json.load(sys.stdin)
    graph = pygraphviz.AGraph(string=job["dot"])
    image = graph.draw(format=job["format"], prog="nop2", args=job["arguments"])
    sys.stdout.write(base64.b64encode(image).decode())


if __name__ == "__main__":
    main()
