/**
 * The narrator: what is happening, in one sentence.
 *
 * Its numbers are those of the other panels, in the same frame. What it says of the trend, and what a screen reader
 * hears, changes at most once in two seconds; errors come at once.
 */

import { h, useRef } from "./render";
import type { Fact } from "../data/classics";
import { CLASSICS } from "../data/classics";
import type { Session } from "../state/types";
import type { Said } from "../text/narrator";
import { narrate } from "../text/narrator";
import { Label } from "../text/labels";
import { write } from "./Dock";
import { isBetween, useApp, usePainter } from "./stage";

const QUIET = 2000; // ms between changes
const LASTING = 7000; // ms that a hint stays while nothing else happens

/** What a command said last; the narrator shows it first. */
export interface Pending {
  said: Said | null;
  at: number;
}

/** Return the fact of the classic on the page, once it is reached. */
function factOf(session: Session): Fact | null {
  return CLASSICS.find(({ id }) => id === session.doc.view.classic)?.fact(session) ?? null;
}

export function Narrator({ pending }: { pending: Pending }) {
  const { session, stage } = useApp();
  const box = useRef<HTMLDivElement>(null), lead = useRef<HTMLElement>(null), text = useRef<HTMLSpanElement>(null), heard = useRef<HTMLParagraphElement>(null);
  const shown = useRef({ at: -Infinity, state: "", trend: "", hintAt: -1, hintState: "" }).current!;
  usePainter(({ frame }) => {
    if (isBetween(session, frame)) return;
    const { said: hint, at } = pending, { status, position } = session, now = performance.now();
    const isNew = hint !== null && at !== shown.hintAt, plays = status === "playing", here = plays ? status : `${status} ${position.epoch}`;
    if (isNew) [shown.hintAt, shown.hintState] = [at, here];
    // A hint ends when training begins, ends or goes on, an error only with time; both give way sooner while it plays.
    const lasts = hint !== null && (hint.kind === "error" || here === shown.hintState) && now - at < LASTING * (hint.kind === "error" ? 2 : 1) / (plays ? 2 : 1);
    const said = lasts ? hint : narrate(session, session.evaluate("training")!, session.evaluate("heldOut"), factOf(session), stage.waits);
    const state = here + lasts;
    const isDue = isNew || state !== shown.state || now - shown.at >= QUIET;
    if (isDue) Object.assign(shown, { at: now, state, trend: said.trend ?? "" });
    write(lead.current, said.lead);
    const words = ` ${said.text} ${said.trend === undefined ? "" : shown.trend}`;
    write(text.current, words);
    // Numbers that a screen reader reads while it plays would be of an epoch that is past.
    if (isDue) write(heard.current, plays && !lasts ? shown.trend || Label.Training : said.lead + words);
    box.current!.setAttribute("data-kind", said.kind);
  });
  return (
    <div class="saybox"><div class="say" ref={box}><p aria-hidden="true"><b ref={lead} /><span ref={text} /></p><p class="hidden" role="status" ref={heard} /></div></div>
  );
}
