/** Pictures of the views as SVG: a pen that writes down what it is told to draw; and as PNG, drawn from it. */

const PNG_SCALE = 2;

/** What the views draw with: a canvas, or an SVG. */
export type Pen = Pick<CanvasRenderingContext2D,
  | "beginPath" | "moveTo" | "lineTo" | "bezierCurveTo" | "closePath" | "stroke" | "fill" | "clip" | "save" | "restore" | "setLineDash" | "fillRect"
  | "lineWidth" | "lineCap" | "lineJoin" | "globalAlpha"
> & {
  strokeStyle: string | CanvasGradient | CanvasPattern;
  fillStyle: string | CanvasGradient | CanvasPattern;
  textAlign: CanvasTextAlign;
  arc(x: number, y: number, r: number, from: number, to: number): void;
  roundRect(x: number, y: number, width: number, height: number, r: number): void;
  fillText(text: string, x: number, y: number): void;
  drawImage(image: HTMLCanvasElement, left: number, top: number, width: number, height: number, x: number, y: number, toWidth: number, toHeight: number): void;
};

/** Draw a picture whose upper left corner is at (x, y), on a ground of one colour; return the SVG. */
export function svgOf([x, y, width, height]: readonly [number, number, number, number], ground: string, draw: (pen: Pen) => void): string {
  const size = `width="${round(width)}" height="${round(height)}"`;
  let body = "", d = "", dash: readonly number[] = [];
  const add = (...points: number[]) => { d += points.map(round).join(" "); };
  const path = (paint: string) => { body += `<path d="${d}" ${paint} opacity="${round(pen.globalAlpha)}"/>`; };
  const nothing = () => undefined;
  const pen: Pen = {
    strokeStyle: "", fillStyle: "", lineWidth: 1, lineCap: "butt", lineJoin: "round", globalAlpha: 1, textAlign: "start",
    save: nothing, restore: nothing, clip: nothing,
    beginPath: () => { d = ""; },
    moveTo: (px, py) => { d += "M"; add(px, py); },
    lineTo: (px, py) => { d += d ? "L" : "M"; add(px, py); },
    bezierCurveTo: (...points) => { d += "C"; add(...points); },
    closePath: () => { d += "Z"; },
    // Whole circles alone.
    arc: (px, py, r) => { pen.moveTo(px - r, py); for (const way of [2 * r, -2 * r]) { d += "a"; add(r, r, 0, 1, 0, way, 0); } },
    roundRect: (px, py, w, h) => { pen.moveTo(px, py); d += `h${round(w)}v${round(h)}h${round(-w)}Z`; },
    setLineDash: (pattern) => { dash = [...pattern]; },
    stroke: () => path(`fill="none" stroke="${String(pen.strokeStyle)}" stroke-width="${round(pen.lineWidth)}" stroke-linejoin="round" stroke-linecap="${pen.lineCap}"${dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : ""}`),
    fill: () => path(`fill="${String(pen.fillStyle)}"`),
    fillRect: (px, py, w, h) => { pen.beginPath(); pen.roundRect(px, py, w, h, 0); pen.fill(); },
    fillText: (text, px, py) => { body += `<text x="${round(px)}" y="${round(py)}" text-anchor="${pen.textAlign}" font-family="sans-serif" font-size="13" fill="${String(pen.fillStyle)}">${text}</text>`; },
    drawImage: (image, left, top, w, h, px, py, toWidth, toHeight) => {
      const part = Object.assign(document.createElement("canvas"), { width: w, height: h });
      part.getContext("2d")!.drawImage(image, left, top, w, h, 0, 0, w, h);
      body += `<image x="${round(px)}" y="${round(py)}" width="${round(toWidth)}" height="${round(toHeight)}" preserveAspectRatio="none" href="${part.toDataURL()}"/>`;
    },
  };
  pen.fillStyle = ground;
  pen.fillRect(x, y, width, height);
  draw(pen);
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${[x, y, width, height].map(round).join(" ")}">${body}</svg>`;
}

/** Return a picture as PNG. */
export async function pngOf(source: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth * PNG_SCALE, height: image.naturalHeight * PNG_SCALE });
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))), "image/png"));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
