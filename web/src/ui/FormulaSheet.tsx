/** Points above and below the graph of a function that one types. */

import { h, useState } from "./render";
import { compile, placesOf } from "../data/formula";
import { Problem } from "../state/problem";
import { Label } from "../text/labels";
import { sentence } from "../text/notes";
import { Field } from "./controls";
import { openData } from "./openData";
import { Sheet } from "./Sheet";
import { useApp } from "./stage";

const EXAMPLE = "0.5 sin(3x)";

export function FormulaSheet({ close }: { close: () => void }) {
  const { session, say } = useApp();
  const { source } = session.doc.data;
  const [formula, setFormula] = useState(source.kind === "formula" ? source.formula : EXAMPLE);
  const parsed = parse(formula);
  const use = (event: Event) => {
    event.preventDefault();
    if (typeof parsed === "string") return;
    say(openData(session, { kind: "formula", formula, points: source.kind === "formula" ? source.points : 400, noise: source.kind === "formula" ? source.noise : 0, seed: 1 }));
    close();
  };
  return (
    <Sheet title={Label.FormulaTitle} close={close}>
      <form onSubmit={use}>
        <p class="q">{Label.FormulaHint}</p>
        <Field label={Label.FormulaField} control={(id) => <input id={id} class="wide" type="text" autocomplete="off" spellcheck={false} value={formula} onInput={(event) => setFormula(event.currentTarget.value)} />} />
        {typeof parsed === "string" ? <p role="alert" class="problem">{parsed}</p> : <Graph f={parsed} />}
        <footer><button type="button" class="act" onClick={close}>{Label.Cancel}</button><button class="act main" disabled={typeof parsed === "string"}>{Label.Use}</button></footer>
      </form>
    </Sheet>
  );
}

/** Return the function, or the sentence that says what is wrong. */
function parse(formula: string): ((x: number) => number) | string {
  try {
    return compile(formula);
  } catch (error) {
    if (error instanceof Problem) return sentence(error.note);
    throw error;
  }
}

/** The graph, and the areas above and below it; where the function has no value, none of them. */
function Graph({ f }: { f: (x: number) => number }) {
  const pieces: string[][] = [[]];
  placesOf(f).forEach((y, k, { length }) => {
    if (Number.isFinite(y)) pieces[0]!.push(`${((160 * k) / (length - 1)).toFixed(1)} ${((1 - Math.max(-1.2, Math.min(1.2, y))) * 40).toFixed(1)}`);
    else if (pieces[0]!.length) pieces.unshift([]);
  });
  const drawn = pieces.filter(({ length }) => length);
  const line = drawn.map((points) => `M${points.join("L")}`).join("");
  const area = (edge: number) => drawn.map((points) => `M${points[0]!.split(" ")[0]} ${edge}L${points.join("L")}V${edge}Z`).join("");
  return (
    <svg class="graph" viewBox="0 0 160 80" role="img" aria-label={Label.FormulaTitle}>
      <path d={area(0)} fill="var(--c1)" opacity=".3" /><path d={area(80)} fill="var(--c0)" opacity=".36" />
      <path d={line} fill="none" stroke="var(--ink)" stroke-width="1.4" />
    </svg>
  );
}
