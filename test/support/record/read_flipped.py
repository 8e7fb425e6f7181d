"""What Python's sqlite3 reads of a record after each of some bits was turned over: neither our reader nor our verifier.

read_flipped.py FOLDER NAME < BITS as a JSON list. Prints the bits after which other entries are read than before, as JSON.
"""
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile

folder, name = sys.argv[1:]
with open(os.path.join(folder, name), "rb") as file:
    original = file.read()


def entries(content):
    """Read from a copy, as opening may tidy the WAL."""
    place = tempfile.mkdtemp()
    try:
        copy = os.path.join(place, "c")
        shutil.copytree(folder, copy)
        with open(os.path.join(copy, name), "wb") as file:
            file.write(content)
        database = sqlite3.connect(os.path.join(copy, "journal.sqlite"))
        try:
            return [(seq, hashlib.sha256(data).hexdigest()) for seq, data in database.execute("SELECT seq, bytes FROM entry ORDER BY seq")]
        except sqlite3.Error as error:
            return str(error)
        finally:
            database.close()
    finally:
        shutil.rmtree(place)


truth = entries(original)
assert isinstance(truth, list) and truth, truth
other = []
for bit in json.load(sys.stdin):
    flipped = bytearray(original)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    if entries(bytes(flipped)) != truth:
        other.append(bit)
print(json.dumps(other))
