/** The console: who is at it, which section is shown, and what is asked every second. */
import { Refused, ask, begin, end } from "./api.js";
import { showAgencies, startAgencies } from "./agencies.js";
import { at, put, tell } from "./dom.js";
import { startPlayground, stopPlayground } from "./playground.js";
import { showRequests, startRequests } from "./requests.js";
import { showQuota, showSeries, showWaiting, startSeries } from "./series.js";
import { onLanguage, startTexts, t } from "./texts.js";
import { startTheme } from "./theme.js";
import { startVerifier } from "./verifier.js";

const SECOND = 1000;
/** Every how many seconds agencies are asked for: each is a reading of every quota. */
const AGENCIES_EVERY = 10;
/** How often somebody's doing is told to the server, which ends sessions where nobody does. */
const ACTIVE_EVERY = 60 * SECOND;

/** @type {{name: string, role: string, agency: string | null} | null} */
let operator = null;
/** @type {Set<string>} */
let rights = new Set();
let paused = false;
let seconds = 0;
let asking = false;
let lastActive = 0;
/** @type {number} when the last sample that is here was taken */
let lastSample = 0;

// --- coming and going ------------------------------------------------------------------------

/** @param {{name: string, role: string, agency: string | null}} session */
async function enter(session) {
  const about = await ask("/admin/console");
  operator = session;
  rights = new Set(about.rights);
  seconds = 0;
  lastSample = 0;
  at("login").hidden = true;
  at("console").hidden = false;
  for (const link of links()) {
    link.hidden = !rights.has(link.dataset.right ?? "");
  }
  introduce();
  startPlayground(about);
  show(location.hash.slice(1), false);
  void tick();
}

/** @param {string} why a text's key, or nothing */
function leave(why) {
  operator = null;
  stopPlayground();
  at("console").hidden = true;
  at("login").hidden = false;
  tell("login-problem", why === "" ? "" : t(why));
  at("login-key").focus();
}

function introduce() {
  if (operator !== null) {
    const role = t("role_" + operator.role) + (operator.agency ? " · " + operator.agency : "");
    put(at("who"), operator.name + " · " + role);
  }
}

/** @returns {HTMLElement | null} the heading of the section that is shown */
const focused = () => document.querySelector("#console section:not([hidden]) h2");

/** @param {unknown} failure */
function loginFailure(failure) {
  if (!(failure instanceof Refused)) {
    throw failure;
  }
  const text = { 0: "offline", 401: "loginFailed", 429: "loginTooMany" }[failure.status];
  tell("login-problem", text ? t(text) : t("refused") + ": " + failure.message);
}

at("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (at("login-key"));
  const key = field.value.trim();
  tell("login-problem", "");
  if (key === "") {
    tell("login-problem", t("loginEmpty"));
    field.focus();
    return;
  }
  try {
    const session = await begin(key);
    field.value = "";
    await enter(session);
    focused()?.focus({ preventScroll: true });
  } catch (failure) {
    loginFailure(failure);
    field.focus();
  }
});

at("logout").addEventListener("click", async () => {
  try {
    await end();
  } catch {
    // Over it is all the same.
  }
  leave("");
});

// --- sections --------------------------------------------------------------------------------

/** @returns {NodeListOf<HTMLElement>} */
const links = () => document.querySelectorAll("nav a");

/**
 * Shows one section; the first that may be seen if that one may not.
 * @param {string} wanted
 * @param {boolean} focus whether the reader is taken there
 */
function show(wanted, focus) {
  if (wanted === "main") {
    at("main").focus(); // The link for those who skip to the content.
    return;
  }
  const open = [...links()].filter((link) => !link.hidden);
  const ids = open.map((link) => (link.getAttribute("href") ?? "").slice(1));
  const id = ids.includes(wanted) ? wanted : ids[0];
  for (const link of links()) {
    const own = (link.getAttribute("href") ?? "").slice(1);
    at(own).hidden = own !== id;
    if (own === id) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  if (focus) {
    at(id + "-title").focus();
  }
}

window.addEventListener("hashchange", () => {
  if (operator !== null) {
    show(location.hash.slice(1), true);
  }
});

at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", String(paused));
});

// --- every second ----------------------------------------------------------------------------

async function tick() {
  if (operator === null || paused || asking || document.hidden) {
    return;
  }
  asking = true;
  try {
    await refresh(seconds++ % AGENCIES_EVERY === 0);
    tell("status", "");
  } catch (failure) {
    if (!(failure instanceof Refused)) {
      throw failure;
    }
    if (failure.status === 401) {
      leave("signedOut");
    } else {
      tell("status", failure.status === 0 ? t("offline") : t("refused") + ": " + failure.message);
    }
  } finally {
    asking = false;
  }
}

/**
 * What is answered after "pause" was pressed is not shown: nothing moves then.
 *
 * @param {boolean} withAgencies
 */
async function refresh(withAgencies) {
  const background = true;
  if (rights.has("metrics")) {
    const { samples } = await ask("/admin/series?after=" + lastSample, { background });
    if (paused) {
      return;
    }
    showSeries(samples, lastSample === 0);
    lastSample = samples.at(-1)?.at ?? lastSample;
  }
  if (rights.has("requests")) {
    const running = await ask("/admin/requests", { background });
    if (paused) {
      return;
    }
    showRequests(running);
    showWaiting(running.waiting);
  }
  if (withAgencies && rights.has("list")) {
    const all = await ask("/admin/agencies", { background });
    if (paused) {
      return;
    }
    showAgencies(all);
    showQuota(all.agencies);
  }
}

/** Somebody is here. */
function active() {
  const now = Date.now();
  if (operator !== null && now - lastActive > ACTIVE_EVERY) {
    lastActive = now;
    ask("/admin/session").catch(() => {}); // What is wrong the next tick tells.
  }
}

document.addEventListener("keydown", active);
document.addEventListener("pointerdown", active);
document.addEventListener("visibilitychange", tick);
setInterval(tick, SECOND);

// --- the beginning ---------------------------------------------------------------------------

startTheme();
startSeries();
startRequests();
startAgencies();
startVerifier();
onLanguage(introduce);
startTexts();
try {
  await enter(await begin());
} catch (failure) {
  leave("");
  if (!(failure instanceof Refused)) {
    throw failure;
  }
}
