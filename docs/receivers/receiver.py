"""A receiver of Cavendish's webhooks. Needs: pip install standardwebhooks

WEBHOOK_SECRET=whsec_... python receiver.py 8000
"""

import json
import os
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
#: What arrived is on disk before it is answered; the primary key finds the same message again.
inbox = sqlite3.connect(os.environ.get("INBOX", "inbox.db"), check_same_thread=False, isolation_level=None)
inbox.execute(
    "CREATE TABLE IF NOT EXISTS inbox"
    " (id TEXT PRIMARY KEY, job TEXT, sequence INTEGER, message TEXT, handled INTEGER DEFAULT 0)"
)
using, arrived = threading.Lock(), threading.Event()


def sql(statement, *values):
    with using:
        return inbox.execute(statement, values).fetchall()


def handle(message, newest):
    """Your work. A message may be overtaken by a later one: only the newest says where its job stands."""
    data = message["data"]
    late = "" if data["sequence"] == newest else f" (late: {newest} is known)"
    print(data["id"], data["sequence"], message["type"] + late, flush=True)


def work():
    """What is not handled yet, also from before a crash, in the order of each job."""
    while True:
        arrived.clear()
        for message_id, job, message in sql("SELECT id, job, message FROM inbox WHERE NOT handled ORDER BY sequence"):
            ((newest,),) = sql("SELECT max(sequence) FROM inbox WHERE job = ?", job)
            handle(json.loads(message), newest)
            sql("UPDATE inbox SET handled = 1 WHERE id = ?", message_id)
        arrived.wait()


class Receiver(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers["content-length"] or 0), 100_000))
        try:
            message = webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            self.answer(400)
            return
        data, message_id = message["data"], self.headers["webhook-id"]
        row = (message_id, data["id"], data["sequence"], json.dumps(message))
        sql("INSERT OR IGNORE INTO inbox (id, job, sequence, message) VALUES (?, ?, ?, ?)", *row)
        self.answer(204)
        arrived.set()

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


threading.Thread(target=work, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
