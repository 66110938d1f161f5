/** Requests to the admin port, which is this page's own server; there is no other. */

/** @type {string | null} what a session's changing requests carry */
let csrf = null;

/** What the server refused, or could not. */
export class Refused extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} code the server's word for it
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * Asks.
 * @param {string} path
 * @param {{method?: string, body?: object, background?: boolean}} [wish] background: nobody did
 *     anything, so this does not keep the session alive
 * @returns {Promise<any>} the JSON of the answer, null if it has none
 * @throws {Refused}
 */
export async function ask(path, { method = "GET", body, background = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  if (method !== "GET" && csrf !== null) {
    headers["X-CSRF-Token"] = csrf;
  }
  if (background) {
    headers["X-Background"] = "1";
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, "offline", "");
  }
  const text = await answer.text();
  /** @type {any} */
  let json = null;
  try {
    json = text === "" ? null : JSON.parse(text);
  } catch {
    // Not the gateway's own answer: the status has to do.
  }
  if (!answer.ok) {
    throw new Refused(answer.status, json?.error?.code ?? "", json?.error?.message ?? "");
  }
  return json;
}

/**
 * Begins a session, or finds the one there is.
 * @param {string} [key] an operator's; without one the session of the cookie
 * @returns {Promise<{operator: string, name: string, role: string, agency: string | null}>}
 */
export async function begin(key) {
  const session = await ask(
    "/admin/session",
    key === undefined ? {} : { method: "POST", body: { key } },
  );
  csrf = session.csrf;
  return session;
}

/** Ends the session; in any case it is over here. */
export async function end() {
  try {
    await ask("/admin/session", { method: "DELETE" });
  } finally {
    csrf = null;
  }
}
