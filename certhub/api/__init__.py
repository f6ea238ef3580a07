"""The HTTP edge: JSON over the flows, and the public files.

    edge.py      trace id, security headers, the last resort for what nobody foresaw
    door.py      who may come in (access.json), then what body they may bring (bodies.py)
    agency.py holder.py relying.py peer.py operator.py public.py     the routes, one file for each who
    problems.py  the one place that knows which error is which HTTP status (problems.json has the words)

Refusals come in one order: 404 and 405 of a route, 401, 403, then 415, 413, 408, 400 and 422 of a body.
"""
