"""The PyPI package requests_oauth2client, which we did not write, goes the whole way: PAR, authorize, token, accounts; and
authentication by OpenID Connect with ID token and userinfo.

With DPoP and private_key_jwt, then with mTLS for both. `SENIM_FOREIGN` names the platform's description.
"""

import json
import os
import subprocess
from email.utils import formatdate

import requests
from jwskate import Jwk
from requests_oauth2client import BearerToken, OAuth2Client, PrivateKeyJwt, PublicApp

with open(os.environ["SENIM_FOREIGN"], encoding="utf-8") as file:
    platform = json.load(file)


def session_as(channel):
    session = requests.Session()
    session.trust_env = False
    session.verify = platform["ca"]
    session.cert = (channel["certificate"], channel["key"])
    return session


def walk(name, application, authentication, document, dpop):
    session = session_as(application["channel"])
    discovery = session.get(f"{platform['issuer']}/.well-known/{document}", timeout=30).json()
    client = OAuth2Client.from_discovery_document(
        discovery,
        issuer=platform["issuer"],
        auth=authentication,
        redirect_uri=application["redirect_uri"],
        session=session,
        dpop_bound_access_tokens=dpop,
        # Skips the package's check of addresses, which refuses ports and http: the demo's are on loopback.
        testing=True,
    )
    request = client.authorization_request(
        scope="accounts",
        authorization_details=json.dumps(platform["authorization_details"]),
        dpop=dpop,
    )
    pushed = client.pushed_authorization_request(request)
    back = subprocess.run(
        [*platform["walk"], "--url", str(pushed.uri)], check=True, capture_output=True, text=True
    ).stdout.strip()
    response = request.validate_callback(back)

    token = client.authorization_code(response, validate=False, dpop=dpop)
    assert token.token_type.lower() == ("dpop" if dpop else "bearer"), token.token_type
    accounts = read(session, token, "/accounts")
    assert accounts["data"], "no accounts came"
    account = accounts["data"][0]["accountId"]
    assert read(session, token, f"/accounts/{account}/balances")["data"], "no balances came"

    fresh = client.refresh_token(token)
    assert fresh.access_token != token.access_token
    read(session, fresh, "/accounts")
    print(f"requests_oauth2client, {name}: {len(accounts['data'])} accounts", flush=True)


def read(session, token, path):
    url = f"{platform['edge_url']}/account-information/v1{path}"
    # The client is there (FAPI 1.0 part 1 §6.2.1).
    there = {"x-fapi-auth-date": formatdate(usegmt=True), "x-fapi-customer-ip-address": "192.0.2.7"}
    answer = session.get(url, auth=token, headers=there, timeout=30)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def authenticate(name, application, authentication, dpop):
    session = session_as(application["channel"])
    discovery = session.get(f"{platform['issuer']}/.well-known/openid-configuration", timeout=30).json()
    client = OAuth2Client.from_discovery_document(
        discovery,
        issuer=platform["issuer"],
        auth=authentication,
        redirect_uri=application["redirect_uri"],
        session=session,
        dpop_bound_access_tokens=dpop,
        authorization_server_jwks=session.get(discovery["jwks_uri"], timeout=30).json(),
        id_token_signed_response_alg="ES256",
        testing=True,
    )
    acr = discovery["acr_values_supported"][0]
    details = [{**platform["identity_details"][0], "claims": ["given_name", "iin"], "term_days": 2}]
    request = client.authorization_request(
        scope="openid", acr_values=acr, authorization_details=json.dumps(details), dpop=dpop
    )
    pushed = client.pushed_authorization_request(request)
    back = subprocess.run(
        [*platform["walk"], "--url", str(pushed.uri)], check=True, capture_output=True, text=True
    ).stdout.strip()
    response = request.validate_callback(back)
    token = client.authorization_code(response, validate=False, dpop=dpop)
    # Signature, iss, aud, exp, nonce, acr and at_hash are looked at here; version 1.8.0 can't do it for a token bound by DPoP.
    plain = BearerToken(access_token=token.access_token, id_token=token.id_token)
    id_token = plain.validate_id_token(client, response).id_token
    assert id_token.acr == acr and id_token.subject
    for told in (client.userinfo(token), client.userinfo(client.refresh_token(token))):
        assert told["sub"] == id_token.subject
        claims = told["verified_claims"]["claims"]
        assert set(claims) == {"given_name", "iin"}, claims
        assert claims["iin"] == details[0]["client"]["iin"]
    print(f"requests_oauth2client, {name}: an ID token and verified claims", flush=True)


jwt, mtls = platform["jwt"], platform["mtls"]
with open(jwt["signing_key"], "rb") as file:
    key = Jwk.from_pem(file.read()).with_kid_thumbprint() if not jwt.get("kid") else Jwk.from_pem(file.read())
if jwt.get("kid"):
    key["kid"] = jwt["kid"]
# FAPI 2.0 §5.3.2.1: the audience is the issuer.
assertion = PrivateKeyJwt(jwt["client_id"], key, alg="ES256", aud=platform["issuer"])
walk("DPoP and private_key_jwt", jwt, assertion, "oauth-authorization-server", dpop=True)
walk("mTLS", mtls, PublicApp(mtls["client_id"]), "openid-configuration", dpop=False)
authenticate("OpenID Connect with DPoP", jwt, assertion, dpop=True)
authenticate("OpenID Connect with mTLS", mtls, PublicApp(mtls["client_id"]), dpop=False)
