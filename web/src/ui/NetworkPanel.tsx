/** The network with its controls: units and activation of each layer, layers more and fewer. */

import { h, useEffect, useRef, useState } from "./render";
import type { ActivationName } from "../core/types";
import { MAX_LAYERS, MAX_UNITS } from "../state/defaults";
import type { Dataset } from "../state/types";
import { shownName } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { ACTIVATIONS } from "../text/names";
import type { Layout } from "../views/layout";
import { networkView, type NetworkView } from "../views/network";
import { Select } from "./controls";
import { UnitCard } from "./UnitCard";
import { useApp, useDataset, usePainter, useSession } from "./stage";

export function NetworkPanel() {
  const { session, stage: frames } = useApp();
  const stage = useRef<HTMLDivElement>(null);
  const view = useRef<NetworkView | null>(null);
  const [places, setPlaces] = useState<{ x: readonly number[]; width: number; tile: number }>({ x: [], width: 1, tile: 40 });
  const unit = useSession(({ doc }) => doc.view.unit);
  const isOutput = (layer: number) => layer === session.network.layers.length - 1;
  useEffect(() => {
    view.current = frames.network = networkView(stage.current!, session, {
      unit: (layer, index) => {
        const open = session.doc.view.unit;
        session.setView({ unit: open && open[0] === layer && open[1] === index ? null : [layer, index] });
      },
      layout: (layout: Layout, width) => setPlaces({ x: layout.columns.map((column) => column.x), width, tile: layout.tile }),
      nameUnit: (layer, index) => PHRASES.unitButton(layer, index, isOutput(layer)),
      nameInput: (input) => inputName(session.dataset, input),
      nameOutput: (output) => session.dataset.classNames[output] ?? session.dataset.targetName,
      weight: PHRASES.weight,
    });
  }, [session, frames]);
  usePainter(({ scene, palette, frame }) => view.current?.update(scene, palette, frame));
  return (
    <main class="netp" aria-label={Label.Network}>
      <Heads {...places} />
      <div class="stage" ref={stage} role="group" aria-label={Label.Network} />
      {unit && <UnitCard key={`${unit[0]},${unit[1]}`} layer={unit[0]} unit={unit[1]} left={places.x[unit[0] + 1] ?? 0} tile={places.tile} />}
      <div class="key" aria-hidden="true">
        <span><i />{Label.Positive}</span><span><i class="n" />{Label.Negative}</span><span><i class="b" />{Label.Bias}</span><span>{Label.Hint}</span>
      </div>
    </main>
  );
}

/** Return the name of an input; of several of one column or date, the first has the whole name and the others what follows. */
function inputName({ inputNames, columns }: Dataset, input: number): string {
  const name = inputNames[input]!, at = columns.findLastIndex((one) => one.input <= input), column = columns[at], date = column?.date?.[0];
  if (date && columns[at - 1]?.date?.[0] === date) return name.slice(date.length).trim();
  return column && input > column.input && name.startsWith(column.name) ? name.slice(column.name.length).trim() : shownName(name);
}

/** Above each column its name or its controls; `x` are the centres of the columns, in pixels. */
function Heads({ x, width }: { x: readonly number[]; width: number }) {
  const { session } = useApp();
  const hidden = useSession(({ doc }) => doc.network.hidden);
  const dataset = useDataset();
  const at = (place: number | undefined) => ({ "--x": `${((place ?? 0) / width) * 100}%` }) as never;
  const between = (k: number) => at(((x[k] ?? 0) + (x[k + 1] ?? 0)) / 2);
  const room = x.length > 1 ? x[1]! - x[0]! : 999, isTight = room <= 84, hasEnds = room > 50;
  const output = dataset.task === "regression" ? dataset.targetName : dataset.classNames.length === 2 ? `P(${dataset.classNames[1]})` : "P(class)";
  return (
    <div class={`heads${room < 134 ? " compact" : ""}${isTight ? " tight" : ""}`}>
      {hasEnds && <div class="head ends" style={at(x[0])}><b>{Label.Inputs}</b><br />{dataset.nIn}</div>}
      {hidden.map((layer, k) => (
        <div class="head" style={at(x[k + 1])} key={k} role="group" aria-label={PHRASES.layer(k + 1)}>
          <div>
            <button class="pm" aria-label={PHRASES.fewer(k + 1)} disabled={layer.units <= 1} onClick={() => session.setLayer(k, { units: layer.units - 1 })}>−</button>
            <b>{layer.units}<span class="word"> {layer.units === 1 ? Label.Unit : Label.Units}</span></b>
            <button class="pm" aria-label={PHRASES.more(k + 1)} disabled={layer.units >= MAX_UNITS} onClick={() => session.setLayer(k, { units: layer.units + 1 })}>+</button>
          </div>
          <div class="acti">
            <Select aria-label={PHRASES.activation(k + 1)} options={Object.entries(ACTIVATIONS)} value={layer.activation} onChange={(name) => session.setLayer(k, { activation: name as ActivationName })} />
            <button class="pm away" aria-label={PHRASES.removeLayer(k + 1)} title={PHRASES.removeLayer(k + 1)} onClick={() => session.removeLayer(k)}>×</button>
          </div>
        </div>
      ))}
      {hidden.length < MAX_LAYERS && Array.from({ length: hidden.length + 1 }, (_, k) => (
        <div class={`head plus${k === hidden.length ? " last" : ""}`} style={between(k)} key={`+${k}`}>
          <button class="pm add" aria-label={PHRASES.addLayer(k)} title={PHRASES.addLayer(k)} onClick={() => session.addLayer(k)}>+</button>
          <span class="onlynarrow" aria-hidden="true">{Label.AddLayerShort}</span>
        </div>
      ))}
      {hasEnds && <div class="head ends" style={at(x[x.length - 1])}><b>{Label.Output}</b><br /><span class="ellipsis">{output}</span></div>}
    </div>
  );
}
