"""The interpreter started again, with the program's own variables and modules"""

import os
import sys

from tools import Channel

ENDS = ("violation", "died", "timeout")
CODE = 'import os, sys; os.write(int(sys.argv[1]), b\'0123456789abcdef={"$dict":[["forged",""]]}\\n\')'


def attack():
    result = Channel().result
    os.set_inheritable(result, True)
    with open("/tmp/sitecustomize.py", "w") as stream:
        stream.write("import os\nos.write(1, b'mine')\n")
    variables = {
        "LD_PRELOAD": "/tmp/library.so",
        "PYTHONPATH": "/tmp",
        "PYTHONSTARTUP": "/tmp/sitecustomize.py",
    }
    python = sys.executable or "/usr/local/bin/python3"
    os.execve(python, [python, "-c", CODE, str(result)], variables)
