"""An AWS that knows one key and takes every write at once; it does nothing, so that only its caller is measured."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from cavendish.key import Key
from tests.bench.serving import serve

_KEY: Final = Key(digest="0" * 64, tenant="acme", created_at=0).model_dump_json()
_ANSWERS: Final = {
    "DynamoDB_20120810.GetItem": {"Item": {"pk": {"S": "KEY#0"}, "sk": {"S": "KEY"}, "doc": {"S": _KEY}}},
    "AmazonSQS.SendMessage": {"MessageId": "1", "MD5OfMessageBody": "0" * 32},
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(_ANSWERS.get(self.headers["x-amz-target"], {})).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    serve(_Handler)
