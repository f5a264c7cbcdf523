/** A dialog over the page. */

import type { Child } from "./render";
import { h, useEffect, useRef } from "./render";
import { Label } from "../text/labels";
import { Icon } from "./icons";

export function Sheet({ title, close, children }: { title: string; close: () => void; children: Child }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isClosed = useRef(false);
  // Once: the event "close" comes late, and must not close a sheet that was opened meanwhile.
  const shut = () => {
    if (isClosed.current) return;
    isClosed.current = true;
    close();
  };
  useEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    return () => {
      isClosed.current = true;
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog class="sheet" ref={dialog} aria-label={title} onClose={shut} onCancel={shut}
      onPointerDown={(event) => { if (event.target === dialog.current) shut(); }}>
      <header><h2>{title}</h2><button class="act" aria-label={Label.Close} onClick={shut}><Icon name="close" /></button></header>
      {children}
    </dialog>
  );
}
