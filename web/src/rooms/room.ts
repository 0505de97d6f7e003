// What a room is: a folder here with a `room.ts`, one page, and the part of the address it understands.
import type { Component } from 'svelte';
import type { IconName } from '../parts/Icon.svelte';

export interface Room {
  title: string;
  icon: IconName;
  /** Place in the rail, from the top. */
  order: number;
  /** `g` followed by this letter leads here. */
  letter: string;
  /** The address, with `{name}` for a part that varies: `/r/{run}/example/{split}/{index}`. */
  pattern: string;
  page: Component<{ parameters: Record<string, string> }>;
  /** Keys of the query this room understands, each with a test of its value. */
  query: Record<string, (value: string) => boolean>;
  /** Where the rail leads to, given the chosen run; null while that is unknown. */
  entrance: (run: string | null) => string | null;
}

/** Sentences about the parts of a query that a room doesn't understand; they are ignored. */
export function noticesOf(room: Room, query: URLSearchParams): string[] {
  const notices: string[] = [];
  for (const [key, value] of query) {
    const test = room.query[key];
    if (!test) notices.push(`The address has a key “${key}” that this page doesn’t know; it is ignored.`);
    else if (!test(value)) notices.push(`The address gives “${key}” the value “${value}”, which isn’t possible; the default is used.`);
  }
  return notices;
}

/** The value of a key when the room accepts it, otherwise null. */
export function accepted(room: Room, query: URLSearchParams, key: string): string | null {
  const value = query.get(key);
  return value !== null && room.query[key]?.(value) ? value : null;
}
