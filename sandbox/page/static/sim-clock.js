// @ts-check
import { el } from "./dom.js";

/**
 * The simulated time between two readings from the server, and everything on the page that shows it.
 * @typedef {ReturnType<typeof createSimClock>} SimClock
 */
export function createSimClock() {
  let baseMs = Date.now();
  let readAt = performance.now();
  let speed = 1;

  const now = () => baseMs + (performance.now() - readAt) * speed;

  return {
    /** @param {{ simulatedNow: string, speed: number }} reading */
    sync(reading) {
      const parsed = Date.parse(reading.simulatedNow);
      if (Number.isNaN(parsed)) return;
      baseMs = parsed;
      readAt = performance.now();
      speed = reading.speed;
    },
    /** Milliseconds since 1970. */
    now,
    speed: () => speed,
    /**
     * A time in a message, kept up to date by {@link tick}.
     * @param {number} unixSeconds
     * @param {string} format as in the Bot API: "r", or a mix of w, d/D and t/T
     */
    timeElement(unixSeconds, format) {
      const at = new Date(unixSeconds * 1000);
      const time = el("time", { datetime: at.toISOString(), title: at.toLocaleString() });
      if (format === "r") {
        time.dataset.relative = String(unixSeconds);
        // Screen readers must not read out a countdown each second.
        time.setAttribute("role", "timer");
        time.append(relative(unixSeconds * 1000 - now()));
      } else {
        time.append(absolute(at, format));
      }
      return time;
    },
    /** Brings every relative time on the page up to date. */
    tick() {
      for (const time of document.querySelectorAll("time[data-relative]")) {
        if (!(time instanceof HTMLElement)) continue;
        const text = relative(Number(time.dataset.relative) * 1000 - now());
        if (time.firstChild instanceof Text && time.firstChild.data !== text) time.firstChild.data = text;
      }
    },
  };
}

const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });
/** @type {[number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
];

/** @param {number} ms until then; negative when it is past */
function relative(ms) {
  for (const [size, unit] of UNITS) {
    if (Math.abs(ms) >= size) return relativeFormat.format(Math.trunc(ms / size), unit);
  }
  return relativeFormat.format(Math.trunc(ms / 1000), "second");
}

/**
 * @param {Date} at
 * @param {string} format
 */
function absolute(at, format) {
  /** @type {string[]} */
  const parts = [];
  if (format.includes("w")) parts.push(at.toLocaleDateString(undefined, { weekday: "long" }));
  if (format.includes("d")) parts.push(at.toLocaleDateString(undefined, { dateStyle: "short" }));
  if (format.includes("D")) parts.push(at.toLocaleDateString(undefined, { dateStyle: "long" }));
  if (format.includes("t")) parts.push(at.toLocaleTimeString(undefined, { timeStyle: "short" }));
  if (format.includes("T")) parts.push(at.toLocaleTimeString(undefined, { timeStyle: "medium" }));
  return parts.length > 0 ? parts.join(", ") : at.toLocaleString();
}

/**
 * "14:02" in the visitor's time zone.
 * @param {number} ms
 */
export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/**
 * "14:02:09" in the visitor's time zone.
 * @param {number} ms
 */
export function preciseTime(ms) {
  return new Date(ms).toLocaleTimeString(undefined, { timeStyle: "medium", hourCycle: "h23" });
}
