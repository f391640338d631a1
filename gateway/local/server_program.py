"""The server's own process: loads the model, prints its address, and ends with its parent.

It is run by path. Its arguments are the folder of the installed packages and the model's file; its standard
input carries the key and stays open as long as the server is needed.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

CONTEXT = 4096  # tokens


def main() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: end with the parent, however that ends
    folder, model = sys.argv[1:]
    key = sys.stdin.readline().strip()
    output = os.dup(1)
    os.dup2(2, 1)  # the library prints too
    sys.path.insert(0, folder)
    import xllamacpp

    params: Any = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {"local"}
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_threads_http = 2
    params.api_keys = [key]
    server = xllamacpp.Server(params)
    os.write(output, (json.dumps({"address": server.listening_address}) + "\n").encode())
    sys.stdin.read()  # until the parent closes it
    os._exit(0)


if __name__ == "__main__":
    main()
