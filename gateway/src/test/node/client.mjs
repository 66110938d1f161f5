// What the scenarios share: a client of the gateway under test.
import OpenAI from 'openai';

export const QUESTION = 'Қазақстанның астанасы қай қала?';

export const newClient = (options = {}) =>
  new OpenAI({
    baseURL: `${process.env.QAQPA_URL}/v1`,
    apiKey: process.env.QAQPA_KEY,
    ...options,
  });

export const question = {
  model: 'kaz-mini',
  messages: [{ role: 'user', content: QUESTION }],
  temperature: 0,
  max_completion_tokens: 60,
};

// An answer of nonsense that goes on for seconds: what was said is not said again.
export const endless = {
  ...question,
  temperature: 2,
  top_p: 1,
  top_k: 0,
  repetition_penalty: 2,
  seed: 7,
  max_completion_tokens: 1900,
};
