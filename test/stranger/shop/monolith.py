"""The shop: articles and the comments on them, in Python with nothing but the standard library. Knows nothing of Banyan."""
import base64
import hashlib
import hmac
import json
import os
import queue
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pg import Connection, Refused

SECRET = os.environ["SECRET"].encode()
pool = queue.Queue()
for _ in range(4):
    pool.put(Connection(os.environ["DATABASE_URL"]))


def user_of(header):
    """The user name in `Authorization: Token <jwt>`, or None."""
    scheme, _, token = (header or "").partition(" ")
    if scheme != "Token" or token.count(".") != 2:
        return None
    signed, _, signature = token.rpartition(".")
    wanted = base64.urlsafe_b64encode(hmac.digest(SECRET, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    if not hmac.compare_digest(wanted, signature):
        return None
    claims = signed.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["username"]


def add_article(query, user, body):
    query("INSERT INTO articles (slug, author) VALUES ($1, $2)", body["slug"], user)
    return 201, {"slug": body["slug"]}


def delete_article(query, user, _body, slug):
    gone = query("DELETE FROM articles WHERE slug = $1 AND author = $2 RETURNING slug", slug, user)
    return (200, {"deleted": slug}) if gone else (404, {"error": "no such article"})


def add_comment(query, user, body, slug):
    ((number,),) = query(
        "INSERT INTO comments (article, author, body) VALUES ($1, $2, $3) RETURNING id", slug, user, body["body"]
    )
    return 201, {"id": int(number)}


def change_comment(query, user, body, number):
    changed = query(
        "UPDATE comments SET body = $1 WHERE id = $2 AND author = $3 RETURNING id", body["body"], number, user
    )
    return (200, {"id": int(number)}) if changed else (404, {"error": "no such comment"})


def delete_comment(query, user, _body, number):
    gone = query("DELETE FROM comments WHERE id = $1 AND author = $2 RETURNING id", number, user)
    return (200, {"deleted": int(number)}) if gone else (404, {"error": "no such comment"})


def my_comments(query, user, _body):
    rows = query("SELECT id, article, body FROM comments WHERE author = $1 ORDER BY id", user)
    return 200, [{"id": int(number), "article": article, "body": body} for number, article, body in rows]


ROUTES = [
    ("POST", r"/api/articles", add_article),
    ("DELETE", r"/api/articles/([\w-]+)", delete_article),
    ("POST", r"/api/articles/([\w-]+)/comments", add_comment),
    ("PUT", r"/api/comments/(\d+)", change_comment),
    ("DELETE", r"/api/comments/(\d+)", delete_comment),
    ("GET", r"/api/me/comments", my_comments),
]


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.path == "/health":
            return self.send(200, {"status": "ok"})
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        user = user_of(self.headers.get("authorization"))
        if user is None:
            return self.send(401, {"error": "a token is needed"})
        for method, pattern, handle in ROUTES:
            found = re.fullmatch(pattern, self.path)
            if method != self.command or not found:
                continue
            connection = pool.get()
            try:
                return self.send(*handle(connection.query, user, json.loads(body or b"{}"), *found.groups()))
            except Refused as error:
                return self.send(500, {"error": str(error)})
            finally:
                pool.put(connection)
        return self.send(404, {"error": "no such route"})

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def send(self, status, value):
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


Server(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
