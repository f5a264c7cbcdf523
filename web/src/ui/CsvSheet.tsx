/** Data of one's own: a file or pasted rows, then what to predict from which columns. */

import { Fragment, h, useEffect, useRef, useState } from "./render";
import type { DataTable, Proposal } from "../data/table";
import { docWith } from "../data/classics";
import { propose, sourceOf, taskOf, whyNot } from "../data/table";
import type { DataMaker } from "../data/dataset";
import { answered, readTable } from "../data/read";
import { Problem } from "../state/problem";
import { count, cut, percent, short } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { REASONS, TASK_REASONS, sentence } from "../text/notes";
import { Check, Choice, Field, Select } from "./controls";
import { openData } from "./openData";
import { Sheet } from "./Sheet";
import { useApp } from "./stage";

const ROWS_SHOWN = 4, COLUMNS_SHOWN = 12;

interface Reading {
  readonly name: string;
  readonly share: number;
}

export function CsvSheet({ maker, file, close }: { maker: DataMaker; file: File | null; close: () => void }) {
  const { session } = useApp();
  const { source } = session.doc.data;
  const [table, setTable] = useState<DataTable | null>(() => (file === null && source.kind === "table" ? maker.tables.get(source.table) ?? null : null));
  const [reading, setReading] = useState<Reading | null>(null);
  const [problem, setProblem] = useState("");
  const ending = useRef<AbortController>(null);
  const read = async (chosen: File) => {
    const end = ending.current = new AbortController();
    setProblem("");
    setTable(null);
    setReading({ name: chosen.name, share: 0 });
    try {
      setTable(await readTable(chosen, { signal: end.signal, onProgress: (share) => setReading({ name: chosen.name, share }) }));
    } catch (error) {
      if (error instanceof Problem) setProblem(sentence(error.note));
      else if (!end.signal.aborted) throw error;
    } finally {
      setReading(null);
    }
  };
  useEffect(() => { if (file) void read(file); }, [file]);
  useEffect(() => () => ending.current?.abort(), []);
  return (
    <Sheet title={table ? cut(table.name, 60) : Label.CsvTitle} close={close}>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {reading
        ? <><p role="status">{PHRASES.reading(cut(reading.name, 40), percent(reading.share, 0))}</p><progress aria-label={Label.CsvTitle} value={reading.share} max={1} /><footer><button class="act" onClick={() => ending.current!.abort()}>{Label.Cancel}</button></footer></>
        : table
          ? <Columns table={table} maker={maker} again={() => setTable(null)} close={close} />
          : <Choose read={(chosen) => void read(chosen)} />}
    </Sheet>
  );
}

function Choose({ read }: { read: (file: File) => void }) {
  const text = useRef<HTMLTextAreaElement>(null);
  return (
    <>
      <label class="act line file"><input type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={(event) => { const chosen = event.currentTarget.files?.[0]; if (chosen) read(chosen); }} /><span>{Label.Choose}</span></label>
      <p class="q"><label for="sx-paste">{Label.OrPaste}</label></p>
      <textarea id="sx-paste" ref={text} rows={7} spellcheck={false} placeholder={"age,income,member\n31,52000,yes\n48,61000,no"} />
      <footer><button class="act main" onClick={() => { if (text.current!.value.trim()) read(new File([text.current!.value], Label.PastedName, { type: "text/csv" })); }}>{Label.PasteUse}</button></footer>
    </>
  );
}

function Columns({ table, maker, again, close }: { table: DataTable; maker: DataMaker; again: () => void; close: () => void }) {
  const { session, say } = useApp();
  const isBusy = useRef(false);
  const [choice, setChoice] = useState<Proposal>(() => propose(table));
  const [scale, setScale] = useState(true);
  const target = table.columns.find(({ name }) => name === choice.target)!;
  // In several tasks, so that the page answers between them: the rows, the new run, the way back to the page.
  const use = async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    const { tables } = maker, known = tables.get(table.name);
    const name = known && known !== table ? freeName(table.name, tables) : table.name;
    tables.set(name, { ...table, name });
    const source = { ...sourceOf({ ...table, name }, choice), scale };
    try {
      await maker.prepareAhead(docWith(session.doc, source).data, answered);
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // the session says what is wrong
    }
    const said = openData(session, source);
    isBusy.current = false;
    if (session.problem) return;
    await answered();
    say([said, ...session.dataset.notes.map(sentence)].join(" ").trim() || PHRASES.tableUsed(count(session.dataset.nRows)));
    close();
  };
  const toggle = (name: string, on: boolean) => setChoice({ ...choice, inputs: table.columns.map((column) => column.name).filter((other) => (other === name ? on : choice.inputs.includes(other))) });
  const hindrance = whyNot(table, choice);
  const why = new Map(choice.leftOut.map(({ name, reason }) => [name, REASONS[reason]]));
  return (
    <>
      {table.notes.map((note) => <p class="q" key={note.code}>{sentence(note)}</p>)}
      <div class="scroll" tabIndex={0} role="group" aria-label={Label.FirstRows}>
        <table class="rows">
          <thead><tr>{table.columns.slice(0, COLUMNS_SHOWN).map((column) => <th scope="col" key={column.name} title={cut(column.name, 200)}>{cut(column.name)}</th>)}{table.columns.length > COLUMNS_SHOWN && <th>… {PHRASES.moreTerms(table.columns.length - COLUMNS_SHOWN)}</th>}</tr></thead>
          <tbody>{Array.from({ length: Math.min(ROWS_SHOWN, table.nRows) }, (_, row) => <tr key={row}>{table.columns.slice(0, COLUMNS_SHOWN).map((column) => <td key={column.name}>{cellText(column, row)}</td>)}</tr>)}</tbody>
        </table>
      </div>
      <Field label={Label.Predict} control={(id) => <Select id={id} options={table.columns.map(({ name }) => [name, cut(name)])} value={choice.target} onChange={(name) => setChoice(propose(table, name))} />} />
      <Choice label={Label.Task} names={target.kind === "number" ? { classification: Label.AsClasses, regression: Label.AsNumbers } : { classification: Label.AsClasses }} value={choice.task} onChange={(task: Proposal["task"]) => setChoice({ ...choice, task })} />
      <p class="q">{choice.task === taskOf(target).task && TASK_REASONS[choice.reason]}</p>
      <fieldset class="cols"><legend>{Label.From}</legend>
        {table.columns.filter(({ name }) => name !== choice.target).map(({ name }) => <Check key={name} label={why.has(name) ? `${cut(name)} (${why.get(name)})` : cut(name)} checked={choice.inputs.includes(name)} onChange={(on) => toggle(name, on)} />)}
      </fieldset>
      <Check label={Label.Scale} checked={scale} onChange={setScale} />
      {hindrance ? <p class="problem" role="alert">{sentence(hindrance)}</p> : <Trouble />}
      <footer><button class="act" onClick={again}>{Label.OtherFile}</button><button class="act main" disabled={hindrance !== null} onClick={() => void use()}>{Label.Use}</button></footer>
    </>
  );
}

/** Why the last choice could not be used. */
function Trouble() {
  const { session } = useApp();
  const [text, setText] = useState("");
  useEffect(() => session.subscribe(({ problem }) => problem, (problem) => setText(problem ? sentence(problem) : "")), [session]);
  return text ? <p class="problem" role="alert">{text}</p> : null;
}

function cellText(column: DataTable["columns"][number], row: number): string {
  const value = column.values[row]!;
  if (column.kind === "number") return Number.isNaN(value) ? "" : short(value, 6);
  return value < 0 ? "" : cut(column.levels[value] ?? "");
}

function freeName(name: string, tables: Map<string, DataTable>): string {
  let n = 2;
  while (tables.has(`${name} (${n})`)) n++;
  return `${name} (${n})`;
}
