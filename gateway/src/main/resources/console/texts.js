/** What the page says, in three languages; Kazakh unless another was chosen. */
import en from "./en.js";
import kk from "./kk.js";
import ru from "./ru.js";

/** @type {Record<string, Record<string, string>>} */
const TEXTS = { kk, ru, en };

let language = "kk";

/** @type {Array<() => void>} */
const listeners = [];

/** @param {() => void} listener called when the language is another */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** @returns {"kk" | "ru" | "en"} */
export const spoken = () => /** @type {"kk" | "ru" | "en"} */ (language);

/**
 * @param {string} key
 * @param {Record<string, string>} [values] for what stands in braces
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = TEXTS[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** @param {string} key @returns {boolean} */
export const has = (key) => key in TEXTS[language];

/**
 * @param {number | null | undefined} value
 * @param {number} [digits] after the point, at most
 */
export function number(value, digits = 0) {
  return value === null || value === undefined
    ? "–"
    : new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** @param {number} seconds since 1970 @returns {string} hours, minutes and seconds here */
export function clock(seconds) {
  return new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(seconds * 1000);
}

/** @param {string} name @param {string} value kept by this browser; never a secret */
export function remember(name, value) {
  try {
    localStorage.setItem("qaqpa-" + name, value);
  } catch {
    // It holds until the page is closed.
  }
}

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem("qaqpa-" + name);
  } catch {
    return null;
  }
}

/** @param {string} chosen */
function speak(chosen) {
  language = chosen in TEXTS ? chosen : "kk";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = t(/** @type {HTMLElement} */ (element).dataset.t ?? "");
  }
  for (const element of document.querySelectorAll("[data-ta]")) {
    element.setAttribute("aria-label", t(/** @type {HTMLElement} */ (element).dataset.ta ?? ""));
  }
  for (const button of languages()) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  listeners.forEach((listener) => listener());
}

/** @returns {NodeListOf<HTMLElement>} */
const languages = () => document.querySelectorAll("[data-language]");

/** Begins with the language that was chosen before. */
export function startTexts() {
  for (const button of languages()) {
    button.addEventListener("click", () => {
      remember("language", button.dataset.language ?? "kk");
      speak(button.dataset.language ?? "kk");
    });
  }
  speak(recall("language") ?? "kk");
}
