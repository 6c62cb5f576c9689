/** How far a painting is: a chart of stages as animators draw them, a bar, and words. */

import { hurry } from "../patience.js";
import { number, words } from "../words.js";
import { at, say, tell } from "./dom.js";
import { whatOf } from "./trouble.js";

/** The chart's marks, and the stages that lead from each to the next. */
const CHART = [
  ["chart_send", ["send"]],
  ["chart_wait", ["wait"]],
  ["chart_paint", ["decode", "stylise"]],
  ["chart_faces", ["detect", "paste"]],
  ["chart_finish", ["encode", "store"]],
];
/** Percentages of a job at which the marks lie. */
const JOB_MARKS = { 2: [0, 60], 3: [60, 85], 4: [85, 100] };

/** @param {(painting: import("../desk.js").Painting) => void} onCancel */
export function setUpProgress(desk, onCancel) {
  at("chart").replaceChildren(...CHART.map(() => document.createElement("li")));
  at("cancel").addEventListener("click", () => onCancel(desk.selected));
  at("hurry").addEventListener("click", hurry);
}

export function showProgress(painting) {
  const { stage, percent, waiting } = painting;
  const mark = CHART.findIndex(([, stages]) => stages.includes(stage));
  const share = shareOf(mark, percent);
  [...at("chart").children].forEach((item, index) => {
    say(item, words(CHART[index][0]));
    item.className = index < mark ? "past" : index === mark ? "now" : "";
  });
  if (share === null) at("bar").removeAttribute("value");
  else at("bar").value = (mark + share) / CHART.length;
  const doing = doingOf(painting);
  say(at("doing"), doing);
  say(at("percent"), percent === null || waiting ? "" : number(percent / 100, { style: "percent" }));
  at("hurry").hidden = !waiting;
  // Not the countdown: once is enough.
  tell(waiting ? whatOf(waiting.problem) : doing);
}

/** What is being done to a painting, in words. */
export function doingOf({ stage, waiting }) {
  if (!waiting) return words(`stage_${stage}`);
  if (waiting.seconds === null) return words("again_online");
  return words("again_in", { what: whatOf(waiting.problem), seconds: waiting.seconds });
}

/** How much of the way from this mark to the next is behind, 0 to 1; `null` if nobody knows. */
function shareOf(mark, percent) {
  if (percent === null) return null;
  const [from, to] = JOB_MARKS[mark] ?? [0, 100];
  return Math.min(1, Math.max(0, (percent - from) / (to - from)));
}
