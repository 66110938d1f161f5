// npm install ws, then: node websocket.mjs
import { WebSocket } from 'ws';

const url = process.env.QAQPA_URL ?? 'http://127.0.0.1:8080';
const headers = {authorization: `Bearer ${process.env.QAQPA_KEY}`};
const socket = new WebSocket(
  `${url.replace(/^http/, 'ws')}/v1/responses`, 'qaqpa.responses.v1', {headers});

/** Asks in one lane; resolves with the response when it has ended. */
const ask = (lane, input, previous = null) => new Promise((done, fail) => {
  let text = '';
  const listen = ({data}) => {
    const event = JSON.parse(data);
    if (event.stream_id !== lane) return;
    if (event.type === 'response.output_text.delta') text += event.delta;
    if (event.type === 'error') fail(new Error(event.error.message));
    if (['response.completed', 'response.incomplete', 'response.failed'].includes(event.type)) {
      socket.removeEventListener('message', listen);
      done({id: event.response.id, usage: event.response.usage, text});
    }
  };
  socket.addEventListener('message', listen);
  socket.send(JSON.stringify({type: 'response.create', stream_id: lane, model: 'kaz-mini',
    input, previous_response_id: previous}));
});

await new Promise((done, fail) => { socket.onopen = done; socket.onerror = fail; });
const [first, other] = await Promise.all([ask('a', 'Сәлем!'), ask('b', 'Киіз үй неден тұрады?')]);
const second = await ask('a', 'Тағы айтшы.', first.id);
console.log(first.text, '|', other.text, '|', second.text);
console.log('computed before:', second.usage.input_tokens_details.cached_tokens);
socket.close();
