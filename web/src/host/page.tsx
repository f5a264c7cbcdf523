/** The page mounts itself: what Python put into it, or the link's document, on the screen. */

import { render } from "preact";
import { DataMaker } from "../data/dataset";
import { createSession } from "../state/session";
import { App } from "../ui/App";
import { Stage } from "../ui/stage";
import { openingOf, readStart } from "./start";

const BREATH = 900; // ms before the first play

export async function mountPage(body: HTMLElement): Promise<void> {
  const start = readStart(body.ownerDocument);
  const opening = openingOf(start);
  const maker = new DataMaker();
  if (opening.table) maker.tables.set(opening.table.name, opening.table);
  const session = createSession({ doc: opening.doc, prepare: maker.prepare, now: () => performance.now() });
  const root = body.appendChild(Object.assign(document.createElement("div"), { className: "sx" }));
  const stage = new Stage(session, root);
  stage.run();
  render(<App stage={stage} tables={maker.tables} link={async () => location.href} first={start?.notes.join(" ") ?? ""} />, root);
  if (opening.plays && !stage.waits) setTimeout(() => { if (session.status === "untrained") session.play(); }, BREATH);
}
