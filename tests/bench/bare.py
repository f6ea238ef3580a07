"""A bare FastAPI app: what a request costs before anybody does anything. `python -m tests.bench.bare PORT`."""

import sys
import threading

import uvicorn
from fastapi import FastAPI

from certhub.setup.parent import end_with_parent

app = FastAPI()


@app.get("/")
async def bare() -> dict[str, bool]:
    """Answer a small object."""
    return {"ready": True}


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    uvicorn.run(
        app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="error"
    )
