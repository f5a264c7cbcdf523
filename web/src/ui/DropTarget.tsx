/** The whole page takes a dropped file, and rows that are pasted. */

import { h, useEffect, useState } from "./render";
import { Label } from "../text/labels";

export function DropTarget({ root, take }: { root: HTMLElement; take: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const end = new AbortController(), { signal } = end;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const page = root.ownerDocument.body;
    page.addEventListener("dragenter", over, { signal });
    page.addEventListener("dragover", over, { signal });
    page.addEventListener("dragleave", (event) => { if (!event.relatedTarget) setOver(false); }, { signal });
    page.addEventListener("drop", (event) => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      take(file);
    }, { signal });
    page.addEventListener("paste", (event) => {
      if ((event.target as HTMLElement).closest?.("input, textarea, dialog")) return;
      const file = event.clipboardData?.files[0], text = event.clipboardData?.getData("text/plain") ?? "";
      if (file) take(file);
      else if (text.includes("\n")) take(new File([text], Label.PastedName, { type: "text/csv" }));
    }, { signal });
    return () => end.abort();
  });
  return isOver ? <div class="dropping">{Label.DropHere}</div> : null;
}
