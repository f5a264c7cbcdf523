/** The data: a tile for each set, points, noise, share held back. */

import { Fragment, h } from "./render";
import { MAX_HELD_OUT, TOYS as TRAITS, toySource } from "../state/defaults";
import type { Source, ToyName } from "../state/types";
import { count, cut, fixed, percent } from "../text/format";
import { Label } from "../text/labels";
import { TOYS } from "../text/names";
import { HINTS } from "../text/narrator";
import { CLASSICS, classicDoc } from "../data/classics";
import { Fold, Range, Steps, Whole } from "./controls";
import { sentence } from "../text/notes";
import { EMPTY_AREA } from "./Drawing";
import { openData } from "./openData";
import { Thumbnail } from "./thumbnails";
import { useApp, useDataset, useSession } from "./stage";

const POINTS = [10, 20, 30, 40, 60, 80, 100, 150, 200, 250, 300, 360, 400, 500, 600, 800, 1000, 1500, 2000, 3000, 5000];
const FIRST_TILES: readonly ToyName[] = ["circles", "ten-points", "gaussians", "moons", "bumps", "spiral", "xor", "checkerboard"];
const MORE_TILES: readonly ToyName[] = ["blobs", "waves"];
const MOST_DRAWN = 400;


export interface Sheets {
  open(sheet: "csv" | "formula"): void;
}

export function DataPanel({ sheets }: { sheets: Sheets }) {
  const app = useApp();
  const { session, say } = app;
  const source = useSession(({ doc }) => doc.data.source);
  const spec = useSession(({ doc }) => doc.data);
  const choose = (name: ToyName) => {
    const classic = CLASSICS.find(({ toy }) => toy === name);
    if (classic) session.open(classicDoc(classic, session.doc.view));
    else say(openData(session, toySource(name)));
  };
  const draw = () => {
    const { dataset, doc } = session;
    if (doc.data.source.kind === "drawn") return;
    const columns = dataset.columns;
    const isFlat = dataset.nIn === 2 && columns.length === 2 && dataset.task === "classification" && dataset.nRows <= MOST_DRAWN;
    const points = !isFlat ? EMPTY_AREA : Array.from({ length: dataset.nRows }, (_, i) => [
      ...columns.map(({ values }) => Number(values[i]!.toPrecision(5))), dataset.targets[i]!,
    ]);
    const said = openData(session, { kind: "drawn", task: "classification", classes: isFlat ? dataset.classNames.length : 2, points });
    say(`${HINTS.draw} ${said}`);
  };
  const tile = (name: ToyName) => (
    <button class="set" key={name} aria-pressed={source.kind === "toy" && source.name === name} onClick={() => choose(name)}><Thumbnail name={name} />{TOYS[name]}</button>
  );
  const isMore = source.kind === "formula" || (source.kind === "toy" && MORE_TILES.includes(source.name));
  return (
    <>
      <section>
        <h2 id="sx-data">{Label.Data}</h2>
        <div class="sets" role="group" aria-labelledby="sx-data">
          {FIRST_TILES.map(tile)}
          <button class="set tool" aria-pressed={source.kind === "drawn"} onClick={draw}><Thumbnail name="draw" />{Label.Draw}</button>
          <button class="set tool" aria-pressed={source.kind === "table"} onClick={() => sheets.open("csv")}><Thumbnail name="csv" />{Label.Csv}</button>
        </div>
        <Fold title={Label.MoreData} summary={isMore && source.kind === "toy" ? TOYS[source.name] : source.kind === "formula" ? Label.Formula : Label.MoreDataSummary}>
          <div class="sets">
            {MORE_TILES.map(tile)}
            <button class="set tool" aria-pressed={source.kind === "formula"} onClick={() => sheets.open("formula")}><Thumbnail name="formula" />{Label.Formula}</button>
          </div>
          {(source.kind === "formula" || (source.kind === "toy" && !TRAITS[source.name].isFixed)) && <Whole label={Label.DataSeed} value={source.seed} min={0} max={2 ** 32 - 1} onChange={(seed) => session.setSource({ seed: seed ?? 0 })} />}
        </Fold>
      </section>
      <section>
        <SourceControls source={source} sheets={sheets} />
        <Range label={Label.HeldOut} min={0} max={MAX_HELD_OUT} step={0.01} value={spec.heldOut} text={(share) => percent(share, 0)} onChange={(heldOut) => session.setData({ heldOut: heldOut < 0.015 ? 0 : heldOut })} />
      </section>
    </>
  );
}

function SourceControls({ source, sheets }: { source: Source; sheets: Sheets }) {
  const { session } = useApp();
  if (source.kind === "table") return <TableControls open={() => sheets.open("csv")} />;
  const traits = source.kind === "toy" ? TRAITS[source.name] : { isFixed: false, maxNoise: 1, hasClasses: false };
  if (source.kind === "drawn" || traits.isFixed) return null;
  return [
    <Steps label={Label.Points} values={POINTS} value={source.points} text={count} onChange={(points) => session.setSource({ points })} />,
    <Range label={Label.Noise} min={0} max={traits.maxNoise} step={traits.maxNoise / 50} value={source.noise} text={fixed} onChange={(noise) => session.setSource({ noise })} />,
    source.kind === "toy" && traits.hasClasses && <Range label={Label.Classes} min={2} max={10} step={1} value={source.classes} text={count} onChange={(classes) => session.setSource({ classes })} />,
  ];
}

/** What was done to the rows of a table, and the way back to its columns. */
function TableControls({ open }: { open: () => void }) {
  const dataset = useDataset();
  return (
    <>
      <div class="row"><span class="lab">{Label.Predicted}</span><button class="wide line" title={dataset.targetName} onClick={open}>{cut(dataset.targetName, 24)}</button></div>
      {dataset.notes.length > 0 && <Fold title={Label.Notes} summary={count(dataset.notes.length)}>{dataset.notes.map((note, k) => <p class="q" key={k}>{sentence(note)}</p>)}</Fold>}
    </>
  );
}
