/** Something that cannot be done, as a code and its values; `text` has the sentence. */

import type { Note } from "./types";

export class Problem extends Error {
  constructor(readonly note: Note) {
    super(note.code);
  }
}
