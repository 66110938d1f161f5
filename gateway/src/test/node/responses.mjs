// Responses: whole, streamed, by the helper that checks every event, kept, followed, removed.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { QUESTION, newClient } from './client.mjs';

const client = newClient();
const wish = { model: 'kaz-mini', input: QUESTION, temperature: 0, max_output_tokens: 60 };

const first = await client.responses.create(wish);
assert.equal(first.status, 'completed');
assert.match(first.output_text, /Астана/u);
assert.equal(first.usage.total_tokens, first.usage.input_tokens + first.usage.output_tokens);

const events = [];
for await (const event of await client.responses.create({ ...wish, stream: true })) {
  assert.equal(event.sequence_number, events.length);
  events.push(event);
}
const types = events.map((event) => event.type);
assert.equal(types[0], 'response.created');
assert.equal(types.at(-1), 'response.completed');
assert.equal(
  events
    .filter((event) => event.type === 'response.output_text.delta')
    .map((event) => event.delta)
    .join(''),
  first.output_text,
);

const checked = await client.responses.stream(wish).finalResponse();
assert.equal(checked.output_text, first.output_text);

const short = await client.responses.create({ ...wish, max_output_tokens: 2 });
assert.equal(short.status, 'incomplete');
assert.equal(short.incomplete_details.reason, 'max_output_tokens');

const second = await client.responses.create({
  ...wish,
  input: 'Ал Алматы ше?',
  previous_response_id: first.id,
});
assert.equal(second.previous_response_id, first.id);
assert.ok(second.usage.input_tokens > first.usage.input_tokens);

const kept = await client.responses.retrieve(first.id);
assert.equal(kept.output_text, first.output_text);
const asked = [];
for await (const item of client.responses.inputItems.list(first.id)) {
  asked.push(item.content[0].text);
}
assert.deepEqual(asked, [QUESTION]);
await client.responses.delete(first.id);
await assert.rejects(client.responses.retrieve(first.id), OpenAI.NotFoundError);
await assert.rejects(
  client.responses.create({ ...wish, previous_response_id: first.id }),
  (error) => error instanceof OpenAI.APIError && error.code === 'previous_response_not_found',
);

const unkept = await client.responses.create({ ...wish, store: false });
await assert.rejects(client.responses.retrieve(unkept.id), OpenAI.NotFoundError);
