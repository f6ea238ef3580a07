"""The HTTP edge: JSON over the flows, and the public files.

    http/outer_middleware.py   trace id, security headers, the last resort for what nobody foresaw
    http/access_middleware.py  who may come in (access.json), then what body they may bring (bodies.py)
    http/problems.py           the one place that knows which error is which HTTP status
    http/problem_words.py      the words of refusals (problems.json); the command line has them too
    routes/                    agency, holder, clerk, peer, operator, public: one file for each who

Edges translate: no file here opens a unit of work or imports a store (tests/house/test_edges.py, a contract).

Refusals come in one order: 404 and 405 of a route, 401, 403, then 415, 413, 408, 400 and 422 of a body.
"""
