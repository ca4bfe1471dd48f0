"""A consent as PDF, judged by programs that we did not write: qpdf checks the file, Poppler reads the text back."""

import json
import os
import subprocess
import tempfile
import urllib.request

pages = os.environ["SENIM_PAGES_URL"]
headers = {"Cookie": os.environ["SENIM_COOKIES"]}


def fetched(path):
    return urllib.request.urlopen(urllib.request.Request(pages + path, headers=headers)).read()


consent = json.loads(fetched("/api/cabinet"))["consents"][0]
for language, letters in (("kk", "Келісім беруші"), ("ru", "Согласие даёт"), ("en", "Checksum of both texts")):
    document = fetched(f"/api/cabinet/consents/{consent['id']}/document?language={language}")
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "consent.pdf")
        with open(file, "wb") as out:
            out.write(document)
        subprocess.run(["qpdf", "--check", file], check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    # A long number may be set in two lines.
    together = "".join(text.split())
    for part in (consent["id"], consent["text_hash"], "(UTC+5)", "дербесдеректеріңізге", letters):
        assert "".join(part.split()) in together, (language, part, text)
print("consent as PDF: qpdf finds no fault, Poppler reads number, checksum and Kazakh letters")
