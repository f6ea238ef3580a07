// Another implementation of SD-JWT VC and status lists, asked one question per line of JSON:
//
//   {"ask": "issue", "jwk", "claims", "frame", "header"?}                    → {"text"}
//   {"ask": "present", "text", "frame", "jwk", "aud", "nonce", "iat"}        → {"text"}
//   {"ask": "verify", "text", "jwk", "nonce"?, "now"?, "lists"?, "listJwk"?} → {"payload", "kb"?}
//   {"ask": "list", "jwk", "statuses", "bits", "payload"}                    → {"text"}
//   {"ask": "read", "text", "indices"}                                       → {"statuses"}
//
// What goes wrong comes back as {"refused": message}. It knows no key of its own and opens no connection.

import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { createInterface } from 'node:readline';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { StatusList, createHeaderAndPayload, getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';

const signer = (jwk) => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return (data) => sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
};

const verifier = (jwk) => {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return (data, signature) =>
    verify('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
};

const shared = {
  hasher: (data, name) => createHash(name.replace('-', '')).update(data).digest(),
  hashAlg: 'sha-256',
  saltGenerator: (length) => randomBytes(length).toString('base64url'),
  signAlg: 'ES256',
  kbSignAlg: 'ES256',
};

const answers = {
  issue: async ({ jwk, claims, frame, header }) => ({
    text: await new SDJwtVcInstance({ ...shared, signer: signer(jwk) }).issue(claims, frame, { header }),
  }),
  present: async ({ text, frame, jwk, aud, nonce, iat }) => ({
    text: await new SDJwtVcInstance({ ...shared, kbSigner: signer(jwk) }).present(text, frame, {
      kb: { payload: { aud, nonce, iat } },
    }),
  }),
  verify: async ({ text, jwk, nonce, now, lists, listJwk }) => {
    const instance = new SDJwtVcInstance({
      ...shared,
      verifier: verifier(jwk),
      kbVerifier: (data, signature, payload) => verifier(payload.cnf.jwk)(data, signature),
      statusListFetcher: async (uri) => lists[uri],
      statusVerifier: listJwk && verifier(listJwk),
    });
    const { payload, kb } = await instance.verify(text, { currentDate: now, keyBindingNonce: nonce });
    return { payload, kb: kb?.payload };
  },
  list: async ({ jwk, statuses, bits, payload }) => {
    const made = createHeaderAndPayload(new StatusList(statuses, bits), payload, { alg: 'ES256' });
    const input = [made.header, made.payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    return { text: `${input.join('.')}.${signer(jwk)(input.join('.'))}` };
  },
  read: async ({ text, indices }) => {
    const list = getListFromStatusListJWT(text);
    return { statuses: indices.map((index) => list.getStatus(index)), bits: list.getBitsPerStatus() };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = await answers[ask](question);
  } catch (error) {
    answer = { refused: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
