/** One chart by uPlot, with its latest values in words beside it. */
import uPlot from "./uplot.js";
import { el, put } from "./dom.js";
import { clock, onLanguage, t } from "./texts.js";
import { colour, onColours } from "./theme.js";

const HEIGHT = 170;
/** Lines are told apart by colour and by pattern. */
const PATTERNS = [[], [8, 4], [2, 3], [], [8, 4], [2, 3], []];
const STYLES = ["", "dash", "dot", "", "dash", "dot", ""];

/**
 * @typedef {object} Chart
 * @property {(data: Array<Array<number | null>>, names?: string[]) => void} show times in seconds
 *     since 1970, then a list for each line; names, where lines have no text of their own
 */

/**
 * A new chart at the end of an element.
 * @param {HTMLElement} parent
 * @param {string} title a text's key
 * @param {string[]} lines texts' keys; empty ones are named by the data
 * @param {(value: number | null) => string} format of values, with their unit
 * @param {(value: number | null) => string} mark of marks at the axis, which are short
 * @param {number} [top] end of the scale; without one it follows the data
 * @returns {Chart}
 */
export function chart(parent, title, lines, format, mark, top) {
  const id = "chart-" + title;
  const plot = el("div", { className: "plot", role: "img", "aria-labelledby": id });
  const values = el("dl");
  const none = el("p", { className: "hint", "data-t": "noData" });
  parent.append(
    el("figure", { className: "chart", id: "figure-" + title },
      el("figcaption", { id, "data-t": title }), none, values, plot),
  );
  /** @type {string[]} */
  let names = lines.map((line) => line);
  /** @type {Array<Array<number | null>>} */
  let data = [[], ...lines.map(() => [])];
  const drawing = new uPlot(
    options(lines.length, mark, top),
    /** @type {any} */ (data),
    plot,
  );
  const words = lines.map((_, i) => row(values, i));

  const tell = () => {
    none.hidden = data.slice(1).some((line) => line.some((value) => value !== null));
    values.hidden = !none.hidden;
    words.forEach(({ line, term, value }, i) => {
      const name = lines[i] === "" ? names[i] : t(lines[i]);
      line.hidden = name === "" || name === undefined;
      put(term, name ?? "");
      put(value, format(data[i + 1].at(-1) ?? null));
    });
  };
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0) {
      drawing.setSize({ width: contentRect.width, height: HEIGHT });
    }
  }).observe(plot);
  onColours(() => drawing.redraw(false, true));
  onLanguage(() => {
    tell();
    drawing.redraw(false, true);
  });
  return {
    show(next, called) {
      data = next;
      names = called ?? names;
      drawing.setData(/** @type {any} */ (data));
      tell();
    },
  };
}

/** @param {HTMLElement} values @param {number} i */
function row(values, i) {
  const term = el("dt");
  const value = el("dd");
  const line = el(
    "div",
    {},
    el("span", { className: `line c${i + 1} ${STYLES[i]}`, "aria-hidden": "true" }),
    term,
    value,
  );
  values.append(line);
  return { line, term, value };
}

/**
 * @param {number} lines
 * @param {(value: number | null) => string} mark
 * @param {number | undefined} top
 * @returns {uPlot.Options}
 */
function options(lines, mark, top) {
  const axis = {
    stroke: () => colour("--soft"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { stroke: () => colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width: 320,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true },
      y: {
        range: {
          min: { hard: 0, soft: 0, mode: 1 },
          max: { soft: top ?? 0.001, mode: 1, pad: top ? 0 : 0.1 },
        },
      },
    },
    axes: [
      { ...axis, size: 28, space: 90, values: (_, times) => times.map(clock) },
      { ...axis, size: 56, values: (_, marks) => marks.map(mark) },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, i) => ({
        stroke: () => colour(`--c${i + 1}`),
        width: 2,
        dash: PATTERNS[i],
        points: { show: false },
      })),
    ],
  };
}
