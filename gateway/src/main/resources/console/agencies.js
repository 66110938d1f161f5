/** Agencies and applications, with their limits and what they have used. */
import { at, el, tell } from "./dom.js";
import { number, onLanguage, spoken, t } from "./texts.js";

/** How full a window is when it is told by colour, too. */
const NEARLY = 0.8;

/**
 * @typedef {{counter: string, limit: number | null, settled: number, reserved: number}} Window
 * @typedef {object} Application
 * @property {string} id
 * @property {string} state
 * @property {{by: string, reason: string, since: string} | null} suspension
 * @property {number} streams
 * @property {Window[] | null} windows null while the store of quotas is away
 * @typedef {object} Agency
 * @property {string} id
 * @property {{kk: string, ru: string, en: string}} name
 * @property {number} streams
 * @property {Window[] | null} windows
 * @property {Application[]} applications
 */

/** @type {{agencies: Agency[], problems: string[]}} */
let latest = { agencies: [], problems: [] };
let shown = "";

/** @returns {HTMLInputElement} */
const filter = () => /** @type {HTMLInputElement} */ (at("agencies-filter"));

/** Looks again when something is searched for, or another language chosen. */
export function startAgencies() {
  filter().addEventListener("input", () => draw(true));
  onLanguage(() => draw(true));
}

/** @param {{agencies: Agency[], problems: string[]}} all */
export function showAgencies(all) {
  latest = all;
  draw(false);
}

/** @param {boolean} anew also where nothing has changed */
function draw(anew) {
  const state = JSON.stringify(latest);
  if (!anew && state === shown) {
    return; // Whoever reads a row keeps it.
  }
  shown = state;
  tell("agencies-problem", latest.problems.join("\n"));
  const wanted = filter().value.trim().toLowerCase();
  const rows = latest.agencies
    .filter((agency) => wanted === "" || words(agency).some((word) => word.includes(wanted)))
    .flatMap((agency) => [ofAgency(agency), ...agency.applications.map(ofApplication)]);
  at("agencies-rows").replaceChildren(...rows);
}

/** @param {Agency} agency what it is found by */
const words = (agency) =>
  [agency.id, ...Object.values(agency.name), ...agency.applications.map(({ id }) => id)].map(
    (word) => word.toLowerCase(),
  );

/** @param {Agency} agency */
function ofAgency(agency) {
  return el(
    "tr",
    {},
    el("th", { scope: "rowgroup" }, agency.name[spoken()] || agency.id, " ", el("small", {}, agency.id)),
    el("td", {}, t("wholeAgency")),
    el("td", {}, ""),
    el("td", { className: "number" }, number(agency.streams)),
    el("td", {}, limits(agency.windows)),
  );
}

/** @param {Application} application */
function ofApplication(application) {
  const suspended = application.suspension;
  return el(
    "tr",
    {},
    el("td", {}, ""),
    el("td", {}, application.id),
    suspended === null
      ? el("td", {}, t("state_active"))
      : el(
          "td",
          {},
          el("span", { className: "suspended" }, t("state_suspended")),
          ` · ${suspended.by}: ${suspended.reason}`,
        ),
    el("td", { className: "number" }, number(application.streams)),
    el("td", {}, limits(application.windows)),
  );
}

/** @param {Window[] | null} windows */
function limits(windows) {
  if (windows === null) {
    return t("quotaAway");
  }
  const told = windows.filter((window) => window.limit !== null || window.settled + window.reserved > 0);
  return told.length === 0 ? t("noLimit") : el("ul", { className: "limits" }, ...told.map(oneLimit));
}

/** @param {Window} window */
function oneLimit({ counter, limit, settled, reserved }) {
  const name = t("counter_" + counter);
  const used = number(settled) + (reserved > 0 ? ` + ${number(reserved)} ${t("reserved")}` : "");
  if (limit === null) {
    return el("li", {}, `${name}: ${used}`);
  }
  const text = `${name}: ${used} / ${number(limit)}`;
  return el(
    "li",
    {},
    el("meter", {
      min: "0",
      max: String(limit),
      high: String(limit * NEARLY),
      optimum: "0",
      value: String(settled + reserved),
      "aria-label": text,
    }),
    text,
  );
}
