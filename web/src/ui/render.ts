/** A small renderer: functions give elements, hooks keep what they remember. Text is only ever text. */

export type Child = VNode | string | number | boolean | null | undefined | readonly Child[];
export type Component = (props: never) => Child;

export interface Ref<T> {
  current: T | null;
}

type Props = Readonly<Record<string, unknown>>;

interface VNode {
  /** Of an element its name, of a text null, of several children "". */
  readonly tag: string | Component | null;
  readonly props: Props;
  readonly children: readonly Child[];
}

/** A node that is on the page. A component has one child, what it returned. */
interface Spot {
  node: VNode;
  readonly dom: Element | Text | null;
  readonly depth: number;
  children: Spot[];
  readonly hooks: Hook[];
  isGone: boolean;
}

interface Hook {
  deps?: readonly unknown[] | undefined;
  end?: (() => void) | undefined | void;
}

type On<E, Name extends keyof HTMLElementEventMap> = (event: HTMLElementEventMap[Name] & { readonly currentTarget: E }) => void;

interface Attributes<E> {
  readonly class?: string;
  readonly style?: Readonly<Record<string, string>>;
  readonly ref?: Ref<E>;
  readonly children?: unknown;
  readonly onClick?: On<E, "click">;
  readonly onInput?: On<E, "input">;
  readonly onChange?: On<E, "change">;
  readonly onBlur?: On<E, "blur">;
  readonly onSubmit?: On<E, "submit">;
  readonly onClose?: On<E, "close">;
  readonly onCancel?: On<E, "cancel">;
  readonly onKeyDown?: On<E, "keydown">;
  readonly onPointerDown?: On<E, "pointerdown">;
  readonly onPointerMove?: On<E, "pointermove">;
  readonly onPointerUp?: On<E, "pointerup">;
  readonly onPointerCancel?: On<E, "pointercancel">;
  readonly [name: string]: unknown;
}

type Elements = HTMLElementTagNameMap & Pick<SVGElementTagNameMap, "svg" | "path" | "circle" | "rect">;

// eslint-disable-next-line @typescript-eslint/no-namespace -- TypeScript looks for the types of JSX here
export declare namespace h {
  namespace JSX {
    type ElementType = string | Component | typeof Fragment;
    type IntrinsicElements = { [Tag in keyof Elements]: Attributes<Elements[Tag]> };
    interface IntrinsicAttributes { readonly key?: unknown }
    interface ElementChildrenAttribute { readonly children: unknown }
    type Element = VNode;
  }
}

/** Several children without an element around them. */
export const Fragment = "" as unknown as (props: { readonly children?: unknown }) => Child;

export function h(tag: string | Component, props: Props | null, ...children: Child[]): VNode {
  return { tag, props: props ?? {}, children };
}

/** Put an element into an empty host. */
export function render(child: Child, host: Element): void {
  for (const dom of nodesOf(create(child, 0))) host.append(dom);
  runEffects();
}

function normal(child: Child): VNode {
  if (Array.isArray(child)) return { tag: "", props: {}, children: child as readonly Child[] };
  if (typeof child === "object" && child !== null) return child as VNode;
  return { tag: null, props: { text: child === null || child === undefined || typeof child === "boolean" ? "" : String(child) }, children: [] };
}

function create(child: Child, depth: number, isSvg = false): Spot {
  const node = normal(child), { tag, props } = node;
  const svg = isSvg || tag === "svg";
  const dom = tag === null ? document.createTextNode(props["text"] as string)
    : tag === "" || typeof tag === "function" ? null
      : svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  const spot: Spot = { node, dom, depth, children: [], hooks: [], isGone: false };
  spot.children = childrenOf(spot).map((one) => create(one, depth + 1, svg));
  if (dom instanceof Element) {
    for (const one of spot.children) dom.append(...nodesOf(one));
    setProps(dom, props, {});
  }
  return spot;
}

/** Return the children of a node as it is now; nodes without an element of their own have at least one, to keep their place. */
function childrenOf(spot: Spot): readonly Child[] {
  const { tag, props, children } = spot.node;
  if (typeof tag !== "function") return tag === "" && !children.length ? [""] : children;
  waiting.delete(spot);
  [drawn, place] = [spot, 0];
  return [(tag as (props: Props) => Child)({ ...props, children })];
}

function nodesOf({ dom, children }: Spot): (Element | Text)[] {
  return dom ? [dom] : children.flatMap(nodesOf);
}

function update(spot: Spot, node: VNode): void {
  if (spot.node === node) return;
  const before = spot.node.props;
  spot.node = node;
  if (spot.dom instanceof Text) {
    if (before["text"] !== node.props["text"]) spot.dom.data = node.props["text"] as string;
    return;
  }
  updateChildren(spot);
  if (spot.dom) setProps(spot.dom, node.props, before);
}

function updateChildren(spot: Spot): void {
  const old = spot.children;
  const last = old.flatMap(nodesOf).pop();
  const parent = spot.dom ?? last!.parentNode!;
  let next = last?.nextSibling ?? null;
  const isSvg = parent instanceof SVGElement;
  spot.children = childrenOf(spot).map((child, k) => {
    const node = normal(child), { key } = node.props;
    const same = key === undefined ? old[k] : old.find((one) => one.node.props["key"] === key);
    if (!same || same.node.tag !== node.tag || same.node.props["key"] !== key) return create(node, spot.depth + 1, isSvg);
    update(same, node);
    return same;
  });
  if (spot.children.length === old.length && spot.children.every((one, k) => one === old[k])) return;
  for (const one of old) if (!spot.children.includes(one)) {
    for (const dom of nodesOf(one)) dom.remove();
    remove(one);
  }
  for (const dom of spot.children.flatMap(nodesOf).reverse()) {
    if (dom.parentNode !== parent || dom.nextSibling !== next) parent.insertBefore(dom, next);
    next = dom;
  }
}

function remove(spot: Spot): void {
  spot.isGone = true;
  waiting.delete(spot);
  for (const hook of spot.hooks) hook.end?.();
  const ref = spot.node.props["ref"] as Ref<unknown> | undefined;
  if (ref) ref.current = null;
  spot.children.forEach(remove);
}

/** Set what has changed; a value comes last, as it depends on the limits and the options. */
function setProps(dom: Element, props: Props, before: Props): void {
  for (const name of Object.keys({ ...before, ...props })) if (props[name] !== before[name] && name !== "value") set(dom, name, props[name]);
  if ("value" in props && String((dom as HTMLInputElement).value) !== String(props["value"])) (dom as HTMLInputElement).value = props["value"] as string;
}

function set(dom: Element, name: string, value: unknown): void {
  if (name === "key") return;
  const fields = dom as unknown as Record<string, unknown>;
  if (name === "ref") (value as Ref<Element>).current = dom;
  // The build shortens the property, so that its name as text has to follow.
  else if (name === /* @__KEY__ */ "class") dom.classList.value = String(value ?? "");
  else if (name === "style" && value) for (const [key, text] of Object.entries(value as Record<string, string>)) (dom as HTMLElement).style.setProperty(key, text);
  else if (name.startsWith("on") || (typeof value === "boolean" && name in dom)) fields[name.toLowerCase()] = value;
  else if (value === undefined || value === null) dom.removeAttribute(name);
  else dom.setAttribute(name, String(value));
}

// ---------------------------------------------------------------- hooks

let drawn: Spot;
let place = 0;
let ids = 0;
const waiting = new Set<Spot>();
const effects: (() => void)[] = [];

function hook<T extends object>(make: (spot: Spot) => T): T & Hook {
  return (drawn.hooks[place++] ??= make(drawn)) as T & Hook;
}

/** Draw the component again, after what is running now. */
function drawAgain(spot: Spot): void {
  if (spot.isGone) return;
  if (!waiting.size) queueMicrotask(drawWaiting);
  waiting.add(spot);
}

function drawWaiting(): void {
  for (const spot of [...waiting].sort((one, other) => one.depth - other.depth)) if (waiting.has(spot)) updateChildren(spot);
  runEffects();
}

function runEffects(): void {
  for (const effect of effects.splice(0)) effect();
}

function hasChanged(deps: readonly unknown[] | undefined, before: readonly unknown[] | undefined): boolean {
  return !deps || !before || deps.some((value, k) => !Object.is(value, before[k]));
}

export function useState<T>(first: T | (() => T)): readonly [T, (next: T | ((now: T) => T)) => void] {
  const kept = hook((spot) => {
    const made = {
      value: first instanceof Function ? first() : first,
      set: (next: T | ((now: T) => T)) => {
        const value = next instanceof Function ? next(made.value) : next;
        if (Object.is(value, made.value)) return;
        made.value = value;
        drawAgain(spot);
      },
    };
    return made;
  });
  return [kept.value, kept.set];
}

/** Return a function that draws the component again. */
export function useAgain(): () => void {
  const kept = hook((spot) => ({ again: () => drawAgain(spot) }));
  return kept.again;
}

/** Do something once the component is on the page, and again after a change of `deps`; what it returns ends it. */
export function useEffect(run: () => (() => void) | undefined | void, deps?: readonly unknown[]): void {
  const kept: Hook = hook(() => ({}));
  const spot = drawn;
  if (!hasChanged(deps, kept.deps)) return;
  kept.deps = deps;
  effects.push(() => {
    kept.end?.();
    kept.end = spot.isGone ? undefined : run();
  });
}

export function useMemo<T>(make: () => T, deps: readonly unknown[]): T {
  const kept: Hook & { value?: T } = hook(() => ({}));
  if (hasChanged(deps, kept.deps)) kept.value = make();
  kept.deps = deps;
  return kept.value!;
}

export function useRef<T>(first: T): { current: T };
export function useRef<T>(first: T | null): Ref<T>;
export function useRef<T>(first: T): { current: T } {
  return hook(() => ({ current: first }));
}

export function useId(): string {
  return hook(() => ({ id: `sx${++ids}` })).id;
}
