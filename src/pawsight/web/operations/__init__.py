"""What an operator watches: health checks, logs, metrics.

Here: what tools read. Not here: pages for the operator (`web.admin`).
"""
