/** Ask: a form for one row, and what the network predicts for it. */

import { h, useEffect, useRef, useState } from "./render";
import type { Dataset, InputColumn } from "../state/types";
import { cut, percent, short, shownName } from "../text/format";
import { Label } from "../text/labels";
import { Field, optionsOf, Select } from "./controls";
import { write } from "./Dock";
import { useApp, usePainter, useSession } from "./stage";

export function Ask() {
  const dataset = useSession((now) => now.dataset);
  // Another data set is another form.
  return <AskForm key={dataset.key.slice(0, 80) + dataset.nIn} dataset={dataset} />;
}

function AskForm({ dataset }: { dataset: Dataset }) {
  const { session } = useApp();
  const [values, setValues] = useState<readonly number[]>(() => dataset.columns.map((column) => (column.kind === "number" ? round(column) : Math.max(0, Math.round(column.median)))));
  const bars = useRef<HTMLDivElement>(null);
  const painted = useRef("");
  useEffect(() => { painted.current = ""; }, [values]);
  usePainter(({ frame }) => {
    const key = `${session.version}`;
    if (key === painted.current || session.dataset !== dataset || (session.status === "playing" && frame % 4)) return;
    painted.current = key;
    show(bars.current, session.trace(inputOf(dataset, values)).outputs);
  });
  const set = (k: number, value: number) => setValues(values.map((old, j) => (j === k ? value : old)));
  return (
    <div class="ask">
      <p class="q">{Label.AskIntro}</p>
      {dataset.columns.map((column, k) => (
        <Field key={column.name} title={column.name} label={shownName(cut(column.name, 30))} control={(id) => (column.kind === "number"
          ? <input id={id} type="number" step="any" value={values[k]} onInput={({ currentTarget: { value } }) => { if (value !== "" && Number.isFinite(Number(value))) set(k, Number(value)); }} />
          : <Select id={id} options={optionsOf(column.levels)} value={String(values[k])} onChange={(value) => set(k, Number(value))} />)} />
      ))}
      <div class="bars" ref={bars} role="group" aria-label={Label.AskResult}>
        {dataset.task === "regression"
          ? <p><b>{dataset.targetName}</b> = <b class="num" data-bar="0" /></p>
          : dataset.classNames.map((name, k) => <div key={k}><span title={name}>{cut(name, 24)}</span><i data-bar={k} style={{ "--c": `var(--c${k % 10})` } as never} /><output data-text={k} /></div>)}
      </div>
    </div>
  );
}

function show(host: HTMLElement | null, outputs: readonly number[]): void {
  host?.querySelectorAll<HTMLElement>("[data-bar]").forEach((bar, k) => {
    if (bar.tagName === "B") write(bar, short(outputs[0] ?? NaN, 4));
    else bar.style.width = `${100 * (outputs[k] ?? 0)}%`;
  });
  host?.querySelectorAll<HTMLElement>("[data-text]").forEach((out, k) => write(out, percent(outputs[k] ?? NaN)));
}

/** Return values of the columns as inputs of the network. */
export function inputOf(dataset: Dataset, values: readonly number[]): Float64Array {
  const input = new Float64Array(dataset.nIn);
  dataset.columns.forEach((column, k) => {
    if (column.kind === "number") input[column.input] = (values[k]! - column.mean) / (column.scale || 1);
    else input[column.input + values[k]!] = 1;
  });
  return input;
}

function round(column: InputColumn): number {
  return Number(column.median.toPrecision(3));
}
