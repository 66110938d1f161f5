/** Light, dark, or as the system has it. */
import { remember, recall } from "./texts.js";

const CHOICES = ["auto", "light", "dark"];

/** @type {Array<() => void>} */
const listeners = [];

/** @param {() => void} listener called when colours are others */
export function onColours(listener) {
  listeners.push(listener);
}

/** @param {string} name of a custom property @returns {string} what it is now */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {string} choice */
function choose(choice) {
  document.documentElement.dataset.theme = choice;
  for (const button of buttons()) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
  listeners.forEach((listener) => listener());
}

/** @returns {NodeListOf<HTMLElement>} */
const buttons = () => document.querySelectorAll("[data-theme-choice]");

/** Begins with what was chosen before. */
export function startTheme() {
  for (const button of buttons()) {
    button.addEventListener("click", () => {
      const choice = button.dataset.themeChoice ?? "auto";
      remember("theme", choice);
      choose(choice);
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    listeners.forEach((listener) => listener()),
  );
  const before = recall("theme") ?? "auto";
  choose(CHOICES.includes(before) ? before : "auto");
}
