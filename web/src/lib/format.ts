import { format } from 'd3-format';

const grouped = format(',d');
const signed = format('+.3r');
const three = format('.3r');
const trimmed = format('.3~r');
const tenths = format('.1f');

/** 12345 → 12,345 */
export const count = (value: number): string => grouped(value);

/** 0.8731 → 87.3 %; a share that isn't whole never prints as 100.0 or 0.0. */
export function percent(share: number): string {
  if (share > 0.9994 && share < 1) return '> 99.9 %';
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  return `${tenths(share * 100)} %`;
}

/** A score with its sign and three significant digits; far from 1 as a power of ten. */
export function score(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return format('+.2e')(value);
  return signed(value);
}

/** Three significant digits. */
export const number = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6 ? format('.2e')(value) : three(value);

/** A round value on an axis: no trailing zeros. */
export const axis = (value: number): string => trimmed(value);

/** 95.2 → 1 min 35 s */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? tenths(seconds) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** 2,411,724 → 2.4 MB */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : tenths(value)} ${units[unit]}`;
}

const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/** An ISO time in the reader's time zone. */
export const when = (iso: string): string => moment.format(new Date(iso)).replace(',', ' ·');

/** “1 mistake”, “2 mistakes” */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
