// Figures as text.
const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(unit ? 1 : 0)} ${units[unit]}`;
}

export function time(ns) {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(2)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(2)} ms`;
  if (ns >= 1e3) return `${(ns / 1e3).toFixed(1)} µs`;
  return `${ns.toFixed(0)} ns`;
}

export function count(value) {
  return value.toLocaleString("en");
}

export function share(part, whole) {
  return `${(100 * part / (whole || 1)).toFixed(1)} %`;
}

// Of a time in ns since 1970.
export function clock(ns) {
  return new Date(ns / 1e6).toLocaleTimeString();
}

// Of nothing there is no mean.
export function mean(sum, of) {
  return of ? time(sum / of) : "";
}
