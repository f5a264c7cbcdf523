/** Other data: a training that failed is not carried on to them. */

import { docWith } from "../data/classics";
import { hasFailed } from "../state/judgement";
import type { Session, Source } from "../state/types";
import { HINTS } from "../text/narrator";

/** Open data and return what the narrator has to say of the training; empty if it stays or is another anyway. */
export function openData(session: Session, source: Source): string {
  const { doc } = session, failed = hasFailed(session);
  session.open(docWith(doc, source, failed));
  return failed && !session.problem && doc.view.classic === null ? HINTS.firstTraining : "";
}
