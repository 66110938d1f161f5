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

// So hot that the end of an answer is one token among thousands: it runs for seconds.
export const endless = { ...question, temperature: 2, seed: 7, max_completion_tokens: 1900 };
