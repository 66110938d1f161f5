// Chat with several answers, log probabilities and biased tokens.
import assert from 'node:assert/strict';
import { newClient, question } from './client.mjs';

const client = newClient();
const several = await client.chat.completions.create({ ...question, n: 3, temperature: 0.9, seed: 5 });
assert.deepEqual(
  several.choices.map((choice) => choice.index),
  [0, 1, 2],
);

const probable = await client.chat.completions.create({
  ...question,
  logprobs: true,
  top_logprobs: 3,
});
const { content } = probable.choices[0].logprobs;
const bytes = content.flatMap((token) => token.bytes);
// The notice behind them is no token.
assert.ok(probable.choices[0].message.content.startsWith(`${new TextDecoder().decode(new Uint8Array(bytes))}\n\n`));
for (const token of content) {
  assert.ok(token.logprob <= 0);
  assert.equal(token.top_logprobs.length, 3);
  assert.ok(token.top_logprobs[0].logprob >= token.logprob);
}

const pieces = ['', ''];
for await (const chunk of await client.chat.completions.create({
  ...question,
  n: 2,
  stream: true,
  stream_options: { include_usage: true },
})) {
  for (const choice of chunk.choices) {
    pieces[choice.index] += choice.delta.content ?? '';
  }
}
assert.match(pieces[0], /Астана/u);
assert.equal(pieces[0], pieces[1]);
