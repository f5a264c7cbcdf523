/** Of more than two inputs: which plane is shown, and the values of the other columns. */

import { h, useAgain, useRef } from "./render";
import type { InputColumn, PlaneChoice } from "../state/types";
import { cut, short } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { shownColumns } from "../views/scene";
import { Choice, Field, optionsOf, Range, Select } from "./controls";
import { useApp, useDataset, usePainter, useSession } from "./stage";

const MOST_SLIDERS = 12;

export function PlaneChooser() {
  const { session } = useApp();
  const dataset = useDataset();
  const choice = useSession(({ doc }) => doc.view.plane);
  if (dataset.nIn <= 2 || dataset.columns.length < 2) return null;
  const numbers = dataset.columns.filter((column) => column.kind === "number");
  const [x, y] = shownColumns(dataset, choice);
  const columns = { kind: "columns", x: x.name, y: y.name, at: choice?.kind === "columns" ? choice.at : {} } as const;
  const set = (plane: PlaneChoice) => session.setView({ plane, marked: null });
  const isComponents = choice?.kind === "components";
  const others = dataset.columns.filter((column) => column.name !== columns.x && column.name !== columns.y);
  const select = (label: string, value: string, taken: string, onChange: (name: string) => void) => (
    <Field label={label} control={(key) => <Select id={key} value={value} onChange={onChange} options={(numbers.length > 1 ? numbers : dataset.columns).filter(({ name }) => name !== taken).map(({ name }) => [name, cut(name)])} />} />
  );
  const slider = ({ name, kind, levels, min, max, median }: InputColumn) => {
    const value = columns.at[name] ?? median, label = cut(name, 24);
    const change = (now: number) => session.setView({ plane: { ...columns, at: { ...columns.at, [name]: now } } });
    return kind === "number"
      ? <Range key={name} label={label} title={name} min={min} max={max} step={(max - min) / 100 || 1} value={value} text={short} onChange={change} />
      : <Field key={name} label={label} title={name} control={(id) => <Select id={id} options={optionsOf(levels)} value={String(Math.round(value))} onChange={(level) => change(Number(level))} />} />;
  };
  return (
    <div class="planes">
      <Choice label={Label.PlaneOf} names={{ columns: Label.PlaneColumns, components: Label.PlaneComponents }} value={isComponents ? "components" : "columns"} onChange={(kind) => set(kind === "components" ? { kind } : columns)} />
      {isComponents
        ? <Held />
        : [
            select(Label.Across, columns.x, columns.y, (x) => set({ ...columns, x })),
            select(Label.Up, columns.y, columns.x, (y) => set({ ...columns, y })),
            others.length > 0 && <p class="q">{PHRASES.others(others.length)}</p>,
            others.slice(0, MOST_SLIDERS).map(slider),
          ]}
    </div>
  );
}

/** What the plane of components holds, once it is the one that is shown: the scene changes at the next frame. */
function Held() {
  const { stage } = useApp();
  const again = useAgain(), seen = useRef(stage.scene);
  usePainter(({ scene }) => {
    if (scene === seen.current) return;
    seen.current = scene;
    again();
  });
  const { held } = stage.scene;
  return held !== null && <p class="q">{PHRASES.componentsHold(held)}</p>;
}
