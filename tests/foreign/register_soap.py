"""The state register's gateway, asked by libraries that we did not write: zeep reads its WSDL, libxml2 canonicalises, OpenSSL
signs and verifies. What they make must be read by the gateway, and what the gateway makes by them."""

import base64
import datetime
import hashlib
import os
import sys
import urllib.error
import urllib.request
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from lxml import etree
from zeep import Client

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509_V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"

url = os.environ["SENIM_OUTSIDE_URL"] + "/source/soap"
iin = os.environ["SENIM_IIN"]
with open(os.environ["SENIM_SOURCE_KEY"], "rb") as file:
    key = serialization.load_pem_private_key(file.read(), None)
with open(os.environ["SENIM_SOURCE_CERTIFICATE"], "rb") as file:
    certificate = x509.load_pem_x509_certificate(file.read())
with open(os.environ["SENIM_GATEWAY_CERTIFICATE"], "rb") as file:
    gateway = x509.load_pem_x509_certificate(file.read())

client = Client(url + "?wsdl")
client.service._binding_options["address"] = url
operation = client.service._binding.get("FindPerson")


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def by_id(root, name):
    (found,) = root.xpath("//*[@wsu:Id=$name]", namespaces={"wsu": WSU}, name=name)
    return found


def message(asked, message_id):
    """A signed request; `asked` is the IIN."""
    made = client.create_message(client.service, "FindPerson", iin=asked)
    body = made.find(f"{{{SOAP}}}Body")
    now = datetime.datetime.now(datetime.timezone.utc)
    moment = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
    token = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    root = etree.fromstring(
        f"""<s:Envelope xmlns:s="{SOAP}">
  <s:Header>
    <a:MessageID xmlns:a="{WSA}" xmlns:wsu="{WSU}" wsu:Id="id-1">{message_id}</a:MessageID>
    <wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">
      <wsu:Timestamp wsu:Id="ts-1"><wsu:Created>{moment(now)}</wsu:Created><wsu:Expires>{moment(now + datetime.timedelta(minutes=5))}</wsu:Expires></wsu:Timestamp>
      <wsse:BinarySecurityToken wsu:Id="cert-1" ValueType="{X509_V3}">{token}</wsse:BinarySecurityToken>
    </wsse:Security>
  </s:Header>
  <s:Body xmlns:wsu="{WSU}" wsu:Id="body-1">{etree.tostring(body[0]).decode()}</s:Body>
</s:Envelope>"""
    )
    references = "".join(
        f"""<Reference URI="#{name}"><Transforms><Transform Algorithm="{EXCLUSIVE}"/></Transforms>
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<DigestValue>{base64.b64encode(hashlib.sha256(canonical(by_id(root, name))).digest()).decode()}</DigestValue></Reference>"""
        for name in ["id-1", "ts-1", "body-1"]
    )
    signature = etree.fromstring(
        f"""<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>{references}</SignedInfo>
<SignatureValue/><KeyInfo><wsse:SecurityTokenReference xmlns:wsse="{WSSE}"><wsse:Reference URI="#cert-1" ValueType="{X509_V3}"/>
</wsse:SecurityTokenReference></KeyInfo></Signature>"""
    )
    root.find(f".//{{{WSSE}}}Security").append(signature)
    r, s = utils.decode_dss_signature(key.sign(canonical(signature[0]), ec.ECDSA(hashes.SHA256())))
    signature[1].text = base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return etree.tostring(root)


def send(bytes_):
    request = urllib.request.Request(url, bytes_, {"Content-Type": "application/soap+xml; charset=utf-8"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def verified(bytes_, message_id):
    """The person in an answer whose signature covers body, timestamp and identifiers; None if there is none."""
    root = etree.fromstring(bytes_, etree.XMLParser(resolve_entities=False, no_network=True))
    signature = root.find(f".//{{{DS}}}Signature")
    info = signature.find(f"{{{DS}}}SignedInfo")
    covered = set()
    for reference in info.findall(f"{{{DS}}}Reference"):
        element = by_id(root, reference.get("URI")[1:])
        digest = base64.b64decode(reference.findtext(f"{{{DS}}}DigestValue"))
        assert hashlib.sha256(canonical(element)).digest() == digest, element.tag
        covered.add(etree.QName(element).localname)
    assert covered == {"Body", "Timestamp", "MessageID", "RelatesTo"}, covered
    raw = base64.b64decode(signature.findtext(f"{{{DS}}}SignatureValue"))
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    gateway.public_key().verify(der, canonical(info), ec.ECDSA(hashes.SHA256()))
    assert root.findtext(f".//{{{WSA}}}RelatesTo") == message_id
    return operation.process_reply(root)


rows = 0
for asked, known in [(iin, True), ("900101300017", False)]:
    message_id = f"urn:uuid:{uuid.uuid4()}"
    status, answer = send(message(asked, message_id))
    assert status == 200, (status, answer)
    person = verified(answer, message_id)
    if known:
        assert (person.iin, person.sex in ("female", "male")) == (iin, True)
        assert person.photo.startswith(b"\xff\xd8") and person.birthDate.year > 1900
    else:
        assert person is None
    rows += 1

good = message(iin, f"urn:uuid:{uuid.uuid4()}")
for name, changed in [
    ("changed", good.replace(iin.encode(), b"900101300017")),
    ("unsigned", good[: good.index(b"<Signature")] + good[good.index(b"</Signature>") + 12 :]),
    ("with entities", b'<!DOCTYPE a [<!ENTITY b "c">]>' + good),
    ("not XML", b"{}"),
]:
    status, answer = send(changed)
    assert status == 400 and b"Fault" in answer and iin.encode() not in answer, (name, status, answer)
    rows += 1
print(f"zeep, libxml2 and OpenSSL with the register's gateway: {rows} rows")
sys.exit(0)
