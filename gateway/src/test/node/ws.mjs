// The WebSocket client of OpenAI's package: two lanes at once, three turns in one of them.
import assert from 'node:assert/strict';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { ResponsesWebSocketSession } from 'openai/lib/responses/responses-websocket-session';
import { QUESTION, newClient } from './client.mjs';

const ws = new ResponsesWS(newClient());
const failures = [];
const seen = [];
ws.on('error', (error) => failures.push(error));
ws.on('event', (event) => seen.push(event));
await new Promise((opened, failed) => {
  ws.socket.on('open', opened);
  ws.socket.on('error', failed);
});

const session = new ResponsesWebSocketSession(ws, {
  maxLanes: 4,
  maxBufferedEvents: 4096,
  maxBufferedBytes: 1 << 22,
});
const wish = { model: 'kaz-mini', temperature: 0, max_output_tokens: 40 };
const talk = session.lane('talk');
const other = session.lane('other');

// Longer than a block of the cache, which is what a turn can take over.
talk.create({ ...wish, input: 'Мен Қазақстанда тұрамын. '.repeat(20) + QUESTION });
other.create({ ...wish, input: QUESTION });
const [first, hello] = await Promise.all([talk.finalResponse(), other.finalResponse()]);
assert.ok(first.usage.input_tokens > 64);
assert.match(hello.output_text, /Астана/u);

let previous = first;
for (const input of ['Ал Алматы ше?', 'Рақмет!']) {
  talk.create({ ...wish, input, previous_response_id: previous.id });
  const next = await talk.finalResponse();
  assert.equal(next.previous_response_id, previous.id);
  assert.ok(next.usage.input_tokens > previous.usage.input_tokens);
  assert.ok(
    next.usage.input_tokens_details.cached_tokens > 0,
    `computes only what is new: ${JSON.stringify(next.usage)}`,
  );
  previous = next;
}

const lanes = new Set(seen.map((event) => event.stream_id));
assert.deepEqual([...lanes].sort(), ['other', 'talk']);
assert.deepEqual(failures, []);

// An error ends a request, not the connection.
other.create({ ...wish, input: 'x', previous_response_id: 'resp_nowhere' });
await assert.rejects(other.finalResponse(), (error) => {
  assert.equal(error.error.error.code, 'previous_response_not_found');
  assert.equal(error.error.stream_id, 'other');
  return true;
});
other.create({ ...wish, input: 'Сәлем!' });
assert.equal((await other.finalResponse()).status, 'completed');

const closed = new Promise((resolve) => {
  ws.on('close', resolve);
});
ws.close();
assert.equal(await closed, 1000);
