/** The page mounts itself: what Python put into it, or the link's document, on the screen. */

import { h, render } from "../ui/render";
import { DataMaker } from "../data/dataset";
import { linkState, readLink, writeLink } from "../state/link";
import { Problem } from "../state/problem";
import { createSession } from "../state/session";
import type { Session } from "../state/types";
import { PHRASES } from "../text/labels";
import { sentence } from "../text/notes";
import { App } from "../ui/App";
import { Stage } from "../ui/stage";
import { openingOf, readStart } from "./start";

const BREATH = 900; // ms before the first play
const NOTES = 2; // that the narrator says at first; the panel "Data" has all

export async function mountPage(body: HTMLElement): Promise<void> {
  const start = readStart(body.ownerDocument);
  const opening = openingOf(start);
  const maker = new DataMaker();
  if (opening.table) maker.tables.set(opening.table.name, opening.table);
  const session = createSession({ doc: opening.doc, prepare: maker.prepare, now: () => performance.now() });
  const notes = opening.table?.notes ?? [], first = notes.slice(0, NOTES).map(sentence);
  if (notes.length > NOTES) first.push(PHRASES.moreNotes(notes.length - NOTES));
  const isLink = location.hash.length > 1;
  if (isLink) first.push(await follow(session, location.hash, true));
  const root = body.appendChild(Object.assign(document.createElement("div"), { className: "sx" }));
  const stage = new Stage(session, root);
  const said: { say: (text: string) => void } = { say: () => undefined };
  stage.run();
  render(<App stage={stage} maker={maker} link={() => linkOf(session)} first={first.filter(Boolean).join(" ")} ready={(say) => { said.say = say; }} />, root);
  addEventListener("hashchange", () => { if (location.hash !== written) void follow(session, location.hash).then((text) => { if (text) said.say(text); }); });
  if (!opening.plays || isLink || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  stage.waits = false;
  setTimeout(() => {
    stage.waits = true;
    if (session.status === "untrained") session.play();
  }, BREATH);
}

/** The part of the address that the page wrote itself. */
let written = "";

/** Open a link's document and train to its epoch; return a sentence if that cannot be done. */
async function follow(session: Session, hash: string, isFirst = false): Promise<string> {
  try {
    const { doc, epoch } = await readLink(hash);
    session.open(doc, isFirst);
    if (session.problem) return sentence(session.problem);
    if (epoch > 0) session.reach(epoch);
    return "";
  } catch (error) {
    if (error instanceof Problem) return sentence(error.note);
    throw error;
  }
}

/** Return the address of the page as it is now, and show it in the address bar; empty where there is none. */
async function linkOf(session: Session): Promise<string> {
  written = await writeLink(linkState(session));
  const address = `${location.href.split("#")[0]}${written}`;
  // The frame of a notebook has no address.
  if (location.protocol === "about:") return "";
  history.replaceState(null, "", written);
  return address;
}

