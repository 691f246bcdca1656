/* Figures as people read them. What was not measured says so. */

export const UNMEASURED = 'not measured yet';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

export const count = (value: number): string => whole.format(value);

export const rate = (value: number): string =>
  value >= 100 ? whole.format(value) : three.format(value);

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [scaled, unit] = [value, 0];
  for (; scaled >= 999.5 && unit < units.length - 1; unit += 1) scaled /= 1000;
  return `${three.format(scaled)} ${units[unit] ?? ''}`;
}

export function microseconds(value: number): string {
  if (value < 999.5) return `${three.format(value)} µs`;
  return milliseconds(value / 1e3);
}

export function milliseconds(value: number): string {
  if (value < 999.5) return `${three.format(value)} ms`;
  const seconds = value / 1e3;
  return seconds < 120 ? `${three.format(seconds)} s` : `${three.format(seconds / 60)} min`;
}

/** Near 100% each further digit matters: 99.95% is not 100%. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value}%`;
  const digits = value > 99 || value < 1 ? 2 : 1;
  return `${Math.min(Math.max(value, 0.01), 99.99).toFixed(digits)}%`;
}

export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1e3));
  if (seconds < 5) return 'just now';
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

export const moment = (at: number): string => clock.format(at);
