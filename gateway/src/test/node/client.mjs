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

// An answer that goes on for seconds, whatever the model would like to say.
export const endless = { ...question, ignore_eos: true, max_completion_tokens: 1900 };
