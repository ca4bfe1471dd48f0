"""Fetches one file of a package index as it is: nothing is unpacked, built or run. Arguments: package, file, target.

`pip download` would run a source package's build code for its metadata. The index is the one that pip is configured for.
"""

import base64
import html.parser
import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request

from pip._internal.models.index import PyPI

TIMEOUT_S = 60
FORMATS = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"


def configured(key):
    said = os.environ.get("PIP_" + key.upper().replace("-", "_"))
    for section in ("download", "global"):
        if not said:
            command = [sys.executable, "-m", "pip", "config", "get", f"{section}.{key}"]
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return said or None


def opened(url, opener):
    address = urllib.parse.urlsplit(url)
    bare = address._replace(netloc=address.netloc.rpartition("@")[2], fragment="")
    request = urllib.request.Request(bare.geturl(), headers={"Accept": FORMATS, "User-Agent": "senim-xtask"})
    if address.username:
        pair = f"{urllib.parse.unquote(address.username)}:{urllib.parse.unquote(address.password or '')}"
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    return opener.open(request, timeout=TIMEOUT_S)


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        address = dict(attributes).get("href") if tag == "a" else None
        if address:
            self.found.append(address)


def addresses(answer):
    text = answer.read().decode()
    if "json" in answer.headers.get_content_type():
        return [it["url"] for it in json.loads(text)["files"]]
    links = Links()
    links.feed(text)
    return links.found


def main(package, file, target):
    proxy, cert = configured("proxy"), configured("cert")
    handlers = [urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cert))]
    if proxy:
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    opener = urllib.request.build_opener(*handlers)
    index = (configured("index-url") or PyPI.simple_url).rstrip("/") + f"/{package}/"
    with opened(index, opener) as answer:
        base, found = answer.url, addresses(answer)
    for it in found:
        address = urllib.parse.urljoin(base, it)
        if urllib.parse.unquote(urllib.parse.urlsplit(address).path).rpartition("/")[2] == file:
            host = urllib.parse.urlsplit(index)
            own = urllib.parse.urlsplit(address)
            if own.netloc == host.netloc.rpartition("@")[2]:
                address = own._replace(netloc=host.netloc).geturl()
            with opened(address, opener) as answer, open(target, "wb") as kept:
                shutil.copyfileobj(answer, kept)
            return
    sys.exit(f"the index has no {file}")


main(*sys.argv[1:])
