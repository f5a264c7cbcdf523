/** Icons as paths in a square of 20 */

import { h } from "./render";

const PATHS = {
  again: "M4 4v4.5h4.5M4.5 8.5A6.5 6.5 0 1 1 3.6 11.5",
  back: "M13 5 7 10l6 5zM5 5v10",
  on: "m7 5 6 5-6 5zM15 5v10",
  batch: "m6 6 5 4-5 4zM14 8v4",
  play: "M6 3.5v13L16.5 10z",
  pause: "M5 3.5h3.5v13H5zM11.5 3.5H15v13h-3.5z",
  export: "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M3.5 15.5h13",
  theme: "M16 12.5A7 7 0 0 1 7.5 4a7 7 0 1 0 8.5 8.5z",
  link: "M8.5 11.5 11.5 8.5M7 9 4.8 11.2a3.1 3.1 0 0 0 4.4 4.4L11.4 13.4M13 11l2.2-2.2a3.1 3.1 0 0 0-4.4-4.4L8.6 6.6",
  undo: "M7 4 3.5 7.5 7 11M3.5 7.5H12a4 4 0 0 1 0 8H8",
  redo: "m13 4 3.5 3.5L13 11M16.5 7.5H8a4 4 0 0 0 0 8h4",
  close: "m5 5 10 10M15 5 5 15",
  lock: "M5.5 9h9v7.5h-9zM7 9V6.5a3 3 0 0 1 6 0V9",
  unlock: "M5.5 9h9v7.5h-9zM7 9V6.5a3 3 0 0 1 5.8-1",
  keep: "M5.5 3.5h9v13l-4.5-3.2-4.5 3.2z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return <svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d={PATHS[name]} /></svg>;
}

export function Brand() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="6.5" cy="8" r="4" fill="var(--c0)" /><circle cx="17.5" cy="16" r="4" fill="var(--c1)" />
      <path d="M4 20C10 20 14 4 20 4" fill="none" stroke="var(--ink)" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  );
}
