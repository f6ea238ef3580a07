#!/usr/bin/env python3
"""CertHub · 两条命令 / two commands:

    python3 dev.py demo [ARGS…]     两个地区的演示 / a demo of two regions (Ctrl+C 结束)
    python3 dev.py test [ARGS…]     全部快速测试 / the fast tests

开发者 / for developers:
    python3 dev.py check [LANE…]    format lint types imports contracts postgres browser drills containers
    python3 dev.py bench            与密码学下限之比，--gates 按门槛判 / ratios against the crypto floor, --gates judges
    python3 dev.py fuzz             变异测试，--count N 或 --seconds N / mutants against every parser
    python3 dev.py verify ARGS…     certhub-verify
    python3 dev.py hub ARGS…        certhub (import, issue, config …)
    python3 dev.py lock             重算锁文件（需要 uv）/ renew the lock files (needs uv)

只用标准库；依赖装在 .venv，不动系统 Python。删除：rm -rf .venv .certhub-demo
Standard library only; everything is installed into .venv, the system's Python is left alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PARTS = ["schemas", "keys", "verifier", "."]
VENV = Path(os.environ.get("CERTHUB_VENV") or ROOT / ".venv")
PY = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK, CHECK_LOCK = ROOT / "requirements.lock", ROOT / "requirements-check.lock"
RUN = {
    "demo": ["certhub", "demo"],
    "test": [
        "pytest",
        "-q",
        "-n",
        "auto",
        "-m",
        "not postgres and not browser and not drill and not interop and not javascript",
    ],
    "bench": ["tests.bench"],
    "fuzz": ["tests.fuzz"],
    "verify": ["certhub_verifier"],
    "hub": ["certhub"],
}


def say(zh, en):
    """Tell the person, in both languages, on stderr: stdout belongs to results."""
    print("» %s / %s" % (zh, en), file=sys.stderr, flush=True)


def run(*command, **options):
    return subprocess.call([str(part) for part in command], cwd=ROOT, **options)


def quiet(*command):
    try:
        return run(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def fingerprint(lock):
    """What the environment was made from: change any of it and it is made again."""
    files = [ROOT / part / "pyproject.toml" for part in PARTS] + [lock]
    seen = sys.version.encode() + b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(seen).hexdigest()


def installer():
    """The command that installs into the environment: uv, its own pip, or the system's pip from outside."""
    uv = None if os.environ.get("CERTHUB_NO_UV") else shutil.which("uv")
    if uv and quiet(uv, "--version"):
        if not PY.exists() and not quiet(sys.executable, "-m", "venv", "--without-pip", VENV):
            quiet(uv, "venv", "--python", sys.executable, VENV)
        return [uv, "pip"], ["--python", PY]
    if quiet(PY, "-m", "pip", "--version"):
        return [PY, "-m", "pip"], []
    if quiet(sys.executable, "-m", "venv", VENV) and quiet(PY, "-m", "pip", "--version"):
        return [PY, "-m", "pip"], []
    shutil.rmtree(VENV, ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", "--without-pip", VENV):
        outside = [sys.executable, "-m", "pip", "--python", PY]
        if quiet(*outside, "--version"):
            return outside, []
    say(
        "缺少 venv 与 pip；请先执行 sudo apt install python3-venv，再重新运行",
        "venv and pip are missing: run sudo apt install python3-venv, then try again",
    )
    sys.exit(1)


def setup(lock):
    """Make the environment match `lock`, or leave it alone when it already does."""
    stamp = VENV / (".ready-" + lock.stem)
    want = fingerprint(lock)
    if stamp.exists() and PY.exists() and stamp.read_text() == want:
        return
    say("准备环境，首次约半分钟", "setting up, about half a minute the first time")
    begun = time.monotonic()
    tool, where = installer()
    members = [arg for part in PARTS for arg in ("-e", "./" + part)]
    # Third-party packages by hash; then our own four, built with what the lock just installed.
    if run(*tool, "install", *where, "-q", "--require-hashes", "-r", lock, stdout=sys.stderr) or run(
        *tool, "install", *where, "-q", "--no-deps", "--no-build-isolation", *members, stdout=sys.stderr
    ):
        say(
            "安装失败；内网请设 PIP_INDEX_URL（镜像）或 PIP_NO_INDEX=1 PIP_FIND_LINKS=<离线轮子目录> 后重试",
            "installing failed; behind a firewall set PIP_INDEX_URL to a mirror, or PIP_NO_INDEX=1 and PIP_FIND_LINKS",
        )
        sys.exit(1)
    for old in VENV.glob(".ready-*"):
        old.unlink()
    stamp.write_text(want)
    if lock == CHECK_LOCK:  # a superset: demo and test need nothing more
        (VENV / (".ready-" + LOCK.stem)).write_text(fingerprint(LOCK))
    say("环境就绪，用时 %.0f 秒" % (time.monotonic() - begun), "ready")


def become(command):
    """Replace this process, so that signals and the exit code are the program's own."""
    command = [str(part) for part in command]
    if os.name == "nt":
        sys.exit(subprocess.call(command, cwd=ROOT))
    os.chdir(ROOT)
    os.execv(command[0], command)


def renew_lock():
    """Resolve both lock files again; they hold versions and hashes, never a registry's name."""
    sys.exit(run(PY if PY.exists() else sys.executable, ROOT / "tests" / "support" / "lock.py"))


def main(argv):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    if sys.version_info < (3, 11):
        say("需要 Python 3.11 以上，这里是 %d.%d" % sys.version_info[:2], "Python 3.11 or newer is needed")
        return 1
    if not argv or argv[0] not in {*RUN, "check", "lock"}:
        print(__doc__)
        return 2
    task, rest = argv[0], argv[1:]
    if task == "lock":
        renew_lock()
    caller = Path.cwd()
    setup(CHECK_LOCK if task in {"check", "bench"} else LOCK)  # the bench measures PostgreSQL too
    if task == "check":
        become([PY, ROOT / "tests" / "lanes.py", *rest])
    if task in {"verify", "hub"}:  # paths the user typed are relative to where they stand
        os.chdir(caller)
        if os.name != "nt":
            os.execv(str(PY), [str(PY), "-m", *RUN[task], *rest])
        return subprocess.call([str(PY), "-m", *RUN[task], *rest])
    become([PY, "-m", *RUN[task], *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
