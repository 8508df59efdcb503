"""Settings, one module per environment: ``dev``, ``demo``, ``test``, ``production``; all start from ``base``."""
