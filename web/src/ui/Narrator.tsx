/** The narrator: what is happening, in one sentence; at most one change every two seconds, errors at once. */

import { h, useRef } from "./render";
import type { Fact } from "../data/classics";
import { CLASSICS } from "../data/classics";
import type { Session } from "../state/types";
import type { Said } from "../text/narrator";
import { narrate } from "../text/narrator";
import { write } from "./Dock";
import { useApp, usePainter } from "./stage";

const QUIET = 2000; // ms between changes
const LASTING = 7000; // ms that a hint stays while nothing else happens

/** What a command said last; the narrator shows it first. */
export interface Pending {
  said: Said | null;
  at: number;
  version: number;
}

/** Return the fact of the classic on the page, once it is reached. */
function factOf(session: Session): Fact | null {
  return CLASSICS.find(({ id }) => id === session.doc.view.classic)?.fact(session) ?? null;
}

export function Narrator({ pending }: { pending: Pending }) {
  const { session, stage } = useApp();
  const box = useRef<HTMLDivElement>(null), lead = useRef<HTMLElement>(null), text = useRef<HTMLSpanElement>(null);
  const shown = useRef({ at: -Infinity, status: "", key: "", epoch: -1 });
  usePainter(() => {
    const now = performance.now();
    const isNew = pending.said !== null && pending.at > shown.current.at;
    const lasts = pending.said !== null && now - pending.at < (pending.said.kind === "error" ? 2 * LASTING : LASTING);
    const status = `${session.status} ${session.status === "playing" ? "" : session.position.epoch}`;
    if (!isNew && (now - shown.current.at < QUIET && status === shown.current.status)) return;
    const said = lasts && pending.said ? pending.said : narrate(session, session.evaluate("training")!, session.evaluate("heldOut"), factOf(session), stage.waits);
    shown.current = { at: now, status, key: "", epoch: session.position.epoch };
    write(lead.current, said.lead);
    write(text.current, said.lead ? ` ${said.text}` : said.text);
    if (box.current) box.current.setAttribute("data-kind", said.kind);
  });
  return (
    <div class="saybox"><div class="say" ref={box}><p role="status"><b ref={lead} /><span ref={text} /></p></div></div>
  );
}
