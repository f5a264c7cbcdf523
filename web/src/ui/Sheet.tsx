/** A dialog over the page. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LABELS } from "../text/labels";
import { Icon } from "./icons";

export function Sheet({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <dialog class="sheet" ref={dialog} aria-label={title} onClose={close} onCancel={close}
      onPointerDown={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      <header><h2>{title}</h2><button class="act" aria-label={LABELS.close} onClick={() => dialog.current!.close()}><Icon name="close" /></button></header>
      {children}
    </dialog>
  );
}
