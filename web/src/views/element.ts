/** Elements that the views make themselves. */

/** Add an element to a host; what it shows is for the eyes alone. */
export function add<Tag extends keyof HTMLElementTagNameMap>(host: Element, tag: Tag, className = "", text = ""): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  Object.assign(element, { className, textContent: text });
  element.setAttribute("aria-hidden", "true");
  return host.appendChild(element);
}

/** Put an element at a place of its host. */
export function put(element: HTMLElement, place: { left?: number; top?: number; width?: number; height?: number; "max-width"?: number }): void {
  for (const [name, value] of Object.entries(place)) element.style.setProperty(name, `${value}px`);
}

/** The size of an element, as it is now. */
export interface Size {
  width: number;
  height: number;
}

export function sizeOf(element: HTMLElement): Size {
  const size = { width: 0, height: 0 };
  const measure = () => { Object.assign(size, { width: element.clientWidth, height: element.clientHeight }); };
  new ResizeObserver(measure).observe(element);
  measure();
  return size;
}
