"""Installs the official Pulumi release; run as a script, in a process that can be ended at any time.

``reach HOST SECONDS`` asks whether the host answers at all; ``install FOLDER VERSION`` installs. What goes
wrong is one line on standard error. The Automation API has no timeouts of its own: the caller sets them, from
outside.
"""

import subprocess
import sys
import urllib.error
import urllib.request


def reach(host: str, seconds: float) -> None:
    """Fetch the head of the installer, through whatever proxy the environment names."""
    request = urllib.request.Request(f"https://{host}/install.sh", method="HEAD")
    with urllib.request.urlopen(request, timeout=seconds):  # noqa: S310
        pass


def install(folder: str, version: str) -> None:
    """Install with Pulumi's own function."""
    from pulumi.automation import PulumiCommand  # noqa: PLC0415 `reach` must not wait for a slow import
    from semver import Version  # noqa: PLC0415

    PulumiCommand.install(root=folder, version=Version.parse(version), skip_version_check=True)


def main(verb: str, *arguments: str) -> int:
    """Do one of the two; 0 when it worked."""
    try:
        if verb == "reach":
            reach(arguments[0], float(arguments[1]))
        else:
            install(*arguments)
    except urllib.error.HTTPError as error:
        problem = f"it answers {error.code} {error.reason}"
    except urllib.error.URLError as error:
        problem = str(error.reason)
    except subprocess.CalledProcessError as error:
        said = (error.output or b"").decode(errors="replace").strip().splitlines()
        problem = said[-1] if said else f"the installer ended with code {error.returncode}"
    except OSError as error:
        problem = error.strerror or str(error)
    else:
        return 0
    sys.stderr.write(f"{problem}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
