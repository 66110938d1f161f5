/** Asks the model over WebSocket, and shows answers with their labels as a citizen sees them. */
import { Refused, ask } from "./api.js";
import { at, el, facts, tell } from "./dom.js";
import { onLanguage, spoken, t } from "./texts.js";
import { verifyAnswer } from "./verifier.js";

/**
 * @typedef {object} Label the members that are shown
 * @property {string} id
 * @property {Record<string, string>} notice
 * @property {string} notice_policy
 * @property {Record<string, string>} holder
 * @property {Record<string, string>} owner
 * @property {string} model
 * @property {string} produced_at
 * @property {boolean} [development]
 * @property {string | null} [agreement_url]
 * @property {string | null} [human_review_url]
 * @property {string} [jws]
 *
 * @typedef {object} Told an answer
 * @property {HTMLElement} item
 * @property {HTMLElement} text
 * @property {HTMLElement} strip
 * @property {string} raw the answer to the letter
 * @property {Label | null} label
 */

let model = "";
let development = false;
/** @type {WebSocket | null} */
let socket = null;
/** @type {string | null} the key that opened it, in memory only; empty for the development one */
let openedWith = null;
/** @type {string | null} the response that the next question continues */
let previous = null;
/** @type {string | null} the response that is under way */
let running = null;
/** @type {Told | null} */
let current = null;
let started = false;

/** @returns {HTMLInputElement} */
const keyField = () => /** @type {HTMLInputElement} */ (at("playground-key"));
/** @returns {HTMLTextAreaElement} */
const questionField = () => /** @type {HTMLTextAreaElement} */ (at("question"));

/** @param {{model: string, development: boolean}} about */
export function startPlayground(about) {
  ({ model, development } = about);
  at("playground-demo").hidden = model !== "kaz-mini";
  hint();
  if (started) {
    return;
  }
  started = true;
  onLanguage(hint);
  at("playground-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void send(questionField().value.trim());
  });
  questionField().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      /** @type {HTMLFormElement} */ (at("playground-form")).requestSubmit();
    }
  });
  at("stop").addEventListener("click", stop);
  at("fresh").addEventListener("click", fresh);
  for (const example of document.querySelectorAll(".examples button")) {
    example.addEventListener("click", () => {
      questionField().value = example.textContent ?? "";
      questionField().focus();
    });
  }
}

/** Nothing of it stays when its operator leaves. */
export function stopPlayground() {
  socket?.close(1000);
  socket = null;
  keyField().value = "";
  openedWith = null;
  fresh();
}

function hint() {
  at("playground-key-hint").textContent = t(development ? "keyHintDevelopment" : "keyHint");
}

function fresh() {
  stop();
  previous = null;
  at("conversation").replaceChildren();
  tell("playground-problem", "");
}

function stop() {
  if (running !== null) {
    socket?.send(JSON.stringify({ type: "response.cancel", response_id: running }));
  }
}

/** @param {string} question */
async function send(question) {
  if (current !== null) {
    return;
  }
  const key = keyField().value.trim();
  tell("playground-problem", "");
  if (question === "") {
    tell("playground-problem", t("noQuestion"));
    questionField().focus();
    return;
  }
  if (key === "" && !development) {
    tell("playground-problem", t("noKey"));
    keyField().focus();
    return;
  }
  const asked = el("div", { className: "asked" }, el("p", { className: "speaker" }, t("you")), question);
  at("conversation").append(asked);
  current = answer();
  busy(true);
  try {
    const open = await connected(key);
    questionField().value = "";
    open.send(
      JSON.stringify({ type: "response.create", model, input: question, previous_response_id: previous }),
    );
  } catch (failure) {
    const message = failure instanceof Refused && failure.status > 0 ? failure.message : t("offline");
    failed(t("refused") + ": " + message);
  }
}

/** @param {boolean} now */
function busy(now) {
  const hadFocus = document.activeElement === at("stop");
  at("stop").hidden = !now;
  at("send").hidden = now;
  if (hadFocus && !now) {
    questionField().focus();
  }
}

// --- the connection --------------------------------------------------------------------------

/** @param {string} key @returns {Promise<WebSocket>} */
async function connected(key) {
  if (socket?.readyState === WebSocket.OPEN && openedWith === key) {
    return socket;
  }
  socket?.close(1000);
  previous = null;
  const ticket = await ask("/admin/playground/tickets", {
    method: "POST",
    body: key === "" ? {} : { key },
  });
  const url = location.origin.replace(/^http/, "ws") + "/admin/playground";
  const made = new WebSocket(url, ticket.subprotocols);
  await new Promise((done, fail) => {
    made.onopen = done;
    made.onerror = () => fail(new Refused(0, "offline", ""));
  });
  made.onmessage = ({ data }) => receive(JSON.parse(data));
  made.onclose = () => {
    if (socket === made) {
      socket = null;
      if (current !== null) {
        failed(t("cut"));
      }
    }
  };
  socket = made;
  openedWith = key;
  return made;
}

/** @param {any} event one of the Responses API */
function receive(event) {
  const told = current;
  if (told === null) {
    return;
  }
  switch (event.type) {
    case "response.created":
      running = event.response.id;
      told.label = event.response.content_label ?? null;
      draw(told, false);
      break;
    case "response.output_text.delta":
      told.raw += event.delta;
      told.text.append(event.delta);
      break;
    case "response.completed":
    case "response.incomplete":
      previous = event.response.id;
      finished(told, event.response);
      break;
    case "response.failed":
    case "response.cancelled":
      finished(told, event.response);
      tell("playground-problem", event.response.error?.message ?? t("stopped"));
      break;
    case "error":
      failed(t("refused") + ": " + event.error.message);
      break;
    default:
      break; // What a reader of answers does not need.
  }
}

// --- answers ---------------------------------------------------------------------------------

/** @returns {Told} */
function answer() {
  const text = el("div", { className: "text" });
  const strip = el("div", { className: "label", role: "group", hidden: "" });
  const item = el(
    "div",
    { className: "told", "aria-busy": "true" },
    el("p", { className: "speaker" }, t("answer")),
    text,
    strip,
  );
  at("conversation").append(item);
  item.scrollIntoView({ block: "nearest" });
  return { item, text, strip, raw: "", label: null };
}

/** @param {Told} told @param {any} response */
function finished(told, response) {
  told.label = response.content_label ?? told.label;
  told.raw = response.output?.[0]?.content?.[0]?.text ?? told.raw;
  draw(told, true);
  over(told, response.status);
}

/** @param {string} message */
function failed(message) {
  if (current !== null) {
    if (current.raw === "") {
      current.item.remove();
    }
    over(current, "failed");
  }
  tell("playground-problem", message);
}

/** @param {Told} told @param {string} state */
function over(told, state) {
  told.item.setAttribute("aria-busy", "false");
  told.item.dataset.state = state;
  current = null;
  running = null;
  busy(false);
}

/**
 * The text, and under it who made it and who answers for it. A notice that is part of the text is
 * shown as the label's first line, where it would stand anyway: nobody reads it twice.
 * @param {Told} told
 * @param {boolean} whole
 */
function draw(told, whole) {
  const label = told.label;
  if (label === null) {
    return;
  }
  const { body, notice } = split(told.raw, label);
  if (whole) {
    told.text.textContent = body;
    const lang = /** @type {any} */ (label).language;
    if (["kk", "ru", "en"].includes(lang)) {
      told.text.lang = lang;
    }
  }
  told.strip.hidden = false;
  told.strip.setAttribute("aria-label", t("labelTitle"));
  told.strip.replaceChildren(
    el("p", { className: "sign" }, "✦ " + t("machine") + "\n" + notice),
    el("p", {}, t("labelHolder") + ": " + (label.holder?.[spoken()] ?? "–")),
    ...links(label),
    ...(whole ? [more(label), check(told, label)] : []),
  );
}

/**
 * @param {string} raw
 * @param {Label} label
 * @returns {{body: string, notice: string}}
 */
function split(raw, label) {
  for (const notice of Object.values(label.notice ?? {})) {
    const at = raw.lastIndexOf(notice);
    if (label.notice_policy === "append" && at >= 0) {
      return { body: raw.slice(0, at).trimEnd(), notice: raw.slice(at).trim() };
    }
    if (label.notice_policy === "prepend" && raw.startsWith(notice)) {
      return { body: raw.slice(notice.length).trimStart(), notice };
    }
  }
  return { body: raw, notice: label.notice?.[spoken()] ?? "" };
}

/** @param {Label} label */
function links(label) {
  return [
    [label.agreement_url, "labelAgreement"],
    [label.human_review_url, "labelReview"],
  ]
    .filter(([url]) => /^https?:\/\//.test(url ?? ""))
    .map(([url, text]) => el("p", {}, el("a", { href: url ?? "", rel: "noreferrer" }, t(text ?? ""))));
}

/** @param {Label} label */
function more(label) {
  return el(
    "details",
    {},
    el("summary", {}, t("labelMore")),
    facts([
      [t("factOwner"), label.owner?.[spoken()]],
      [t("factModel"), label.model],
      [t("factProduced"), label.produced_at],
      [t("factId"), label.id],
      [t("labelSigned"), t(label.jws ? "yes" : "no")],
      [t("factDevelopment"), label.development ? t("developmentLabel") : null],
    ]),
  );
}

/** @param {Told} told @param {Label} label */
function check(told, label) {
  const button = el("button", { type: "button", className: "plain" }, t("labelCheck"));
  button.addEventListener("click", () => void verifyAnswer(told.raw, label));
  return button;
}
