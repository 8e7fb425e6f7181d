#!/usr/bin/env python3
"""Writes an evidence bundle, right or wrong in one named way: python3 build_bundle.py OUT.zip CASE

Everything is signed with the device key that the bundle carries, so that each case is wrong in what it names alone.
"""
import hashlib
import os
import struct
import sys
import tempfile
import zipfile

from build_record import Key, Record, note, root, sha
import base64


def record(case):
    r = Record(tempfile.mkdtemp())
    r.add("device.key", None, {"vkey": r.device.vkey, "protection": "unwrapped"})
    key = r.begin_run("r1")
    output = b"31 tables restored\n"
    reference = {"sha256": hashlib.sha256(output).hexdigest(), "size": len(output) + (case == "blob-size")}
    r.add("step.intent", "r1", {"step": "restore"})
    r.add("step.intent", "r2", {"step": "secret of another client"})
    r.add("step.result", "r1", {"step": "restore", "output": reference})
    r.add("step.note", "r1", {"text": "na\u00efve \u2028\U0001f511"})
    if case == "not-canonical":
        r.add("step.note", "r1", {"n": 1}, spell=lambda text: text.replace('{"n":1}', '{"n": 1}'))
    if case == "key-after-end":
        r.add("run.key-ended", "r1", {"vkey": key.vkey})
    r.add("record.checkpoint", None, {"reason": "evidence"})
    return r, key, output, reference["sha256"]


def lines(r, case):
    import json
    for data in r.entries:
        hidden = json.loads(data.decode())["run"] == "r2" and case != "other-run-shown"
        yield (sha(b"\0" + data).hex().encode() if hidden else data) + b"\n"


def build(case):
    """Files by name, MANIFEST last; a list, since a name may come twice."""
    r, key, output, digest = record(case)
    leaves = r.leaves()
    if case == "checkpoint-older":
        leaves = leaves[:-1]
    head = "%s\n%d\n%s\n" % (r.device.name, len(leaves), base64.b64encode(root(leaves)).decode())
    other = Key(r.device.name, b"o" * 32)
    journal = list(lines(r, case))
    if case == "entry-changed":
        journal[2] = journal[2].replace(b"restore", b"destroy")
    elif case == "hidden-entry-changed":
        journal[3] = b"0" * 64 + b"\n"
    elif case == "entry-dropped":
        del journal[3]
    elif case == "journal-without-end":
        journal[-1] = journal[-1][:-1]
    elif case == "endless-line":
        journal.append(b"x" * 200000)
    files = [
        ("journal.ndjson", b"".join(journal)),
        ("checkpoint", note(head, *{"checkpoint-other-key": [other], "key-unknown": [r.device, Key("run/r1", b"u" * 32)]}.get(case, [r.device, key])).encode()),
        ("device.vkey", r.device.vkey.encode() + b"\n"),
        ("run-%s.vkey" % key.id.hex(), key.vkey.encode() + b"\n"),
        ("report.json", b"{}"),
        ("outputs/" + digest, b"32 tables restored\n" if case == "blob-content" else output),
    ]
    if case == "blob-missing":
        files.pop()
    elif case == "stray-key":
        files.append(("run-00000000.vkey", key.vkey.encode() + b"\n"))
    elif case == "no-checkpoint":
        del files[1]
    elif case == "no-device-key":
        del files[2]
    elif case == "other-device-key":
        files[2] = ("device.vkey", Key("device/5417eeee", b"o" * 32).vkey.encode() + b"\n")
    listed = sorted((name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in files)
    text = "blackstart/evidence/v1\nrun r1\n" + "".join("%s %d %s\n" % (d, size, name) for name, d, size in listed)
    text = {
        "manifest-of-runbooks": text.replace("evidence", "runbooks"),
        "manifest-line-twice": text + text.splitlines()[-1] + "\n",
        "manifest-path-up": text.replace("report.json", "../report.json"),
        "manifest-size": text.replace(" 2 report.json", " 3 report.json"),
        "other-run": text.replace("run r1", "run r9"),
    }.get(case, text)
    manifest = note(text, other if case == "manifest-other-key" else r.device)
    if case == "manifest-changed":
        manifest = manifest.replace("run r1", "run r2")
    elif case == "manifest-unsigned":
        manifest = text
    elif case == "manifest-trailing":
        manifest += "and more\n"
    files.append(("MANIFEST", manifest.encode()))
    if case == "file-missing":
        files = [f for f in files if f[0] != "report.json"]
    elif case == "file-changed":
        files = [(name, b"[]" if name == "report.json" else data) for name, data in files]
    elif case == "file-unlisted":
        files.append(("report.html", b"<p>"))
    elif case == "file-twice":
        files.append(("report.json", b"[]"))
    elif case == "file-odd-name":
        files.append(("notes.txt", b"x"))
    elif case == "no-manifest":
        files.pop()
    return files


def pack(path, case):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in build(case):
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if case == "symlink" and name == "report.json" else 0o100644) << 16
            archive.writestr(info, data)
        if case == "path-up":
            archive.writestr("../evil", b"x")
        elif case == "path-absolute":
            archive.writestr("/etc/evil", b"x")
        elif case == "bomb":
            archive.writestr("report.html", b"\0" * 50_000_000)
        elif case == "many-files":
            for number in range(2000):
                archive.writestr("outputs/%064x" % number, b"")
    patch(path, case)


def patch(path, case):
    data = bytearray(open(path, "rb").read())
    name = b"report.json"
    first, last = data.find(name), data.rfind(name)
    if case == "local-name":
        data[first:first + len(name)] = b"report.html"
    elif case == "lying-size":
        struct.pack_into("<I", data, last - 46 + 24, 1000)
    elif case == "lying-size-small":
        struct.pack_into("<I", data, data.rfind(b"journal.ndjson") - 46 + 24, 10)
    elif case == "overlap":
        where = data.rfind(b"checkpoint") - 46
        struct.pack_into("<I", data, where + 42, 0)
    elif case == "cut":
        data = data[:len(data) // 2]
    elif case == "not-a-zip":
        data = bytearray(b"hello")
    elif case == "seal-wrong":
        data[-2:] = struct.pack("<H", 64)
        data += b"0" * 64
    open(path, "wb").write(data)


if __name__ == "__main__":
    pack(sys.argv[1], sys.argv[2])
