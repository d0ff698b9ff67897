"""Rows of resolution: where several resolutions are alive at once, each has a row of its own.

        column 0   column 1    column 2

64×64   ┌─────┐    ┌─────┐     ┌─────┐
        │     ├───▶│     ├─▶‖─▶│     │
        └──┬──┘    └──┬──┘     └─────┘
           │   ╭──────│─╯─────────╯
32×32   ┌──▼──┐╯   ┌──┴──┐
        │     ├───▶│     │
        └──┬──┘    └─────┘
           ▼

find     rows and columns from what each box returns and reads
paths    which sides, gutters and channels each link uses
tracks   lines that run side by side
place    lengths, and the routes of all links
"""
