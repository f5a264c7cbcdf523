/** Controls: a slider, a choice, a number, each with its label. */

import { cut } from "../text/format";
import type { Child } from "./render";
import { h, useId } from "./render";

/** A control below its label; `control` gets the id that the label names. */
export function Field({ label, title, control }: { label: string; title?: string | undefined; control: (id: string) => Child }) {
  const id = useId();
  return <div class="row"><label for={id} title={title}>{label}</label>{control(id)}</div>;
}

interface SliderProps {
  label: string;
  title?: string | undefined;
  min: number;
  max: number;
  step: number;
  value: number;
  text: (value: number) => string;
  onChange: (value: number) => void;
}

/** A slider over numbers. */
export function Range({ label, title, min, max, step, value, text, onChange }: SliderProps) {
  return (
    <Field label={label} title={title} control={(id) => [
      <input id={id} type="range" min={min} max={max} step={step} value={value} aria-valuetext={text(value)} onInput={(event) => onChange(Number(event.currentTarget.value))} />,
      <output for={id}>{text(value)}</output>,
    ]} />
  );
}

/** A slider over given values; a value that is none of them is shown, and the slider is at its neighbour. */
export function Steps<T extends number | string>({ label, values, value, text, onChange }: {
  label: string; values: readonly T[]; value: T; text: (value: T) => string; onChange: (value: T) => void;
}) {
  const at = nearest(values, value);
  return <Range label={label} min={0} max={values.length - 1} step={1} value={at} text={(k) => text(k === at ? value : values[k]!)} onChange={(k) => onChange(values[k]!)} />;
}

/** A choice among values, each with its text. */
export function Select({ options, value, onChange, ...attributes }: {
  options: readonly (readonly [string, string])[]; value: string; onChange: (value: string) => void; id?: string; "aria-label"?: string;
}) {
  return (
    <select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([key, text]) => <option value={key} key={key}>{text}</option>)}
    </select>
  );
}

/** Return the options for levels of a category, by their number. */
export function optionsOf(levels: readonly string[]): (readonly [string, string])[] {
  return levels.map((level, k) => [String(k), cut(level)]);
}

export function Choice<T extends string>({ label, names, value, onChange }: {
  label: string; names: Readonly<Partial<Record<T, string>>>; value: T; onChange: (value: T) => void;
}) {
  return <Field label={label} control={(id) => <Select id={id} options={Object.entries<string>(names as Record<T, string>)} value={value} onChange={(name) => onChange(name as T)} />} />;
}

export function Whole({ label, value, min, max, empty, onChange }: {
  label: string; value: number | null; min: number; max: number; empty?: string; onChange: (value: number | null) => void;
}) {
  const read = (field: HTMLInputElement) => {
    const number = Math.round(Number(field.value));
    if (field.value === "" && empty !== undefined) onChange(null);
    else if (field.value !== "" && Number.isFinite(number)) onChange(Math.max(min, Math.min(max, number)));
    field.value = value === null ? "" : String(value);
  };
  return <Field label={label} control={(id) => <input id={id} class="wide" type="number" inputMode="numeric" min={min} max={max} step={1} placeholder={empty ?? ""} value={value ?? ""} onChange={(event) => read(event.currentTarget)} />} />;
}

export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label class="check"><input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /><span>{label}</span></label>
  );
}

export function Fold({ title, summary, children }: { title: string; summary: string; children?: Child }) {
  return <details><summary><b>{title}</b><span title={summary}>{summary}</span></summary>{children}</details>;
}

/** Return the place of the value, or of the number nearest to it. */
function nearest<T extends number | string>(values: readonly T[], value: T): number {
  const exact = values.indexOf(value);
  if (exact >= 0) return exact;
  const away = (other: T) => (typeof other === "number" ? Math.abs(other - Number(value)) : Infinity);
  return values.reduce((best, other, k) => (away(other) < away(values[best]!) ? k : best), 0);
}
