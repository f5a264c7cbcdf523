/** Icons as paths in a square of 20. */

import { h } from "./render";

const PATHS = {
  again: "M4 4v4.5h4.5M4.5 8.5A6.5 6.5 0 1 1 3.6 11.5",
  back: "M13 5 7 10l6 5zM5 5v10",
  on: "m7 5 6 5-6 5zM15 5v10",
  batch: "m6 6 5 4-5 4zM14 8v4",
  play: "M6.500 3.700v12.600a.7.7 0 0 0 1.070.6l9.600-6.300a.7.7 0 0 0 0-1.200L7.570 3.100a.7.7 0 0 0-1.070.6z",
  pause: "M5.500 3.500h2.400a.9.9 0 0 1 .9.9v11.200a.9.9 0 0 1-.9.9H5.500a.9.9 0 0 1-.9-.9V4.400a.9.9 0 0 1 .9-.9zM12.100 3.500h2.400a.9.9 0 0 1 .9.9v11.200a.9.9 0 0 1-.9.9h-2.400a.9.9 0 0 1-.9-.9V4.400a.9.9 0 0 1 .9-.9z",
  export: "M10 3v9m0 0 3.5-3.5M10 12 6.500 8.500M3.500 15.500h13",
  theme: "M16 12.500A7 7 0 0 1 7.500 4a7 7 0 1 0 8.500 8.500z",
  link: "M8.500 11.500 11.500 8.500M7 9 4.800 11.200a3.100 3.100 0 0 0 4.400 4.400L11.400 13.400M13 11l2.200-2.200a3.100 3.100 0 0 0-4.400-4.400L8.600 6.600",
  undo: "M7 4 3.500 7.500 7 11M3.500 7.500H12a4 4 0 0 1 0 8H8",
  close: "m5 5 10 10M15 5 5 15",
  lock: "M5.500 9h9v7.500h-9zM7 9V6.500a3 3 0 0 1 6 0V9",
  unlock: "M5.500 9h9v7.500h-9zM7 9V6.500a3 3 0 0 1 5.800-1",
  keep: "M5.500 3.500h9v13l-4.500-3.200-4.500 3.200z",
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
