// Completions of plain text: one, several, echoed, streamed.
import assert from 'node:assert/strict';
import { newClient } from './client.mjs';

const client = newClient();
const wish = { model: 'kaz-mini', temperature: 0, max_tokens: 8 };
const prompt = 'Қазақстанның астанасы';

const one = await client.completions.create({ ...wish, prompt });
assert.equal(one.object, 'text_completion');
assert.equal(one.choices.length, 1);
assert.ok(one.choices[0].text.length > 0);
assert.equal(one.usage.completion_tokens <= 8, true);

const echoed = await client.completions.create({ ...wish, prompt, echo: true });
// An echo goes on where the prompt ends, so it has no notice.
assert.ok(one.choices[0].text.includes('\n\n'));
assert.equal(echoed.choices[0].text, prompt + one.choices[0].text.split('\n\n')[0]);

const several = await client.completions.create({ ...wish, prompt: [prompt, 'Алматы'] });
assert.deepEqual(
  several.choices.map((choice) => choice.index),
  [0, 1],
);
assert.equal(several.choices[0].text, one.choices[0].text);

let streamed = '';
for await (const chunk of await client.completions.create({ ...wish, prompt, stream: true })) {
  streamed += chunk.choices[0]?.text ?? '';
}
assert.equal(streamed, one.choices[0].text);
