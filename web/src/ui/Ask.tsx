/** Ask: a form for one row, and what the network predicts for it. */

import { h, useState } from "./render";
import { writeColumn } from "../state/inputs";
import type { Dataset } from "../state/types";
import { cut, percent, short, shownName } from "../text/format";
import { Label } from "../text/labels";
import { Field, optionsOf, Select } from "./controls";
import { useApp, useDataset, useVersion } from "./stage";

export function Ask() {
  const dataset = useDataset();
  // Another data set is another form.
  return <AskForm key={dataset.key.slice(0, 80) + dataset.nIn} dataset={dataset} />;
}

function AskForm({ dataset }: { dataset: Dataset }) {
  const { session } = useApp();
  const [values, setValues] = useState<readonly number[]>(() => dataset.columns.map(({ kind, median }) => (kind === "number" ? Number(median.toPrecision(3)) : Math.max(0, Math.round(median)))));
  useVersion();
  const set = (k: number, value: number) => setValues(values.map((old, j) => (j === k ? value : old)));
  const inputs = new Float64Array(dataset.nIn);
  dataset.columns.forEach((column, k) => writeColumn(column, values[k]!, inputs));
  const { outputs } = session.trace(inputs);
  return (
    <div class="ask">
      <p class="q">{Label.AskIntro}</p>
      {dataset.columns.map(({ name, kind, levels }, k) => (
        <Field key={name} title={name} label={shownName(cut(name, 30))} control={(id) => (kind === "number"
          ? <input id={id} type="number" step="any" value={values[k]} onInput={({ currentTarget: { value } }) => { if (value !== "" && Number.isFinite(Number(value))) set(k, Number(value)); }} />
          : <Select id={id} options={optionsOf(levels)} value={String(values[k])} onChange={(value) => set(k, Number(value))} />)} />
      ))}
      <div class="bars" role="group" aria-label={Label.AskResult}>
        {dataset.task === "regression"
          ? <p><b>{dataset.targetName}</b> = <b class="num">{short(outputs[0]!, 4)}</b></p>
          : dataset.classNames.map((name, k) => <div><span title={name}>{cut(name, 24)}</span><i style={{ "--c": `var(--c${k % 10})`, width: `${100 * outputs[k]!}%` }} /><output>{percent(outputs[k]!)}</output></div>)}
      </div>
    </div>
  );
}
