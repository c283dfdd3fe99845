"""Who may ask, from where, and how often.

Here: headers, CSRF, trusted proxies, rate limits, the visitor's cookie, CSP reports. Not here: limits on connections
(`web.server`), and the admin's login (`web.admin`).
"""
