"""The HTTP server: limits on connections, the parser, start and shutdown, retention, model reload.

Here: everything around the app, built on waitress. Not here: complete requests (`web.security`, `web.app`).
"""
