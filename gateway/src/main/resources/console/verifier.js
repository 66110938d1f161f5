/** Whether a label is genuine and a text its own. */
import { Refused, ask } from "./api.js";
import { at, el, facts } from "./dom.js";
import { onLanguage, spoken, t } from "./texts.js";

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

/** @type {any} */
let latest = null;
let asked = 0;

/** @param {string} id @returns {HTMLTextAreaElement} */
const field = (id) => /** @type {HTMLTextAreaElement} */ (at(id));

/** Listens to its form. */
export function startVerifier() {
  at("verifier-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void verify(field("verifier-text").value, field("verifier-label").value);
  });
  onLanguage(() => latest !== null && draw());
}

/**
 * Takes an answer over from elsewhere, and verifies it.
 * @param {string} text
 * @param {object} label
 */
export function verifyAnswer(text, label) {
  field("verifier-text").value = text;
  field("verifier-label").value = JSON.stringify(label, null, 2);
  location.hash = "verifier";
  return verify(text, field("verifier-label").value);
}

/** @param {string} text @param {string} given a label, its signature or its id */
async function verify(text, given) {
  const mine = ++asked; // What is answered after the next question is nobody's verdict any more.
  const shown = given.trim();
  latest = null;
  clear();
  if (text === "" || shown === "") {
    return say("bad", t("verifierEmpty"));
  }
  /** @type {{text: string, id?: string, label?: unknown}} */
  const body = { text };
  if (ID.test(shown)) {
    body.id = shown.toUpperCase();
  } else {
    try {
      const json = JSON.parse(shown);
      body.label = json.content_label ?? json;
    } catch {
      body.label = shown; // The signature alone; the gateway tells if it is none.
    }
  }
  try {
    const found = await ask("/admin/labels/verify", { method: "POST", body });
    if (mine === asked) {
      latest = found;
      draw();
    }
  } catch (failure) {
    if (mine !== asked) {
      return;
    }
    const message = failure instanceof Refused && failure.status > 0 ? failure.message : t("offline");
    say("bad", t("refused") + ": " + message);
  }
}

/** No verdict may stand beside a text that it is not about. */
function clear() {
  box().className = "verdict";
  delete box().dataset.verdict;
  box().replaceChildren();
}

/** @param {string} how @param {string} title @param {...Node} more */
function say(how, title, ...more) {
  const box = at("verdict");
  box.className = "verdict " + how;
  box.replaceChildren(el("h3", {}, (how === "good" ? "✓ " : "✗ ") + title), ...more);
}

function draw() {
  const found = latest;
  box().dataset.verdict = found.verdict;
  const text = found.text;
  say(
    found.verdict === "valid" ? "good" : "bad",
    t("verdict_" + found.verdict),
    el("p", {}, t("verdict_" + found.verdict + "_why")),
    facts([
      [t("factWhy"), found.why],
      [t("factHolder"), found.holder?.[spoken()]],
      [t("factOwner"), found.owner?.[spoken()]],
      [t("colAgency"), found.agency],
      [t("colApplication"), found.app],
      [t("factModel"), found.model],
      [t("factProduced"), found.produced_at],
      [t("factId"), found.id],
      [t("factRegistered"), found.registered === null ? null : t(found.registered ? "yes" : "no")],
      [t("factKeyOver"), found.key_over ? t("yes") : null],
      [t("factEdited"), found.edited.join(", ")],
      [t("factOverlooked"), overlooked(text?.tolerances ?? [])],
      [t("factLetters"), letters(text?.mixing ?? [])],
      [t("factOther"), text?.other_label],
      [t("factDevelopment"), found.development ? t("developmentLabel") : null],
    ]),
  );
}

const box = () => at("verdict");

/** @param {string[]} tolerances */
const overlooked = (tolerances) => tolerances.map((one) => t("tolerance_" + one)).join(", ");

/** @param {Array<{letter: string}>} places */
const letters = (places) => places.map(({ letter }) => letter).join(" ");
