// Chat: whole, streamed, by the helper that collects a stream, and left early.
import assert from 'node:assert/strict';
import { endless, newClient, question } from './client.mjs';

const client = newClient();
const whole = await client.chat.completions.create(question);
const text = whole.choices[0].message.content;
assert.match(text, /Астана/u);
assert.equal(whole.choices[0].finish_reason, 'stop');
assert.equal(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
assert.match(whole._request_id, /^req-[0-9a-f]{32}$/u);

let streamed = '';
let usage = null;
const stream = await client.chat.completions.create({
  ...question,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  streamed += chunk.choices[0]?.delta?.content ?? '';
  if (chunk.choices.length === 0) {
    usage = chunk.usage;
  } else {
    assert.equal(chunk.usage, null);
  }
}
assert.equal(streamed, text);
assert.deepEqual(
  [usage.prompt_tokens, usage.completion_tokens],
  [whole.usage.prompt_tokens, whole.usage.completion_tokens],
);

const collected = await client.chat.completions.stream(question).finalChatCompletion();
assert.equal(collected.choices[0].message.content, text);

const { data, response } = await client.chat.completions
  .create({ ...endless, stream: true })
  .withResponse();
assert.match(response.headers.get('ai-disclosure'), /mode=machine-generated/u);
for await (const chunk of data) {
  assert.ok(chunk.id);
  break; // Leaving the loop ends the request.
}
