/** Files to carry away: the model three ways, the data, pictures. */

import { h, useEffect, useRef, useState } from "./render";
import { dataCsv, modelJson, safetensors } from "../export/files";
import { pythonCode } from "../export/python";
import { EXPORTS, Label, PICTURES, PICTURE_NOTES } from "../text/labels";
import { HINTS } from "../text/narrator";
import { pngOf } from "../views/svg";
import { lossSvg } from "../views/timeline";
import type { App } from "./stage";
import { useApp } from "./stage";
import { Icon } from "./icons";

type Content = string | Blob | Uint8Array<ArrayBuffer>;

interface Export {
  readonly title: string;
  readonly note: string;
  readonly file: string;
  readonly make: (app: App) => Content | Promise<Content>;
}

const DRAW = {
  boundary: ({ stage }: App) => stage.boundary!.svg(stage.scene, stage.palette),
  network: ({ stage }: App) => stage.network!.svg(stage.palette),
  loss: ({ session, stage }: App) => lossSvg(session, stage.palette),
};
const FORMS = { png: pngOf, svg: (source: string) => source };

const ITEMS: readonly Export[] = [
  { ...EXPORTS.model, file: "model.safetensors", make: ({ session }) => safetensors(session) },
  { ...EXPORTS.json, file: "model.json", make: ({ session }) => modelJson(session) },
  { ...EXPORTS.code, file: "network.py", make: ({ session }) => pythonCode(session) },
  { ...EXPORTS.data, file: "data.csv", make: ({ session }) => dataCsv(session) },
  ...(["boundary", "network", "loss"] as const).flatMap((view) => (["png", "svg"] as const).map((form) => ({
    title: `${PICTURES[view]} as ${form.toUpperCase()}`, note: PICTURE_NOTES[form], file: `${view}.${form}`, make: (app: App) => FORMS[form](DRAW[view](app)),
  }))),
];

export function ExportMenu() {
  const app = useApp();
  const [isOpen, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null), button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    menu.current?.querySelector("button")?.focus();
    const outside = (event: PointerEvent) => { if (!menu.current?.contains(event.target as Node) && !button.current?.contains(event.target as Node)) setOpen(false); };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = [...menu.current!.querySelectorAll("button")];
      const at = items.indexOf(document.activeElement as HTMLButtonElement) + (event.key === "ArrowDown" ? 1 : -1);
      items[(at + items.length) % items.length]?.focus();
    } else return;
    event.preventDefault();
  };
  const carry = async ({ file, make }: Export) => {
    close();
    save(file, await make(app));
    app.say(HINTS.saved(file));
  };
  return (
    <div class="menubox">
      <button class="act" ref={button} aria-haspopup="menu" aria-expanded={isOpen} title={Label.Export} onClick={() => setOpen(!isOpen)}><Icon name="export" /><span>{Label.Export}</span></button>
      {isOpen && (
        <div class="menu" role="menu" aria-label={Label.Export} ref={menu} onKeyDown={onKey}>
          {ITEMS.map((item) => <button role="menuitem" key={item.file} onClick={() => void carry(item)}><b>{item.title}</b><small>{item.note}</small></button>)}
        </div>
      )}
    </div>
  );
}

/** Let the browser save a file. */
function save(name: string, content: Content): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}
