"""A server that says nothing after `[DONE]` does not hold up the answer."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor

from pygent.gateway.models.openai_model import OpenAIModel
from tests.gateway.test_manners import ASK

CHUNK = {"choices": [{"index": 0, "delta": {"content": "fine"}, "finish_reason": "stop"}]}
EVENTS = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def silent_after_done(listener: socket.socket) -> bool:
    """Answers without the last chunk; whether the client then gives the connection up."""
    connection, _ = listener.accept()
    with connection:
        request = b""
        while b"chat/completions" not in request or b"messages" not in request:
            request += connection.recv(65536)
        connection.sendall(HEAD + b"%x\r\n%b\r\n" % (len(EVENTS), EVENTS))
        connection.settimeout(20)
        try:
            while connection.recv(65536):
                pass
        except TimeoutError:
            return False
        return True


def test_a_connection_whose_stream_does_not_end_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        gave_up = pool.submit(silent_after_done, listener)
        model = OpenAIModel("m", "a-key", f"http://127.0.0.1:{listener.getsockname()[1]}/v1", timeout=60)
        assert model.complete(ASK).text == "fine"
        assert gave_up.result()
        model.close()
