"""Reads and writes of judging, in halls: ``audit`` stands on ``standing``, that on ``cases``, that on ``ledger``.

``practice`` is apart: nobody else sees it. ``versions`` publishes what all of them judge by. import-linter holds them
to this order.
"""
