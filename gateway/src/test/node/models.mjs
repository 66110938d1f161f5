// Models: listed and found.
import assert from 'node:assert/strict';
import { newClient } from './client.mjs';

const client = newClient();
const names = [];
for await (const model of client.models.list()) {
  names.push(model.id);
}
assert.deepEqual(names, ['kaz-mini']);
assert.equal((await client.models.retrieve('kaz-mini')).object, 'model');
