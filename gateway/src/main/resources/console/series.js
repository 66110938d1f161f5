/** The live charts: the engine from its samples, agencies from what was asked each second. */
import { chart } from "./charts.js";
import { at } from "./dom.js";
import { number, spoken, t } from "./texts.js";

/** What is kept: five minutes, as the server does. */
const KEPT = 300;
/** Agencies with a line of their own; all others are one. */
const AGENCIES = 6;

/**
 * @typedef {{p50: number, p95: number, p99: number} | null} Percentiles seconds
 * @typedef {object} Sample
 * @property {number} at seconds since 1970
 * @property {number} output_tokens
 * @property {number} prompt_tokens
 * @property {number} running
 * @property {number} waiting
 * @property {number} batch
 * @property {number} kv
 * @property {Percentiles} first_token
 * @property {Percentiles} token_gap
 */

/** @type {Sample[]} */
let samples = [];
/** @type {Record<string, import("./charts.js").Chart>} */
let charts = {};
/** @type {ByAgency} */
let waiting;
/** @type {ByAgency} */
let quota;

/** Makes the charts. */
export function startSeries() {
  const parent = at("charts");
  const unit = (/** @type {string} */ name, digits = 0) => (/** @type {number | null} */ value) =>
    value === null ? "–" : number(value, digits) + (name === "" ? "" : "\u00a0" + t(name));
  const plain = (/** @type {number | null} */ value) => number(value, 3);
  const percentiles = ["p50", "p95", "p99"];
  const share = unit("percent", 1);
  charts = {
    throughput: chart(parent, "throughput", ["outputTokens", "promptTokens"], unit("perSecond"), plain),
    ttft: chart(parent, "ttft", percentiles, unit("seconds", 2), plain),
    itl: chart(parent, "itl", percentiles, unit("milliseconds", 1), plain),
    batch: chart(parent, "batch", ["batchRows", "running", "queued"], unit("", 1), plain),
    kv: chart(parent, "kv", ["kvUsed"], share, share, 100),
  };
  const slots = Array.from({ length: AGENCIES + 1 }, () => "");
  waiting = new ByAgency(chart(parent, "waiting", slots, unit(""), plain), (all) =>
    all.reduce((sum, one) => sum + one, 0));
  quota = new ByAgency(chart(parent, "quota", slots, share, share, 100), (all) => Math.max(...all));
}

/**
 * @param {Sample[]} more later than those that are here
 * @param {boolean} anew whether they are all there are
 */
export function showSeries(more, anew) {
  if (more.length === 0) {
    return;
  }
  samples = (anew ? more : samples.concat(more)).slice(-KEPT);
  const times = samples.map((sample) => sample.at);
  /** @param {(sample: Sample) => number | null | undefined} value */
  const line = (value) => samples.map((sample) => value(sample) ?? null);
  charts.throughput.show([times, line((s) => s.output_tokens), line((s) => s.prompt_tokens)]);
  charts.ttft.show([
    times,
    line((s) => s.first_token?.p50),
    line((s) => s.first_token?.p95),
    line((s) => s.first_token?.p99),
  ]);
  /** @param {number | undefined} seconds */
  const millis = (seconds) => (seconds === undefined ? null : seconds * 1000);
  charts.itl.show([
    times,
    line((s) => millis(s.token_gap?.p50)),
    line((s) => millis(s.token_gap?.p95)),
    line((s) => millis(s.token_gap?.p99)),
  ]);
  charts.batch.show([
    times,
    line((s) => s.batch),
    line((s) => s.running),
    line((s) => s.waiting),
  ]);
  charts.kv.show([times, line((s) => s.kv * 100)]);
}

/** @param {Array<{agency: string, requests: number}>} now those that wait for their first token */
export function showWaiting(now) {
  waiting.add(new Map(now.map(({ agency, requests }) => [agency, requests])));
}

/**
 * How full the fullest window of each agency is.
 * @param {import("./agencies.js").Agency[]} agencies
 */
export function showQuota(agencies) {
  quota.add(
    new Map(
      agencies.flatMap(({ id, name, windows }) => {
        const shares = (windows ?? [])
          .filter((window) => window.limit)
          .map(({ settled, reserved, limit }) => ((settled + reserved) / (limit ?? 1)) * 100);
        return shares.length === 0 ? [] : [[name[spoken()] || id, Math.max(...shares)]];
      }),
    ),
  );
}

/** A line for each of the first agencies that have something to show, and one for all others. */
class ByAgency {
  /**
   * @param {import("./charts.js").Chart} chart
   * @param {(values: number[]) => number} join what several agencies are together
   */
  constructor(chart, join) {
    this.chart = chart;
    this.join = join;
    /** @type {string[]} */
    this.names = [];
    /** @type {Array<{at: number, values: Map<string, number>}>} */
    this.rows = [];
  }

  /** @param {Map<string, number>} values of now, by agency */
  add(values) {
    const largest = [...values].sort(([, a], [, b]) => b - a);
    for (const [name] of largest) {
      if (this.names.length < AGENCIES && !this.names.includes(name)) {
        this.names.push(name);
      }
    }
    this.rows.push({ at: Date.now() / 1000, values });
    this.rows = this.rows.slice(-KEPT);
    const lines = this.names.map((name) => this.rows.map((row) => row.values.get(name) ?? 0));
    const none = this.rows.map(() => null);
    const rest = this.rows.map(({ values: row }) => {
      const others = [...row].filter(([name]) => !this.names.includes(name)).map(([, one]) => one);
      return others.length === 0 ? null : this.join(others);
    });
    while (lines.length < AGENCIES) {
      lines.push(/** @type {any} */ (none));
    }
    const names = Array.from({ length: AGENCIES }, (_, i) => this.names[i] ?? "");
    const hasRest = rest.some((one) => one !== null);
    this.chart.show(
      [this.rows.map((row) => row.at), ...lines, rest],
      [...names, hasRest ? t("otherAgencies") : ""],
    );
  }
}
