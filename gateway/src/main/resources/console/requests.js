/** What runs now, a row for each. */
import { at, el, put } from "./dom.js";
import { number, onLanguage, t } from "./texts.js";

/**
 * @typedef {object} Running
 * @property {number} total
 * @property {Array<{agency: string, requests: number}>} waiting
 * @property {Array<{id: string, agency: string, application: string, phase: string, age_ms: number,
 *     prompt_tokens: number, output_tokens: number}>} requests
 */

/** @type {Map<string, HTMLElement>} rows by id: what stays is not drawn anew */
const rows = new Map();
/** @type {Running} */
let latest = { total: 0, waiting: [], requests: [] };

/** Tells the same in another language when that is chosen. */
export function startRequests() {
  onLanguage(() => showRequests(latest));
}

/** @param {Running} running */
export function showRequests(running) {
  latest = running;
  const body = at("requests-rows");
  const seen = new Set(running.requests.map(({ id }) => id));
  for (const [id, row] of rows) {
    if (!seen.has(id)) {
      row.remove();
      rows.delete(id);
    }
  }
  for (const request of running.requests) {
    const row = rows.get(request.id) ?? newRow(request.id, body);
    const texts = [
      request.agency,
      request.application,
      t("phase_" + request.phase),
      number(request.age_ms / 1000, 1) + "\u00a0" + t("seconds"),
      request.prompt_tokens === 0 ? "–" : number(request.prompt_tokens),
      number(request.output_tokens),
      request.id,
    ];
    texts.forEach((text, i) => put(row.children[i], text));
  }
  at("requests-none").hidden = running.total > 0;
  put(
    at("requests-total"),
    t("requestsTotal", {
      total: number(running.total),
      shown: number(running.requests.length),
    }),
  );
}

/** @param {string} id @param {HTMLElement} body */
function newRow(id, body) {
  const row = el(
    "tr",
    {},
    el("td"),
    el("td"),
    el("td"),
    el("td", { className: "number" }),
    el("td", { className: "number" }),
    el("td", { className: "number" }),
    el("td", { className: "id" }),
  );
  rows.set(id, row);
  body.append(row);
  return row;
}
