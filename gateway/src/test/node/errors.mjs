// Refusals: the class of each, and whether the client tries again.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { endless, newClient, question } from './client.mjs';

let attempts = 0;
const counting = (url, init) => {
  attempts += 1;
  return fetch(url, init);
};

const refusal = async (call, type, attemptsExpected) => {
  attempts = 0;
  const error = await call().then(
    () => assert.fail(`no ${type.name}`),
    (failure) => failure,
  );
  assert.ok(error instanceof type, `${error}`);
  assert.match(error.requestID, /^req-/u);
  assert.equal(attempts, attemptsExpected);
  return error;
};

const client = newClient({ fetch: counting });
const hot = await refusal(
  () => client.chat.completions.create({ ...question, temperature: 3 }),
  OpenAI.BadRequestError,
  1,
);
assert.equal(hot.param, 'temperature');
assert.match(hot.message, /temperature: 3 \(expected: 0 to 2\)/u);

const stranger = newClient({ fetch: counting, apiKey: 'qpk_nobodys_key' });
const wrong = await refusal(() => stranger.models.list(), OpenAI.AuthenticationError, 1);
assert.equal(wrong.code, 'invalid_api_key');

const missing = await refusal(() => client.models.retrieve('gpt-x'), OpenAI.NotFoundError, 1);
assert.equal(missing.code, 'model_not_found');

// One answer in the making is all that this key may have.
const narrow = newClient({ fetch: counting, apiKey: process.env.QAQPA_NARROW_KEY, maxRetries: 0 });
const held = await narrow.chat.completions.create({ ...endless, stream: true });
const full = await refusal(
  () => narrow.chat.completions.create(question),
  OpenAI.RateLimitError,
  1,
);
assert.equal(full.code, 'rate_limit_exceeded');
assert.equal(full.headers.get('retry-after'), '1');

// A client that may try again waits as long as it was told, and gets its answer.
attempts = 0;
const leaving = async (url, init) => {
  const response = await counting(url, init);
  if (response.status === 429) {
    held.controller.abort();
  }
  return response;
};
const started = performance.now();
const answer = await narrow
  .withOptions({ fetch: leaving, maxRetries: 1 })
  .chat.completions.create(question);
assert.equal(answer.choices.length, 1);
assert.equal(attempts, 2);
assert.ok(performance.now() - started > 900, 'waited as Retry-After says');
