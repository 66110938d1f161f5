"use strict";
const at = (id) => document.getElementById(id);
let language = "kk";
let model = "";
let abort = null;

// --- languages -------------------------------------------------------------------------------

for (const element of document.querySelectorAll("[data-t]")) {
  TEXTS.kk[element.dataset.t] = element.textContent;
}
for (const element of document.querySelectorAll("[data-tp]")) {
  TEXTS.kk[element.dataset.tp] = element.placeholder;
}

const text = (key) => TEXTS[language][key];

function speak(chosen) {
  language = chosen in TEXTS ? chosen : "kk";
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = text(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-tp]")) {
    element.placeholder = text(element.dataset.tp);
  }
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === language));
  }
  at("curl").textContent = curl();
}

function curl() {
  const body = JSON.stringify({
    model: model || "kaz-mini",
    stream: true,
    messages: [{ role: "user", content: text("curlQuestion") }],
  });
  return (
    "curl -N " + location.origin + "/v1/chat/completions \\\n" +
    '  -H "Authorization: Bearer $QAQPA_KEY" \\\n' +
    '  -H "Content-Type: application/json" \\\n' +
    "  -d '" + body + "'"
  );
}

// --- asking ----------------------------------------------------------------------------------

async function ask(question, key) {
  abort = new AbortController();
  const clock = { sent: performance.now(), first: 0, last: 0, events: 0, counted: -1 };
  begin();
  try {
    const headers = { Authorization: "Bearer " + key, "Content-Type": "application/json" };
    if (!model) {
      model = await firstModel(headers);
      clock.sent = performance.now();
    }
    const response = await fetch("v1/chat/completions", {
      method: "POST",
      headers,
      signal: abort.signal,
      body: JSON.stringify({
        model,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: "user", content: question }],
      }),
    });
    await requireOk(response);
    at("disclosure").firstChild.textContent = response.headers.get("AI-Disclosure") || "–";
    await read(response.body, (data) => take(JSON.parse(data), clock));
    report(clock);
  } catch (failure) {
    fail(failure);
  } finally {
    end();
  }
}

async function firstModel(headers) {
  const response = await fetch("v1/models", { headers, signal: abort.signal });
  await requireOk(response);
  return (await response.json()).data[0].id;
}

async function requireOk(response) {
  if (response.ok) {
    return;
  }
  if (response.status === 401) {
    throw new Error(text("badKey"));
  }
  let detail = "";
  try {
    detail = (await response.json()).error.message;
  } catch {
    // Not the gateway's own answer: the status alone has to do.
  }
  throw new Error(text("refused") + " (" + response.status + ")" + (detail ? ": " + detail : ""));
}

// Reads server-sent events: lines decoded whole, so that no letter is split between two reads.
async function read(body, onData) {
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line.startsWith("data:")) {
        data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
      } else if (line === "" && data.length > 0) {
        const event = data.join("\n");
        data = [];
        if (event === "[DONE]") {
          await reader.cancel();
          return;
        }
        onData(event);
      }
    }
    if (done) {
      throw new Error(text("cut"));
    }
  }
}

function take(chunk, clock) {
  if (chunk.error) {
    throw new Error(text("refused") + ": " + chunk.error.message);
  }
  if (chunk.usage) {
    clock.counted = chunk.usage.completion_tokens;
  }
  // The label of a whole answer: unless the page has promised to, the answer says it itself.
  if (chunk.content_label?.content) {
    at("notice").hidden = chunk.content_label.notice_policy !== "client";
  }
  const content = chunk.choices?.[0]?.delta?.content;
  if (content) {
    clock.last = performance.now();
    if (clock.events++ === 0) {
      clock.first = clock.last;
      at("answer").textContent = "";
      at("answer").classList.remove("waiting");
    }
    at("answer").append(content);
  }
}

// --- what the page shows ---------------------------------------------------------------------

function begin() {
  at("problem").hidden = true;
  at("notice").hidden = false;
  at("result").hidden = false;
  at("answer").textContent = text("thinking");
  at("answer").classList.add("waiting");
  at("answer").setAttribute("aria-busy", "true");
  at("answer").dataset.state = "streaming";
  for (const id of ["ttft", "speed", "tokens"]) {
    at(id).textContent = "–";
  }
  at("disclosure").firstChild.textContent = "–";
  at("send").hidden = true;
  at("stop").hidden = false;
}

function report(clock) {
  const tokens = clock.counted >= 0 ? clock.counted : clock.events;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const seconds = (clock.last - clock.first) / 1000;
  at("tokens").textContent = number.format(tokens);
  if (clock.events > 0) {
    at("ttft").textContent = number.format(clock.first - clock.sent) + " " + text("ms");
  }
  if (tokens > 1 && seconds > 0) {
    at("speed").textContent = number.format((tokens - 1) / seconds) + " " + text("perSecond");
  }
  at("answer").dataset.state = "done";
}

function fail(failure) {
  const waiting = at("answer").classList.contains("waiting");
  at("answer").dataset.state = "failed";
  at("result").hidden = waiting;
  const message =
    failure.name === "AbortError"
      ? text("stopped")
      : failure instanceof TypeError
        ? text("offline")
        : failure.message;
  show(message);
}

function show(message) {
  at("problem").textContent = message;
  at("problem").hidden = false;
}

function end() {
  abort = null;
  const hadFocus = document.activeElement === at("stop");
  at("answer").setAttribute("aria-busy", "false");
  at("stop").hidden = true;
  at("send").hidden = false;
  if (hadFocus) {
    at("send").focus();
  }
  at("curl").textContent = curl();
}

// --- events ----------------------------------------------------------------------------------

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = at("question").value.trim();
  const key = at("key").value.trim();
  if (abort) {
    return;
  }
  if (!question) {
    show(text("noQuestion"));
    at("question").focus();
  } else if (!/^[\x21-\x7e]+$/.test(key)) {
    show(text("noKey"));
    at("key").focus();
  } else {
    ask(question, key);
  }
});

at("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at("form").requestSubmit();
  }
});

at("stop").addEventListener("click", () => abort?.abort());

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    abort?.abort();
  }
});

for (const button of document.querySelectorAll(".examples button")) {
  button.addEventListener("click", () => {
    at("question").value = button.textContent;
    if (at("key").value.trim()) {
      at("form").requestSubmit();
    } else {
      at("key").focus();
    }
  });
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    history.replaceState(null, "", "#" + button.dataset.lang);
    speak(button.dataset.lang);
  });
}

window.addEventListener("hashchange", () => speak(location.hash.slice(1)));
speak(location.hash.slice(1));
