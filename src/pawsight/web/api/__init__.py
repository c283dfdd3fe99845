"""The JSON API: routes, schemas, idempotency keys, problem details, the OpenAPI document and its page.

Here: what programs see. Not here: how photos are classified and stored (`web.service`).
"""
