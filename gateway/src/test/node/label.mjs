// Labels, the header and signatures of heads, read by packages that share no code with the gateway.
import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compactVerify, createLocalJWKSet, calculateJwkThumbprint, decodeProtectedHeader } from 'jose';
import signatures from 'http-message-signatures';
import { parseDictionary, Token } from 'structured-headers';

const { jwks, labels, heads, disclosure } = JSON.parse(readFileSync('label-sample.json', 'utf8'));
const keys = createLocalJWKSet(jwks);
const utf8 = (bytes) => new TextDecoder().decode(bytes);
const sha256 = (text) => createHash('sha256').update(text.normalize('NFC'), 'utf8').digest('hex');

assert.equal(jwks.keys.length, 2);
for (const jwk of jwks.keys) {
  assert.equal(await calculateJwkThumbprint(jwk), jwk.kid);
  assert.equal(jwk.d, undefined);
}

assert.equal(labels.length, 2);
for (const { label, texts } of labels) {
  const { jws, ...readable } = label;
  const { payload, protectedHeader } = await compactVerify(jws, keys);
  assert.equal(protectedHeader.typ, 'content-label-v1+jws');
  assert.deepEqual(JSON.parse(utf8(payload)), readable);
  assert.deepEqual(
    readable.content,
    texts.map((text, index) => ({ index, sha256: sha256(text) })),
  );
  // One letter of the payload more: no longer signed.
  const [header, body, signature] = jws.split('.');
  await assert.rejects(compactVerify(`${header}.${body}A.${signature}`, keys));
}
assert.deepEqual(
  labels.map(({ label }) => decodeProtectedHeader(label.jws).alg),
  ['EdDSA', 'ES256'],
);

const members = parseDictionary(disclosure);
assert.deepEqual([...members.keys()], ['mode', 'model', 'provider', 'date']);
assert.ok(members.get('mode')[0] instanceof Token);
assert.equal(members.get('mode')[0].toString(), 'machine-generated');
assert.equal(members.get('model')[0], 'a"b\\c');
assert.equal(members.get('provider')[0], 'minfin');
assert.ok(members.get('date')[0] instanceof Date);
assert.equal(members.get('date')[0].getTime(), 1790000000 * 1000);

const keyLookup = async ({ keyid, alg }) => {
  const jwk = jwks.keys.find(({ kid }) => kid === keyid);
  return {
    id: keyid,
    algs: [alg],
    verify: signatures.createVerifier(createPublicKey({ key: jwk, format: 'jwk' }), alg),
  };
};
const check = (head) =>
  signatures.httpbis.verifyMessage(
    {
      keyLookup,
      notAfter: new Date('2099-01-01'),
      requiredFields: ['@status', 'content-type', 'ai-disclosure'],
      requiredParams: ['created', 'keyid', 'alg'],
    },
    head,
  );
assert.equal(heads.length, 2);
for (const head of heads) {
  assert.equal(await check(head), true);
  for (const changed of [
    { ...head, status: 201 },
    { ...head, headers: { ...head.headers, 'ai-disclosure': 'mode=none' } },
    { ...head, headers: { ...head.headers, 'content-digest': 'sha-256=:AAAA:' } },
  ]) {
    assert.notEqual(await check(changed).catch(() => false), true);
  }
}
