"""Runs one Pulumi program or plugin as ``__main__``; a script, started by the language host for each run.

It follows ``pulumi-language-python-exec`` of the official release (sdk/python/cmd), so that a program cannot
tell the difference: working directory, ``sys.argv``, ``sys.path``, configuration, event loop and error texts
are the same. Two things are better: configuration arrives through a pipe instead of the environment of a new
process, and an exception that calls itself a sentence is shown as one.

It imports nothing of ours, because the program decides what is imported and from where. Standard input
carries the request and stays open as long as the language host lives.
"""

import asyncio
import json
import logging
import os
import runpy
import signal
import struct
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import grpc
import pulumi
import pulumi.runtime
from pulumi.runtime.proto import language_pb2

SHOWN = 32
"""Exit code that tells the language host that the user has read what went wrong (official value)."""

INTERRUPTED = 130
"""Exit code of a program that was told to stop, as a shell has it."""


def main(verb: str, *arguments: str) -> int:
    """Run what the verb says; the result is the exit code."""
    lifeline = _detach_standard_input()
    if verb == "run":
        request = language_pb2.RunRequest.FromString(_read_frame(lifeline))
        _end_with(lifeline)
        return run_program(request, engine=arguments[0])
    _end_with(lifeline)
    return run_plugin(*arguments)


def run_program(request: language_pb2.RunRequest, engine: str) -> int:
    """Run a Pulumi program to the end of all that it started."""
    config, secrets = dict(request.config), list(request.configSecretKeys)
    os.environ["PULUMI_CONFIG"] = json.dumps(config)
    os.environ["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(secrets)
    pulumi.runtime.set_all_config(config, secrets)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=request.monitor_address,
            engine=engine,
            project=request.project,
            stack=request.stack,
            parallel=request.parallel,
            dry_run=request.dryRun,
            organization=request.organization,
            root_directory=request.info.root_directory,
        )
    )
    program = request.info.entry_point
    sys.argv = [program, *request.args]
    os.chdir(request.pwd)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(request.parallel, 1) * 4)
    loop.set_default_executor(executor)
    # A failed program leaves futures that nobody looks at; their complaints say nothing about the failure.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_path(program)))
    except KeyboardInterrupt:
        return INTERRUPTED
    except pulumi.RunError as error:
        return _show(str(error))
    except Exception as error:  # noqa: BLE001 whatever a program raises is shown to its author
        return _show(_shown(error, program))
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def run_plugin(kind: str, directory: str, *arguments: str) -> int:
    """Run a policy pack or another plugin from its folder."""
    try:
        if kind == "analyzer":
            sys.argv = ["pulumi.policy", *arguments, directory]
            runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)
        else:
            sys.argv = [directory, *arguments]
            runpy.run_path(directory, run_name="__main__")
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _run_path(program: str) -> None:
    missing = not Path(program).is_file() and not (Path(program) / "__main__.py").is_file()
    if missing:
        raise pulumi.RunError(
            f"unable to find main python program `__main__.py` in `{Path(program).resolve()}`"
        )
    runpy.run_path(program, run_name="__main__")


def _show(message: str) -> int:
    """Show an error to the user through the engine, unless it is gone; the result is the exit code."""
    try:
        pulumi.log.error(message)
    except grpc.RpcError:
        return INTERRUPTED
    return SHOWN


def _shown(error: Exception, program: str) -> str:
    """What the user sees of an exception: its sentence, or the part of the traceback that is theirs."""
    if getattr(type(error), "__trunkline_sentence__", False):
        return str(error)
    return "Program failed with an unhandled exception:\n" + _own_traceback(error, program)


def _own_traceback(error: Exception, program: str) -> str:
    """The traceback from the program's main file on, as the official host cuts it."""
    main_file = _main_file(program)
    frames = traceback.extract_tb(error.__traceback__)
    for index, frame in enumerate(frames):
        if _main_file(frame.filename) == main_file:
            return "".join(traceback.format_exception(error, limit=index - len(frames)))
    return "".join(traceback.format_exception(error))


def _main_file(path: str) -> Path:
    found = Path(path)
    return (found if found.suffix else found / "__main__.py").resolve()


def _detach_standard_input() -> IO[bytes]:
    """Keep the pipe to the language host for ourselves; the program reads an empty standard input."""
    lifeline = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    return lifeline


def _read_frame(stream: IO[bytes]) -> bytes:
    size = struct.unpack("!I", _read_exactly(stream, 4))[0]
    return _read_exactly(stream, size)


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = stream.read(size - len(data))
        if not chunk:
            raise SystemExit(INTERRUPTED)
        data += chunk
    return data


def _end_with(lifeline: IO[bytes]) -> None:
    """End this process and what it started when the language host is gone."""

    def watch() -> None:
        while lifeline.read(4096):
            pass
        if os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(INTERRUPTED)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
