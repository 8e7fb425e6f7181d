/** `verify.py`, as it goes into every bundle. Kept as text so that no build step can lose it. */
export const VERIFY_SCRIPT = String.raw`#!/usr/bin/env python3
"""Checks a Blackstart evidence bundle without Blackstart: python3 verify.py [BUNDLE.zip | FOLDER] [DEVICE.vkey]

Without a key of your own the bundle's device.vkey is used: then the answer says only that the bundle agrees with itself.
Compare the key it prints with one that you got elsewhere. Needs nothing but Python 3.8; openssl 3 gives a second opinion.
"""
import base64, hashlib, json, os, pathlib, re, shutil, subprocess, sys, tempfile, zipfile

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
PROBLEMS = []
bad = PROBLEMS.append
sha = lambda data: hashlib.sha256(data).digest()

# --- Ed25519, RFC 8032, straight from its section 6
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(s, p):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p, s = add(p, p), s >> 1
    return q

def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2 ** 255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 != sign else x
    return None if y >= P or (x * x - x2) % P or (x == 0 and sign) else (x, y, 1, x * y % P)

BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def ed25519(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    left, right = times(s, BASE), add(r, times(h % L, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))

def openssl(key, message, signature):  # None where there is no openssl 3
    tool = shutil.which("openssl")
    if not tool or not subprocess.run([tool, "version"], capture_output=True).stdout.startswith(b"OpenSSL 3"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, n) for n in ("key", "message", "signature")]
        for name, data in zip(names, (bytes.fromhex("302a300506032b6570032100") + key, message, signature)):
            pathlib.Path(name).write_bytes(data)
        run = [tool, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin", "-in", names[1], "-sigfile", names[2]]
        return subprocess.run(run, capture_output=True).returncode == 0

# --- signed notes, https://c2sp.org/signed-note
def read_key(text):
    name, ident, data = text.strip().split("+", 2)
    raw = base64.b64decode(data, validate=True)
    if raw[:1] != b"\x01" or len(raw) != 33 or sha(name.encode() + b"\n" + raw)[:4].hex() != ident:
        raise ValueError("not an Ed25519 verifier key: " + text.strip())
    return name, ident, raw[1:]

def open_note(what, data, key):
    (text, _, signatures), found = data.decode().rpartition("\n\n"), False
    for line in signatures.split("\n")[: -1 if signatures.endswith("\n") else None]:
        match = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
        raw = base64.b64decode(match[2], validate=True) if match else b""
        if not match or base64.b64encode(raw).decode() != match[2]:
            bad(what + " holds a line that is no signature")
        elif match[1] == key[0] and raw[:4].hex() == key[1]:
            found = True
            opinions = [check(key[2], text.encode() + b"\n", raw[4:]) for check in (ed25519, openssl)]
            if opinions[0] is not True or opinions[1] is False:
                bad("the signature of %s on %s does not hold" % (key[0], what))
    if not found or not signatures.endswith("\n"):
        bad("%s is not signed by %s" % (what, key[0]))
    return text.split("\n")

# --- the journal: RFC 6962 tree over canonical JSON, one entry (or the leaf hash of a hidden one) a line
def reject(number):
    raise ValueError("not an integer: " + number)

def join(stack, leaf, count):  # merges equal subtrees, or with no count all that are left
    while stack and count in (None, stack[-1][0]):
        leaf, count = sha(b"\1" + stack.pop()[1] + leaf), count and count * 2
    return count, leaf

def journal(data, run):
    stack, before, shown = [], "0" * 64, 0
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        if re.fullmatch(b"[0-9a-f]{64}", line):
            leaf = bytes.fromhex(line.decode())
        else:
            shown, leaf = shown + 1, sha(b"\0" + line)
            event = json.loads(line.decode(), parse_float=reject, parse_constant=reject)
            spelled = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            if spelled != line or len(line) > 16384:
                bad("entry %d is not in its one spelling" % number)
            if event["seq"] != number or event["prev"] != before:
                bad("entry %d does not follow the one before it" % number)
            if event["run"] not in (None, run):
                bad("entry %d belongs to another run" % number)
        before = leaf.hex()
        stack.append(join(stack, leaf, 1))
    return number, shown, join(stack, stack.pop()[1], None)[1]

def main(source, key_file):
    if os.path.isdir(source):
        names = [os.path.relpath(os.path.join(d, f), source).replace(os.sep, "/") for d, _, fs in os.walk(source) for f in fs]
        opener = lambda name: open(os.path.join(source, name), "rb")
    else:
        archive = zipfile.ZipFile(source)
        names, opener = archive.namelist(), archive.open
    read = lambda name: opener(name).read()
    key = read_key(open(key_file).read() if key_file else read("device.vkey").decode())
    manifest = open_note("MANIFEST", read("MANIFEST"), key)
    if manifest[0] != "blackstart/evidence/v1" or not manifest[1].startswith("run "):
        bad("MANIFEST is not that of an evidence bundle")
    listed = dict((path, (digest, int(size))) for digest, size, path in (line.split(" ", 2) for line in manifest[2:]))
    if sorted(listed) != sorted(set(names) - {"MANIFEST"}) or len(names) != len(set(names)) or len(listed) != len(manifest) - 2:
        bad("the files are not those that MANIFEST lists")
    for path in set(listed) & set(names):
        digest, size = hashlib.sha256(), 0
        with opener(path) as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
        if (digest.hexdigest(), size) != listed[path]:
            bad("%s is not the file that was signed" % path)
    head = open_note("checkpoint", read("checkpoint"), key)
    number, shown, root = journal(read("journal.ndjson"), manifest[1][4:])
    if head[:3] != [key[0], str(number), base64.b64encode(root).decode()]:
        bad("the journal is not the one that the checkpoint signs")
    print("run %s: %d files, %d of %d entries shown, root %s" % (manifest[1][4:], len(listed), shown, number, root.hex()))
    print("signed by %s+%s+%s" % (key[0], key[1], base64.b64encode(b"\x01" + key[2]).decode()))

try:
    here = os.path.dirname(os.path.abspath(__file__))
    main(sys.argv[1] if len(sys.argv) > 1 else here, sys.argv[2] if len(sys.argv) > 2 else None)
except Exception as error:
    bad("the bundle cannot be read: %r" % error)
print("\n".join(["PROBLEM: " + problem for problem in PROBLEMS] + ["NOT VERIFIED" if PROBLEMS else "VERIFIED"]))
sys.exit(1 if PROBLEMS else 0)
`;
