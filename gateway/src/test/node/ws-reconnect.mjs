// The WebSocket client of OpenAI's package finds its server again after a restart.
import assert from 'node:assert/strict';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { QUESTION, newClient } from './client.mjs';

const codes = [];
const ws = new ResponsesWS(newClient(), {
  reconnect: {
    onReconnecting: ({ closeCode }) => {
      codes.push(closeCode);
    },
    maxRetries: 100,
    initialDelay: 100,
    maxDelay: 200,
  },
});
ws.on('error', (error) => {
  throw error;
});

const turn = () =>
  new Promise((resolve) => {
    const done = (event) => {
      ws.off('response.completed', done);
      resolve(event.response);
    };
    ws.on('response.completed', done);
    ws.send({
      type: 'response.create',
      model: 'kaz-mini',
      input: QUESTION,
      temperature: 0,
      max_output_tokens: 40,
    });
  });

const text = (response) => response.output[0].content[0].text;
const before = await turn();
const back = new Promise((resolve) => {
  ws.on('reconnected', resolve);
});
console.log('restart'); // Whoever runs this restarts the server now.
await back;
assert.ok([1001, 1012].includes(codes[0]), `the server said why it left: ${codes}`);
assert.equal(text(await turn()), text(before));
ws.close();
