/** Controls: a slider over steps, a choice, a number. */

import type { Child } from "./render";
import { h, useId } from "./render";

/** A slider over given values; a value that is none of them is shown, and the slider is beside it. */
export function Steps<T extends number | string>({ label, values, value, text, onChange }: {
  label: string; values: readonly T[]; value: T; text: (value: T) => string; onChange: (value: T) => void;
}) {
  const id = useId();
  const exact = values.indexOf(value);
  const at = exact >= 0 ? exact : nearest(values, value);
  return (
    <div class="row">
      <label for={id}>{label}</label>
      <input id={id} type="range" min={0} max={values.length - 1} step={1} value={at} aria-valuetext={text(value)}
        onInput={(event) => onChange(values[Number(event.currentTarget.value)]!)} />
      <output for={id}>{text(value)}</output>
    </div>
  );
}

/** A slider over numbers. */
export function Range({ label, min, max, step, value, text, onChange }: {
  label: string; min: number; max: number; step: number; value: number; text: (value: number) => string; onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div class="row">
      <label for={id}>{label}</label>
      <input id={id} type="range" min={min} max={max} step={step} value={value} aria-valuetext={text(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))} />
      <output for={id}>{text(value)}</output>
    </div>
  );
}

export function Choice<T extends string>({ label, names, value, onChange }: {
  label: string; names: Readonly<Partial<Record<T, string>>>; value: T; onChange: (value: T) => void;
}) {
  const id = useId();
  return (
    <div class="row">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {Object.entries<string | undefined>(names).map(([key, name]) => <option value={key} key={key} selected={key === value}>{name}</option>)}
      </select>
    </div>
  );
}

export function Whole({ label, value, min, max, empty, onChange }: {
  label: string; value: number | null; min: number; max: number; empty?: string; onChange: (value: number | null) => void;
}) {
  const id = useId();
  return (
    <div class="row">
      <label for={id}>{label}</label>
      <input id={id} class="wide" type="number" inputMode="numeric" min={min} max={max} step={1} placeholder={empty ?? ""} value={value ?? ""}
        onChange={(event) => {
          const text = event.currentTarget.value;
          const number = Math.round(Number(text));
          if (text === "" && empty !== undefined) onChange(null);
          else if (text !== "" && Number.isFinite(number)) onChange(Math.max(min, Math.min(max, number)));
          event.currentTarget.value = value === null ? "" : String(value);
        }} />
    </div>
  );
}

export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="check"><input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /><span>{label}</span></label>
  );
}

export function Fold({ title, summary, children }: { title: string; summary: string; children: Child }) {
  return <details><summary><b>{title}</b><span title={summary}>{summary}</span></summary>{children}</details>;
}

function nearest<T extends number | string>(values: readonly T[], value: T): number {
  if (typeof value !== "number") return values.length - 1;
  let best = 0;
  values.forEach((other, k) => {
    const now = values[best]!;
    if (typeof other === "number" && (typeof now !== "number" || Math.abs(other - value) < Math.abs(now - value))) best = k;
  });
  return best;
}
