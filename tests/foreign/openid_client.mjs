// The npm package openid-client, which we did not write, goes the whole way: PAR, authorize, token, accounts, grant endpoint;
// and authentication by OpenID Connect: ID token with signature and nonce checked, userinfo.
// The npm package @sd-jwt/jwt-status-list finds the token's consent in the public status list, before and after its end.
// jose, which we did not write either, reads what is told of the end and signs that the data is deleted.
// With DPoP and private_key_jwt, then with mTLS for both. `SENIM_FOREIGN` names the platform's description.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose'
import * as client from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'

const platform = JSON.parse(readFileSync(process.env.SENIM_FOREIGN, 'utf8'))

function fetchAs(channel) {
  const dispatcher = new Agent({
    connect: {
      ca: readFileSync(platform.ca),
      cert: readFileSync(channel.certificate),
      key: readFileSync(channel.key),
    },
  })
  return (url, options) => undiciFetch(url, { ...options, dispatcher })
}

async function signingKey(path) {
  const der = createPrivateKey(readFileSync(path)).export({ format: 'der', type: 'pkcs8' })
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

async function walk(name, application, authentication, metadata, algorithm, bound) {
  const config = await client.discovery(
    new URL(platform.issuer), application.client_id, metadata, authentication,
    {
      algorithm,
      [client.customFetch]: fetchAs(application.channel),
      // The pages, and so the authorization endpoint, are plain HTTP on loopback.
      execute: [client.allowInsecureRequests],
    },
  )
  const options = bound ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) } : {}

  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const link = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: application.redirect_uri,
    scope: 'accounts',
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify(platform.authorization_details),
  }, options)

  const [program, ...parameters] = platform.walk
  const back = execFileSync(program, [...parameters, '--url', link.href], { encoding: 'utf8' }).trim()

  const checks = { pkceCodeVerifier, expectedState }
  const tokens = await client.authorizationCodeGrant(config, new URL(back), checks, undefined, options)
  assert.equal(tokens.token_type, bound ? 'dpop' : 'bearer')
  assert.match(tokens.authorization_details[0].consent_id, /^cns_/)

  const accounts = await read(config, tokens.access_token, '/accounts', options)
  assert.ok(accounts.data.length > 0, 'no accounts came')
  const id = accounts.data[0].accountId
  const balances = await read(config, tokens.access_token, `/accounts/${id}/balances`, options)
  assert.ok(balances.data, 'no balances came')

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, options)
  assert.notEqual(fresh.access_token, tokens.access_token)
  await read(config, fresh.access_token, '/accounts', options)
  const { status_list: place } = decodeJwt(tokens.access_token).status
  assert.equal(await status(application, place), 0)
  await grants(config, tokens.grant_id, options)
  // A list is made anew each second, and may be kept for its `ttl`.
  for (let tries = 0; (await status(application, place)) !== 1; tries += 1) {
    assert.ok(tries < 50, 'the end of the consent does not come to the status list')
    await new Promise((done) => setTimeout(done, 100))
  }
  // The sample consumer listens for the events of the other application, and would take them away.
  if (!bound) await ended(application, tokens.grant_id)
  console.log(`openid-client, ${name}: ${accounts.data.length} accounts`)
}

async function read(config, token, path, options) {
  const url = new URL(`${platform.edge_url}/account-information/v1${path}`)
  // The client is there (FAPI 1.0 part 1 §6.2.1).
  const headers = new Headers({ 'x-fapi-auth-date': new Date().toUTCString(), 'x-fapi-customer-ip-address': '192.0.2.7' })
  const answer = await client.fetchProtectedResource(config, token, url, 'GET', undefined, headers, options)
  assert.equal(answer.status, 200, `${path}: ${answer.status}`)
  return answer.json()
}

// What the public list says of a token's place, as a JWT; a CWT has the same list in it.
async function status(application, { idx, uri }) {
  const fetchIt = fetchAs(application.channel)
  const jwt = await (await fetchIt(uri)).text()
  const keys = createLocalJWKSet(await (await fetchIt(`${platform.issuer}/jwks`)).json())
  const { payload } = await jwtVerify(jwt, keys, { issuer: platform.issuer, subject: uri, typ: 'statuslist+jwt', algorithms: ['ES256'] })
  assert.ok(payload.ttl > 0 && payload.exp > payload.iat)
  const cwt = await fetchIt(uri, { headers: { accept: 'application/statuslist+cwt' } })
  assert.equal(cwt.headers.get('content-type'), 'application/statuslist+cwt')
  assert.equal(new Uint8Array(await cwt.arrayBuffer())[0], 0xd2)
  return getListFromStatusListJWT(jwt).getStatus(idx)
}

// Grant Management for OAuth 2.0: what stands is told, and given back.
async function grants(config, id, options) {
  const scope = 'grant_management_query grant_management_revoke'
  const own = await client.clientCredentialsGrant(config, { scope }, options)
  const ask = (path, method, body) => {
    const headers = new Headers(body ? { 'content-type': 'application/json' } : {})
    const url = new URL(`${config.serverMetadata().grant_management_endpoint}${path}`)
    return client.fetchProtectedResource(config, own.access_token, url, method, body, headers, options)
  }
  const standing = await ask(`/${id}`, 'GET')
  assert.equal(standing.status, 200)
  assert.equal((await standing.json()).authorization_details[0].consent_id, id)
  const iin = platform.authorization_details[0].client.iin
  const found = await (await ask('/search', 'POST', JSON.stringify({ iin }))).json()
  assert.ok(found.grants.some((it) => it.grant_id === id), 'the grant is not found by its client')
  assert.equal((await ask(`/${id}`, 'DELETE')).status, 204)
  // 404 is an answer here, not an error of the client.
  const gone = await ask(`/${id}`, 'GET').catch((error) => error.response ?? error.cause)
  assert.equal(gone.status, 404)
}

// The end is told in a Security Event Token, which jose reads; deletion is attested with a token that jose signs.
async function ended(application, consent) {
  const fetchIt = fetchAs(application.channel)
  const post = (path, body) => fetchIt(`${platform.issuer}/signals/${application.client_id}/${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  })
  const { sets } = await (await post('poll', { maxEvents: 100, returnImmediately: true })).json()
  const keys = createLocalJWKSet(await (await fetchIt(`${platform.issuer}/jwks`)).json())
  const events = await Promise.all(Object.values(sets).map((set) => jwtVerify(set, keys, {
    issuer: platform.issuer, audience: application.client_id, typ: 'secevent+jwt', algorithms: ['ES256'],
  })))
  const claims = events.map((it) => it.payload).find((it) => it.sub_id.id === consent)
  assert.ok(claims, 'no event tells that the consent has ended')
  const event = claims.events['https://senim.kz/secevent/event-type/consent-ended']
  assert.equal(event.reason, 'consent.given-back')

  const now = Math.floor(Date.now() / 1000)
  const attestation = await new SignJWT({ set: claims.jti, consent_id: consent, deleted_at: now })
    .setProtectedHeader({ alg: 'ES256', typ: 'deletion-attestation+jwt' })
    .setIssuer(application.client_id).setAudience(platform.issuer).setIssuedAt(now)
    .sign(await signingKey(application.signing_key ?? application.channel.key))
  const attested = await post('deletions', { attestation })
  assert.equal(attested.status, 200, await attested.clone().text())
  assert.ok((await attested.json()).deleted_at)
  const rest = await (await post('poll', { ack: Object.keys(sets) })).json()
  assert.deepEqual(rest.sets, {})
}

// Once with personal data, which come a single time, and once without any.
async function authenticate(name, application, authentication, metadata, bound, claims) {
  const config = await client.discovery(
    new URL(platform.issuer), application.client_id, { ...metadata, id_token_signed_response_alg: 'ES256' }, authentication,
    {
      algorithm: 'oidc',
      [client.customFetch]: fetchAs(application.channel),
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    },
  )
  const options = bound ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) } : {}
  const server = config.serverMetadata()
  const [acr] = server.acr_values_supported
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const [details] = platform.identity_details
  const link = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: application.redirect_uri,
    scope: 'openid',
    state: expectedState,
    nonce: expectedNonce,
    max_age: '600',
    claims: JSON.stringify({ id_token: { acr: { essential: true, value: acr } } }),
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify([{ ...details, claims }]),
  }, options)
  const [program, ...parameters] = platform.walk
  const back = execFileSync(program, [...parameters, '--url', link.href], { encoding: 'utf8' }).trim()
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 600, idTokenExpected: true }
  const tokens = await client.authorizationCodeGrant(config, new URL(back), checks, undefined, options)
  const { sub, ...token } = tokens.claims()
  assert.equal(token.acr, acr)
  assert.deepEqual(token.amr, ['face', 'sms', 'mfa'])

  const told = await client.fetchUserInfo(config, tokens.access_token, sub, options)
  assert.deepEqual(Object.keys(told.verified_claims?.claims ?? {}).sort(), [...claims].sort())
  if (claims.length > 0) {
    assert.equal(told.verified_claims.claims.iin, details.client.iin)
    assert.equal(told.verified_claims.verification.trust_framework, server.trust_frameworks_supported[0])
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, sub, options), (error) => {
      // As a challenge (RFC 6750 §3).
      return error.status === 403 || error.cause?.status === 403 || /403|WWW-Authenticate|insufficient/i.test(`${error} ${error.cause}`)
    })
  }
  console.log(`openid-client, ${name}: ${sub.slice(0, 6)}… with ${claims.length} verified claims`)
  return sub
}

const { jwt, mtls } = platform
await walk('DPoP and private_key_jwt', jwt, client.PrivateKeyJwt({ key: await signingKey(jwt.signing_key), kid: jwt.kid }),
  { dpop_bound_access_tokens: true }, 'oauth2', true)
await walk('mTLS', mtls, client.TlsClientAuth(),
  { tls_client_certificate_bound_access_tokens: true, use_mtls_endpoint_aliases: true }, 'oidc', false)
const subs = [
  await authenticate('OpenID Connect with DPoP', jwt, client.PrivateKeyJwt({ key: await signingKey(jwt.signing_key), kid: jwt.kid }),
    { dpop_bound_access_tokens: true }, true, ['iin', 'family_name', 'birthdate']),
  await authenticate('OpenID Connect with mTLS', mtls, client.TlsClientAuth(),
    { tls_client_certificate_bound_access_tokens: true, use_mtls_endpoint_aliases: true }, false, []),
]
// Two applications of one participant know the person by one name.
assert.equal(subs[0], subs[1])
