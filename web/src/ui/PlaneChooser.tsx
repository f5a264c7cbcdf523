/** Of more than two inputs: which plane is shown, and the values of the other columns. */

import { Fragment, h, useId } from "./render";
import type { PlaneChoice } from "../state/types";
import { cut, short } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { useApp, useSession } from "./stage";

const MOST_SLIDERS = 12;

export function PlaneChooser() {
  const { session, stage } = useApp();
  const dataset = useSession((now) => now.dataset);
  const choice = useSession(({ doc }) => doc.view.plane);
  const id = useId();
  if (dataset.nIn <= 2 || dataset.columns.length < 2) return null;
  const numbers = dataset.columns.filter((column) => column.kind === "number");
  const usual: PlaneChoice & { kind: "columns" } = { kind: "columns", x: (numbers[0] ?? dataset.columns[0]!).name, y: (numbers[1] ?? dataset.columns.find((column) => column !== numbers[0]) ?? dataset.columns[0]!).name, at: {} };
  const columns = choice?.kind === "columns" ? choice : usual;
  const set = (plane: PlaneChoice) => session.setView({ plane, marked: null });
  const isComponents = choice?.kind === "components";
  const others = dataset.columns.filter((column) => column.name !== columns.x && column.name !== columns.y);
  const select = (label: string, value: string, taken: string, onChange: (name: string) => void) => (
    <div class="row">
      <label for={id + label}>{label}</label>
      <select id={id + label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {(numbers.length > 1 ? numbers : dataset.columns).filter((column) => column.name !== taken).map((column) => <option key={column.name} value={column.name} selected={column.name === value}>{cut(column.name)}</option>)}
      </select>
    </div>
  );
  return (
    <div class="planes">
      <div class="row">
        <label for={`${id}kind`}>{Label.PlaneOf}</label>
        <select id={`${id}kind`} value={isComponents ? "components" : "columns"} onChange={(event) => set(event.currentTarget.value === "components" ? { kind: "components" } : usual)}>
          <option value="columns" selected={!isComponents}>{Label.PlaneColumns}</option>
          <option value="components" selected={isComponents}>{Label.PlaneComponents}</option>
        </select>
      </div>
      {isComponents
        ? <p class="q">{PHRASES.componentsHold(stage.scene.held ?? 1)}</p>
        : <>
            {select(Label.Across, columns.x, columns.y, (x) => set({ ...columns, x }))}
            {select(Label.Up, columns.y, columns.x, (y) => set({ ...columns, y }))}
            {others.length > 0 && <p class="q">{PHRASES.others(others.length)}</p>}
            {others.slice(0, MOST_SLIDERS).map((column) => {
              const value = columns.at[column.name] ?? column.median;
              const change = (now: number) => session.setView({ plane: { ...columns, at: { ...columns.at, [column.name]: now } } });
              return column.kind === "number"
                ? <div class="row" key={column.name}><label for={id + column.name} title={column.name}>{cut(column.name, 14)}</label><input id={id + column.name} type="range" min={column.min} max={column.max} step={(column.max - column.min) / 100 || 1} value={value} aria-valuetext={short(value)} onInput={(event) => change(Number(event.currentTarget.value))} /><output>{short(value)}</output></div>
                : <div class="row" key={column.name}><label for={id + column.name} title={column.name}>{cut(column.name, 14)}</label><select id={id + column.name} value={String(Math.round(value))} onChange={(event) => change(Number(event.currentTarget.value))}>{column.levels.map((level, k) => <option key={k} value={String(k)} selected={k === Math.round(value)}>{cut(level)}</option>)}</select></div>;
            })}
          </>}
    </div>
  );
}
