"""Rewrites an evidence bundle with one thing changed, as somebody would who wants to change what it says. Shares nothing with the console."""
import sys, zipfile

def alter(source, target, name, how):
    with zipfile.ZipFile(source) as z:
        files = [(i.filename, z.read(i)) for i in z.infolist()]
    names = [n for n, _ in files]
    chosen = next(n for n in names if n == name or (name.endswith("*") and n.startswith(name[:-1])))
    with zipfile.ZipFile(target, "w") as z:
        for n, data in files:
            if n != chosen:
                z.writestr(n, data)
                continue
            if how == "drop":
                continue
            if how == "flip-first":
                data = bytes([data[0] ^ 1]) + data[1:]
            elif how == "flip-middle":
                data = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
            elif how == "flip-last":
                data = data[:-1] + bytes([data[-1] ^ 1])
            elif how == "cut":
                data = data[:-1]
            elif how == "grow":
                data = data + b"\n"
            elif how == "empty":
                data = b""
            z.writestr(n, data)
        if how == "add":
            z.writestr("outputs/" + "0" * 64, b"planted")

if __name__ == "__main__":
    alter(*sys.argv[1:5])
