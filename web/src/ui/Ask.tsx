/** Ask: a form for one row, and what the network predicts for it. */

import { h, useState } from "./render";
import { DAY, partOf, writeColumn } from "../state/inputs";
import type { Dataset, InputColumn } from "../state/types";
import { cut, percent, short, shownName } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { Field, optionsOf, Select } from "./controls";
import { useApp, useDataset, useVersion } from "./stage";

export function Ask() {
  const dataset = useDataset();
  // Another data set is another form.
  return <AskForm key={dataset.key.slice(0, 80) + dataset.nIn} dataset={dataset} />;
}

/** What a field holds: its text, and the number, the level or the seconds since 1970 that it means; NaN if it is empty. */
interface Entry {
  readonly text: string | number;
  readonly value: number;
}

function AskForm({ dataset }: { dataset: Dataset }) {
  const { session } = useApp();
  const fields = fieldsOf(dataset);
  const [entries, setEntries] = useState<readonly Entry[]>(() => fields.map(firstEntry));
  useVersion();
  const set = (k: number, text: string, value: number) => setEntries(entries.map((old, j) => (j === k ? { text, value } : old)));
  const inputs = new Float64Array(dataset.nIn);
  const lacking = fields.filter((columns, k) => columns.map((column) => {
    const { code, date, gap } = column, { value } = entries[k]!;
    const known = Number.isNaN(value) && !code ? gap : date ? partOf(date, value) : value;
    writeColumn(column, known, inputs);
    return Number.isNaN(known) && !code;
  }).includes(true));
  const { outputs } = session.trace(inputs);
  return (
    <div class="ask">
      <p class="q">{Label.AskIntro}</p>
      {fields.map((columns, k) => {
        const { kind, levels } = columns[0]!, name = nameOf(columns[0]!), { text } = entries[k]!;
        return <Field key={name} title={name} label={shownName(cut(name, 30))} control={(id) => (kind === "number"
          ? <input id={id} type={typeOf(columns)} step="any" value={text} onInput={({ currentTarget: { value, valueAsNumber } }) => set(k, value, columns[0]!.date ? valueAsNumber / 1000 : valueAsNumber)} />
          : <Select id={id} options={[...optionsOf(levels), ["", Label.Empty]]} value={String(text)} onChange={(level) => set(k, level, level ? Number(level) : NaN)} />)} />;
      })}
      <div class="bars" role="group" aria-label={Label.AskResult}>
        {lacking.length
          ? <p>{PHRASES.noAnswer(lacking.map(([column]) => cut(nameOf(column!), 30)).join(", "))}</p>
          : dataset.task === "regression"
            ? <p><b>{dataset.targetName}</b> = <b class="num">{short(outputs[0]!, 4)}</b></p>
            : dataset.classNames.map((name, k) => <div><span title={name}>{cut(name, 24)}</span><i style={{ "--c": `var(--c${k % 10})`, width: `${100 * outputs[k]!}%` }} /><output>{percent(outputs[k]!)}</output></div>)}
      </div>
    </div>
  );
}

function nameOf({ date, name }: InputColumn): string {
  return date ? date[0] : name;
}

/** Return the columns of each field: one, or the parts of a date. */
function fieldsOf({ columns }: Dataset): InputColumn[][] {
  const fields = new Map<string, InputColumn[]>();
  for (const column of columns) fields.set(nameOf(column), [...(fields.get(nameOf(column)) ?? []), column]);
  return [...fields.values()];
}

/** Return the type of a field: of dates, with the time if one of them has a time. */
function typeOf(columns: readonly InputColumn[]): string {
  const { date } = columns[0]!;
  if (!date) return "number";
  if (date[1] === "time") return date[1];
  return columns.some(({ date: part, values }) => part![1] === "hour" || (part![1] === "days" && values.some((days) => (days * DAY + part![2]) % DAY > 0))) ? "datetime-local" : "date";
}

/** Return what a field holds at first: the median, or the most frequent level. */
function firstEntry(columns: readonly InputColumn[]): Entry {
  const { kind, date, median } = columns[0]!;
  if (!date) {
    const value = kind === "number" ? Number(median.toPrecision(5)) : Math.max(0, Math.round(median));
    return { text: value, value };
  }
  const type = typeOf(columns), days = columns.find((column) => column.date![1] === "days");
  const seconds = type === "time" ? median * 3600 : date[2] + DAY * (days?.median ?? 0);
  const unit = type === "date" ? DAY : 60, value = Math.floor(seconds / unit) * unit;
  const text = new Date(1000 * value).toISOString();
  return { text: type === "date" ? text.slice(0, 10) : type === "time" ? text.slice(11, 16) : text.slice(0, 16), value };
}
