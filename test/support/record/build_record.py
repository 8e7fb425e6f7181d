#!/usr/bin/env python3
"""Writes a data folder, right or wrong in one named way: python3 build_record.py FOLDER CASE

A second implementation of the record's bytes, so that tests never judge our verifier by what our writer makes.
Prints the path of an anchor file when the case has one.
"""
import base64
import hashlib
import json
import os
import sqlite3
import sys
import time

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P
SCHEMA = "CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT"

def sha(data):
    return hashlib.sha256(data).digest()

def recover_x(y):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 else x

BASE = (recover_x(BASE_Y), BASE_Y, 1, recover_x(BASE_Y) * BASE_Y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(s, p):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p, s = add(p, p), s >> 1
    return q


def encode(p):
    inverse = pow(p[2], P - 2, P)
    return (p[1] * inverse % P | (p[0] * inverse % P & 1) << 255).to_bytes(32, "little")


class Key:
    def __init__(self, name, seed):
        h = hashlib.sha512(seed).digest()
        self.name, self.prefix = name, h[32:]
        self.scalar = int.from_bytes(h[:32], "little") & (2 ** 254 - 8) | 2 ** 254
        self.public = encode(times(self.scalar, BASE))
        self.id = sha(name.encode() + b"\n\x01" + self.public)[:4]
        self.vkey = "%s+%s+%s" % (name, self.id.hex(), base64.b64encode(b"\x01" + self.public).decode())

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % L
        point = encode(times(r, BASE))
        h = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % L
        return point + ((r + h * self.scalar) % L).to_bytes(32, "little")

    def line(self, text):
        return "\u2014 %s %s\n" % (self.name, base64.b64encode(self.id + self.sign(text.encode())).decode())

def note(text, *keys):
    return text + "\n" + "".join(key.line(text) for key in keys)

def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\1" + root(leaves[:split]) + root(leaves[split:]))

class Record:
    """Grows entries; `spell` and `change` let a case misspell one."""

    def __init__(self, folder):
        self.folder, self.entries, self.prev = folder, [], "0" * 64
        self.device = Key("device/0badcafe", b"d" * 32)
        self.wall, self.up, self.boot = 1772334000000, 60000, "boot-1"
        for name in ("keys", "checkpoints", "blobs"):
            os.makedirs(os.path.join(folder, name))
        self.write("keys/device.vkey", self.device.vkey + "\n")

    def write(self, path, data):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data if isinstance(data, bytes) else data.encode())
        return path

    def add(self, kind, run=None, data=None, spell=None, **change):
        self.wall, self.up = self.wall + 10, self.up + 10
        seconds = self.wall // 1000
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (self.wall % 1000)
        event = dict(v=1, seq=len(self.entries) + 1, prev=self.prev, id="e%d" % len(self.entries), wall=stamp, boot=self.boot,
                     up=self.up, run=run, type=kind, actor="engine", data=data or {})
        event.update(change)
        text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        data = (spell(text) if spell else text).encode()
        self.entries.append(data)
        self.prev = sha(b"\0" + data).hex()
        return len(self.entries)

    def leaves(self, size=None):
        return [sha(b"\0" + data) for data in self.entries[:size]]

    def blob(self, data):
        digest = hashlib.sha256(data).hexdigest()
        self.write("blobs/%s/%s" % (digest[:2], digest), data)
        return {"sha256": digest, "size": len(data)}

    def begin_run(self, run, certified_by=None):
        key = Key("run/" + run, os.urandom(32))
        text = "blackstart/run-key/v1\nrun %s\nkey %s\n" % (run, key.vkey)
        self.add("run.key", run, {"vkey": key.vkey, "certificate": note(text, certified_by or self.device)})
        return key

    def checkpoint(self, *more, name=None, origin=None, keys=None, leaves=None, journaled=True):
        if journaled:
            self.add("record.checkpoint", None, {"reason": "test"})
        size = len(self.entries)
        head = base64.b64encode(root(leaves or self.leaves())).decode()
        signers = keys or (self.device,) + more
        text = note("%s\n%d\n%s\n" % (origin or self.device.name, size, head), *signers)
        return self.write("checkpoints/%s.note" % (name or size), text)

    def store(self, entries=None, then=""):
        entries = self.entries if entries is None else entries
        path = os.path.join(self.folder, "journal.sqlite")
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA encoding = '%s'" % ("UTF-16le" if then == "UTF-16" else "UTF-8"))
        db.execute(SCHEMA)
        db.execute("BEGIN")
        rows = enumerate(entries, 1) if not entries or isinstance(entries[0], bytes) else entries
        db.executemany("INSERT INTO entry(seq, bytes) VALUES (?, ?)", rows)
        db.execute("COMMIT")
        db.executescript("" if then == "UTF-16" else then)
        db.execute("PRAGMA journal_mode = WAL")
        db.close()

    def head(self):
        self.write("checkpoints/head", "%-15d %s\n" % (len(self.entries), self.prev))

def build(folder, case):
    r = Record(folder)
    r.add("device.key", None, {"vkey": r.device.vkey, "protection": "unwrapped"})
    key = r.begin_run("r1", Key("device/0badcafe", b"x" * 32) if case == "run-key-uncertified" else None)
    output = r.blob(b"31 tables restored\n")
    r.add("step.intent", "r1", {"step": "restore", "text": "na\u00efve \u2028\U0001f511 \"\\\x07"})
    if case == "not-canonical":
        r.add("step.note", "r1", {"n": 1}, spell=lambda text: text.replace('{"n":1}', '{"n": 1}'))
    elif case == "unsorted-names":
        r.add("step.note", "r1", {"a": 1, "b": 2}, spell=lambda text: text.replace('{"a":1,"b":2}', '{"b":2,"a":1}'))
    elif case == "repeated-name":
        r.add("step.note", "r1", {"a": 1}, spell=lambda text: text.replace('{"a":1}', '{"a":0,"a":1}'))
    elif case == "fraction":
        r.add("step.note", "r1", {"n": 1.5})
    elif case == "escaped":
        r.add("step.note", "r1", {"n": "a"}, spell=lambda text: text.replace('"n":"a"', '"n":"\\u0061"'))
    elif case == "half-surrogate":
        r.add("step.note", "r1", {"n": "a"}, spell=lambda text: text.replace('"n":"a"', '"n":"\\ud800"'))
    elif case == "not-json":
        r.add("step.note", "r1", {"n": 1}, spell=lambda text: text[:-1])
    elif case == "extra-field":
        r.add("step.note", "r1", {"n": 1}, extra=1)
    elif case == "too-long":
        r.add("step.note", "r1", {"text": "x" * 20000})
    elif case == "clock-back":
        r.wall -= 365 * 86400000
        r.add("step.note", "r1")
    elif case == "clock-back-explained":
        r.wall -= 365 * 86400000
        r.add("clock.jump", None, {"wall_ms": -31536000000, "up_ms": 0})
    elif case == "clock-back-across-boots":
        r.wall, r.boot, r.up = r.wall - 365 * 86400000, "boot-2", 1000
        r.add("step.note", "r1")
    elif case == "clock-back-across-boots-explained":
        r.wall, r.boot, r.up = r.wall - 365 * 86400000, "boot-2", 1000
        r.add("clock.rollback", None, {"behind_ms": 31536000000})
    elif case == "uptime-back":
        r.up -= 1000
        r.wall -= 1000
        r.add("step.note", "r1")
    elif case == "damage-accepted":
        r.add("record.damaged", None, {"found": "x", "reason": "y"})
    r.add("step.confirmed", "r1", {"evidence": [dict(r.blob(b"photo"), name="seal.jpg")]})
    if case == "attachment-missing":
        digest = hashlib.sha256(b"photo").hexdigest()
        os.remove(os.path.join(folder, "blobs", digest[:2], digest))
    r.add("step.result", "r1", {"step": "restore", "output": output, "backup": {"path": "/backup", "sha256": "0" * 64, "size": 5}})
    if case == "run-key-early":
        early = Key("run/r2", os.urandom(32))
        r.checkpoint(early)
        text = "blackstart/run-key/v1\nrun r2\nkey %s\n" % early.vkey
        r.add("run.key", "r2", {"vkey": early.vkey, "certificate": note(text, r.device)})
    elif case == "run-key-unknown":
        r.checkpoint(Key("run/r1", os.urandom(32)))
    else:
        r.checkpoint(key)
    middle = len(r.entries)
    r.add("step.intent", "r1", {"step": "check"})
    r.add("step.result", "r1", {"step": "check"})
    r.add("run.key-ended", "r1", {"vkey": key.vkey})
    r.add("run.finished", "r1")
    anchor, stored, then = None, None, ""
    if case == "run-key-late":
        r.checkpoint(key)
    elif case == "superseded-run-key-late":
        fresh = r.begin_run("r3")
        r.begin_run("r3")
        r.checkpoint(fresh)
    elif case == "other-root":
        r.checkpoint(leaves=r.leaves()[:-1] + [sha(b"another history")], journaled=False)
    elif case == "other-device":
        other = Key("device/5417eeee", b"o" * 32)
        r.checkpoint(keys=(other,), origin=other.name)
    elif case == "other-device-same-name":
        r.checkpoint(keys=(Key(r.device.name, b"o" * 32),))
    elif case == "replayed":
        path = r.checkpoint()
        old = open(os.path.join(folder, "checkpoints/%d.note" % middle), "rb").read()
        r.write("checkpoints/%d.note" % len(r.entries), old)
    elif case == "not-a-checkpoint":
        r.checkpoint()
        r.write("checkpoints/99.note", "hello\n")
    elif case == "checkpoint-gone":
        os.remove(r.checkpoint())
        r.add("step.note", "r1")
    elif case == "anchor-words-wrong":
        r.checkpoint()
        anchor = r.write("../anchor.txt", "%d %s\n" % (len(r.entries), "zoo " * 12))
    else:
        path = r.checkpoint()
        anchor = r.write("../anchor.note", open(path, "rb").read())
    r.head()
    if case == "cut":
        stored = r.entries[:-2]
    elif case == "swapped":
        stored = r.entries[:]
        stored[4], stored[5] = stored[5], stored[4]
    elif case == "removed":
        stored = [(seq, data) for seq, data in enumerate(r.entries, 1) if seq != 4]
    elif case == "rolled-back":
        # The whole folder as it was in the middle: only the anchor knows better.
        stored = r.entries[:middle]
        os.remove(os.path.join(folder, "checkpoints/head"))
        os.remove(os.path.join(folder, "checkpoints/%d.note" % len(r.entries)))
    elif case == "rewritten":
        # A thief with the device key writes another history of the same length and signs it.
        forged = Record(os.path.join(folder, "../forged"))
        forged.add("device.key", None, {"vkey": r.device.vkey, "protection": "unwrapped"})
        while len(forged.entries) < len(r.entries):
            forged.add("step.note", None, {"forged": 1})
        stored = forged.entries
        for name in os.listdir(os.path.join(folder, "checkpoints")):
            os.remove(os.path.join(folder, "checkpoints", name))
        r.entries, r.prev = forged.entries, forged.prev
        r.checkpoint(journaled=False)
        r.head()
    elif case == "trigger":
        then = "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END;"
    elif case == "utf-16":
        then = "UTF-16"
    elif case == "view":
        then = "CREATE VIEW v AS SELECT * FROM entry;"
    elif case == "recursive-view":
        then = ("DROP TABLE entry; CREATE VIEW entry AS WITH RECURSIVE c(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM c)"
                " SELECT seq, x'00' AS bytes FROM c;")
    elif case == "blob-missing":
        os.remove(os.path.join(folder, "blobs", output["sha256"][:2], output["sha256"]))
    elif case == "blob-changed":
        r.write("blobs/%s/%s" % (output["sha256"][:2], output["sha256"]), b"32 tables restored\n")
    elif case == "blob-longer":
        r.write("blobs/%s/%s" % (output["sha256"][:2], output["sha256"]), b"31 tables restored\n\n")
    elif case == "other-key":
        r.write("keys/device.vkey", Key("device/5417eeee", b"o" * 32).vkey)
    elif case == "key-missing":
        os.remove(os.path.join(folder, "keys/device.vkey"))
    elif case == "last-entry-changed":
        stored = r.entries[:-1] + [r.entries[-1].replace(b'"test"', b'"best"')]
    r.store(stored, then)
    if case == "invalid-utf8":
        # The same characters to whoever decodes carelessly: U+FFFD, and a torn sequence that decodes to it.
        db = sqlite3.connect(os.path.join(folder, "journal.sqlite"))
        torn = next(d for d in r.entries if b"\xf0\x9f\x94\x91" in d)
        db.execute("UPDATE entry SET bytes = ? WHERE seq = ?", (torn.replace(b"\xf0\x9f\x94\x91", b"\xf0\x9f\x94"), r.entries.index(torn) + 1))
        db.commit()
        db.close()
    if case == "rollback-journal":
        r.write("journal.sqlite-journal", b"x" * 512)
    elif case == "database-gone":
        os.remove(os.path.join(folder, "journal.sqlite"))
    elif case == "database-cut":
        path = os.path.join(folder, "journal.sqlite")
        os.truncate(path, os.path.getsize(path) // 2)
    return anchor

if __name__ == "__main__":
    anchor = build(sys.argv[1], sys.argv[2])
    print(os.path.abspath(anchor) if anchor else "")
