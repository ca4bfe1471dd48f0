"""The journal's log judged by aics-tlog: tiles, entries, notes, cosignatures, proofs.

    log_audit.py LOG_VKEY POLICY COOKIES
"""

import base64
import hashlib
import json
import os
import sys
import urllib.error
import urllib.request

import aics_tlog as tlog

log_key = tlog.parse_vkey(sys.argv[1])
witness_key = tlog.parse_vkey(open(sys.argv[2]).read().split()[2])
cookies = sys.argv[3]
pages = os.environ["SENIM_PAGES_URL"]
prefix = f"{pages}/log"


def fetch(path, headers=None):
    with urllib.request.urlopen(urllib.request.Request(pages + path, headers=headers or {})) as answer:
        return answer.read().decode()


def trusted(text):
    """The checkpoint of a note that the log signed and its witness cosigned."""
    note = tlog.parse_note(text)
    result = tlog.verify_checkpoint(note, log_key, [witness_key], 1, expected_origin=log_key.name)
    assert result.ok if hasattr(result, "ok") else result, result
    assert tlog.verify_note(note, [log_key])
    return tlog.parse_checkpoint(note.text)


def hashes(texts):
    return [base64.b64decode(it, validate=True) for it in texts]


first = trusted(fetch("/log/checkpoint"))
reader = tlog.HttpTileReader(prefix)
report = tlog.audit_tiles(reader, first.size, first.root)
print(f"aics-tlog: {first.size} entries of {first.origin}: {report}")

# A client's history: its index is the log's last entry, its records are entries, the log only grew.
history = json.loads(fetch(f"/api/cabinet/journal?since={first.size}", {"Cookie": cookies}))
checkpoint = trusted(history["checkpoint"])
assert tlog.verify_consistency(first.size, checkpoint.size, first.root, checkpoint.root, hashes(history["since"]["proof"]))
index = history["index"]
entry = b"\x03" + index["number"].to_bytes(8, "big") + index["at"].to_bytes(8, "big") + base64.b64decode(index["root"])
assert index["number"] == checkpoint.size - 1
assert tlog.verify_inclusion(tlog.leaf_hash(entry), index["number"], checkpoint.size, hashes(index["proof"]), checkpoint.root)
reader = tlog.HttpTileReader(prefix)
tlog.audit_tiles(reader, checkpoint.size, checkpoint.root)
records = [it for month in history["months"] for it in month["records"]]
assert records, history
for it in records:
    written = tlog.read_entry(reader, it["number"], checkpoint.size)
    assert written[:1] == b"\x02" and written[1:33] == hashlib.sha256(it["record"].encode()).digest(), it

# Each receipt is a C2SP tlog-proof.
for it in records[:5]:
    text = fetch(f"/api/cabinet/journal/{it['number']}/receipt", {"Cookie": cookies})
    head, note = text.split("\n\n", 1)
    lines = head.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[2] == f"index {it['number']}", head
    extra = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    entry, record = extra[:65], extra[65:]
    assert record.decode() == it["record"]
    proved = trusted(note)
    proof = hashes(lines[3:])
    assert tlog.verify_inclusion(tlog.leaf_hash(entry), it["number"], proved.size, proof, proved.root)
    assert not tlog.verify_inclusion(tlog.leaf_hash(entry + b" "), it["number"], proved.size, proof, proved.root)
print(f"aics-tlog: {len(records)} records of a client, their receipts and cosignatures hold")

# The witness refuses what it must (c2sp.org/tlog-witness).
witness = open(sys.argv[2]).read().split()[3]


def ask(body):
    try:
        with urllib.request.urlopen(f"{witness}/add-checkpoint", body.encode()) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


note = fetch("/log/checkpoint")
size = tlog.parse_checkpoint(tlog.parse_note(note).text).size
status, body = ask(f"old 0\n\n{note}")
assert status == 409 and int(body) >= size, (status, body)
assert ask("old 1")[0] == 400
assert ask(f"old {size + 1}\n\n{note}")[0] == 400
stranger = note.replace(log_key.name, "log.example/stranger", 1)
assert ask(f"old 0\n\n{stranger}")[0] == 404
unsigned = note.replace(log_key.name + " ", log_key.name + "x ")
assert ask(f"old 0\n\n{unsigned}")[0] == 403
print("the witness answers as the specification says")
