/** Markers of the classes, as in the displays: ● ★ ■ ▲ ◆ ▼ ✚ ✖ ⬟ ⬢. */

type Pen = { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void; arc(x: number, y: number, r: number, from: number, to: number): void; closePath(): void };

const SIGNS = ["●", "★", "■", "▲", "◆", "▼", "✚", "✖", "⬟", "⬢"];

/** Return the sign of a class in text. */
export function signOf(code: number): string {
  return SIGNS[code % SIGNS.length]!;
}

/** Add the marker of a class to a path, around a point. */
export function addMarker(pen: Pen, code: number, x: number, y: number, r: number): void {
  const kind = code % 10;
  if (kind === 0) { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, 2 * Math.PI); }
  else if (kind === 1) polygon(pen, x, y, 10, -90, (k) => (k % 2 ? 0.58 : 1.42) * r);
  else if (kind === 2) polygon(pen, x, y, 4, -45, () => 1.25 * r);
  else if (kind === 3) polygon(pen, x, y, 3, -90, () => 1.4 * r);
  else if (kind === 4) polygon(pen, x, y, 4, -90, () => 1.3 * r);
  else if (kind === 5) polygon(pen, x, y, 3, 90, () => 1.4 * r);
  else if (kind === 6) cross(pen, x, y, r, 0);
  else if (kind === 7) cross(pen, x, y, r, 45);
  else if (kind === 8) polygon(pen, x, y, 5, -90, () => 1.25 * r);
  else polygon(pen, x, y, 6, 0, () => 1.2 * r);
}

function polygon(pen: Pen, x: number, y: number, corners: number, start: number, radius: (k: number) => number): void {
  for (let k = 0; k < corners; k++) {
    const angle = ((start + (360 * k) / corners) * Math.PI) / 180, r = radius(k);
    if (k) pen.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    else pen.moveTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  pen.closePath();
}

const ARMS = [[1.3, 0.45], [0.45, 0.45], [0.45, 1.3], [-0.45, 1.3], [-0.45, 0.45], [-1.3, 0.45], [-1.3, -0.45], [-0.45, -0.45], [-0.45, -1.3], [0.45, -1.3], [0.45, -0.45], [1.3, -0.45]] as const;

function cross(pen: Pen, x: number, y: number, r: number, turn: number): void {
  const c = Math.cos((turn * Math.PI) / 180), s = Math.sin((turn * Math.PI) / 180);
  ARMS.forEach(([dx, dy], k) => {
    const px = x + r * (dx * c - dy * s), py = y + r * (dx * s + dy * c);
    if (k) pen.lineTo(px, py);
    else pen.moveTo(px, py);
  });
  pen.closePath();
}
