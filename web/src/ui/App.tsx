/** The page: header, data and settings, narrator, network, result, dock; dialogs; keys. */

import { Fragment, h, useEffect, useMemo, useRef, useState } from "./render";
import { sourceName } from "../text/names";
import { cut, plural } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { HINTS } from "../text/narrator";
import { Ask } from "./Ask";
import { CsvSheet } from "./CsvSheet";
import { DataPanel } from "./DataPanel";
import { Dock } from "./Dock";
import { DropTarget } from "./DropTarget";
import { ExportMenu } from "./ExportMenu";
import { FormulaSheet } from "./FormulaSheet";
import { LearningPanel, SettingsPanel } from "./LearningPanel";
import type { Pending } from "./Narrator";
import { Narrator } from "./Narrator";
import { NetworkPanel } from "./NetworkPanel";
import { Confusion, ResultPanel } from "./ResultPanel";
import { Brand, Icon } from "./icons";
import type { App as AppValue, Stage } from "./stage";
import { provideApp, useApp, useDataset, useSession } from "./stage";
import type { DataMaker } from "../data/dataset";
import { sentence } from "../text/notes";

export type SheetName = "csv" | "formula";

/** `first` is what the narrator says when the page opens; empty for the usual. */
export function App({ stage, maker, link, first, ready }: { stage: Stage; maker: DataMaker; link: () => Promise<string>; first: string; ready: (say: (text: string) => void) => void }) {
  const [pen, setPen] = useState(0);
  const [sheet, setSheet] = useState<{ name: SheetName; file: File | null; key: number } | null>(null);
  const pending = useRef<Pending>({ said: first ? { lead: "", text: first, kind: "error" } : null, at: performance.now() });
  const app = useMemo<AppValue>(() => ({
    stage, session: stage.session, pen, setPen,
    say: (text, kind = "plain", lead = "") => { if (text) Object.assign(pending.current, { said: { lead, text, kind }, at: performance.now() }); },
  }), [stage, pen]);
  const open = (name: SheetName, file: File | null = null) => setSheet({ name, file, key: Math.random() }); // another key is another dialog
  const close = () => setSheet((now) => (now?.key === sheet?.key ? null : now));
  useKeys(app);
  useEffect(() => ready((text) => app.say(text, "error")), [app]);
  useEffect(() => app.session.subscribe(({ problem }) => problem, (problem) => { if (problem) app.say(sentence(problem), "error"); }), [app]);
  provideApp(app);
  return (
    <>
      <div class="grid">
        <Header link={link} />
        <aside class="data" aria-label={Label.Settings}>
          <DataPanel sheets={{ open }} />
          <LearningPanel />
          <SettingsPanel />
        </aside>
        <Narrator pending={pending.current} />
        <NetworkPanel />
        <ResultPanel />
        <More />
        <Dock />
      </div>
      <DropTarget root={stage.root} take={(dropped) => open("csv", dropped)} />
      {sheet?.name === "csv" && <CsvSheet key={sheet.key} maker={maker} file={sheet.file} close={close} />}
      {sheet?.name === "formula" && <FormulaSheet key={sheet.key} close={close} />}
    </>
  );
}

function Header({ link }: { link: () => Promise<string> }) {
  const { session, stage, say } = useApp();
  const doc = useSession((now) => now.doc);
  const dataset = useDataset();
  const network = useSession((now) => now.network);
  const kept = useSession((now) => now.kept);
  const canUndo = useSession((now) => now.canUndo), canRedo = useSession((now) => now.canRedo);
  const sizes = [network.nIn, ...network.layers.map((layer) => layer.units)].join("–");
  const crumb = `${cut(sourceName(doc.data.source))} · ${plural(dataset.nRows, "point")} · ${sizes}`;
  const copy = async () => {
    const url = await link();
    if (!url) {
      say(HINTS.noLink);
      return;
    }
    try {
      await navigator.clipboard.writeText(url);
      say(url.length > 2000 ? HINTS.longLink(url.length) : HINTS.copied);
    } catch {
      say(HINTS.copyFailed);
    }
  };
  return (
    <header class="top">
      <h1 class="brand"><Brand />{Label.Title}</h1>
      <span class="crumb" title={crumb}>{crumb}</span>
      <div class="acts">
        <Turn name="undo" label={Label.Undo} can={canUndo} onClick={session.undo} />
        <Turn name="redo" label={Label.Redo} can={canRedo} onClick={session.redo} />
        <button class="act" aria-pressed={kept !== null} title={kept ? Label.Forget : Label.Keep} onClick={() => (kept ? session.forget() : session.keep())}><Icon name="keep" /><span>{kept ? Label.Forget : Label.Keep}</span></button>
        <ExportMenu />
        <button class="act" aria-label={Label.Theme} title={Label.Theme} onClick={() => stage.setTheme(stage.theme === "dark" ? "light" : "dark")}><Icon name="theme" /></button>
        <button class="act main" title={Label.Link} onClick={() => void copy()}><Icon name="link" /><span>{Label.Link}</span></button>
      </div>
    </header>
  );
}

function Turn({ name, label, can, onClick }: { name: "undo" | "redo"; label: string; can: boolean; onClick: () => void }) {
  return <button class="act" disabled={!can} title={label} aria-label={label} onClick={onClick}><Icon name={name} /></button>;
}

/** The fourth column of a wide screen. */
function More() {
  const dataset = useDataset();
  return (
    <section class="more" aria-label={Label.Closer}>
      <div class="card"><h2>{Label.Ask}</h2><Ask /></div>
      {dataset.task === "classification" && <div class="card"><h2>{dataset.heldOut ? Label.HeldOutPoints : Label.Confusion}</h2><Confusion /></div>}
      <div class="card"><h2>{Label.Data}</h2><p class="q">{PHRASES.dataSummary(dataset.nRows, dataset.columns.length, cut(dataset.targetName, 60))}</p></div>
    </section>
  );
}

/** Escape closes the card of a unit; Space plays and pauses, and the usual keys undo and redo, where no control has the focus. */
function useKeys({ session }: AppValue): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const { unit } = session.doc.view;
      if (event.key === "Escape" && unit && !target.closest("dialog, .plot, .menu")) {
        session.setView({ unit: null });
        document.querySelector<HTMLElement>(`[data-unit="${unit.join()}"]`)?.focus();
        return;
      }
      if (target.closest("input, select, textarea, button, dialog, [role=slider], [role=application], summary")) {
        if (!(event.ctrlKey || event.metaKey) || target.closest("input[type=text], input[type=number], textarea")) return;
      }
      if (event.key === " " && !event.ctrlKey) session.status === "playing" ? session.pause() : session.play();
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") event.shiftKey ? session.redo() : session.undo();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [session]);
}
