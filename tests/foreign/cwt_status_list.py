"""The status list as a CWT, read by the PyPI package cwt, which we did not write: signature, claims, the list itself.

draft-ietf-oauth-status-list §5.2, RFC 8392, RFC 9052. `SENIM_ISSUER` serves both forms, `SENIM_CA` signed its certificate.
"""

import base64
import json
import os
import ssl
import time
import urllib.request
import zlib

import cbor2
import cwt

issuer = os.environ["SENIM_ISSUER"]
ALGORITHM, KEY_ID, TYP, ES256 = 1, 4, 16, -7
ISSUER, SUBJECT, EXPIRES, ISSUED, STATUS_LIST, TTL = 1, 2, 4, 6, 65533, 65534
CWT = "application/statuslist+cwt"
context = ssl.create_default_context(cafile=os.environ["SENIM_CA"])


def fetched(path, accept):
    request = urllib.request.Request(issuer + path, headers={"accept": accept})
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        return answer.headers["content-type"], answer.read()


def statuses(packed, bits):
    """One number a consent, the least significant bits of a byte first (§4.1)."""
    mask = (1 << bits) - 1
    return [byte >> shift & mask for byte in zlib.decompress(packed) for shift in range(0, 8, bits)]


_, text = fetched("/jwks", "application/json")
keys = {it["kid"]: cwt.COSEKey.from_jwk(it) for it in json.loads(text)["keys"] if it.get("alg", "ES256") == "ES256"}
media_type, token = fetched("/status-list", CWT)
assert media_type == CWT, media_type

tag = cbor2.loads(token)
assert tag.tag == 18, "COSE_Sign1 (RFC 9052 §4.2)"
protected = cbor2.loads(tag.value[0])
assert protected[ALGORITHM] == ES256 and protected[TYP] == CWT, protected
key = keys[protected[KEY_ID].decode()]

claims = cwt.decode(token, key)
now = time.time()
assert claims[ISSUER] == issuer and claims[SUBJECT].startswith(issuer), claims
assert claims[ISSUED] <= now + 60 and claims[EXPIRES] > now - 60 and claims[TTL] > 0, claims
bits = claims[STATUS_LIST]["bits"]
listed = statuses(claims[STATUS_LIST]["lst"], bits)
# 0 valid, 1 ended, 3 changed by its client (§7.1).
assert bits == 2 and listed and set(listed) <= {0, 1, 3}, (bits, set(listed))

# A token that was altered anywhere in what is signed, or that another key signed, is refused.
altered = bytearray(token)
altered[-80] ^= 1
stranger = cwt.COSEKey.generate_symmetric_key(alg="HS256")
for bad, with_key in ((bytes(altered), key), (token, stranger)):
    try:
        cwt.decode(bad, with_key)
    except (cwt.CWTError, ValueError):
        continue
    raise AssertionError("a forged status list was taken")

# The JWT says the same, if it was made from the same list.
_, jwt = fetched("/status-list", "application/statuslist+jwt")
body = jwt.decode().split(".")[1]
of_jwt = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
packed = of_jwt["status_list"]["lst"]
same = statuses(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), of_jwt["status_list"]["bits"])
assert len(same) == len(listed), (len(same), len(listed))
print(f"cwt: the status list's signature holds, {len(listed)} places, {sum(map(bool, listed))} ended or changed")
