"""The screens: five pages and their words.

    pages.py     the routes                     language.py   zh or en, for one request
    views.py     what each page knows           wording.py    the catalogue, texts/zh.json and texts/en.json
    signin.py    a demo's pages come signed in  addition.py   what another package adds to the app
    templates/   Jinja2                         static/       served under /assets/: css, js (ES2020, no build step)
    types/       what answers and pages hold, for the JSDoc types of the scripts: read by tsc alone (tsconfig.json)

A page is a template, one small JSON block (what the view knows) and hand-written modules that speak to the API.
Nothing is loaded from outside the origin, and there is no inline script or style.
"""
