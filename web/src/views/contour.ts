/** Marching squares: the line where values of a grid cross a level. */

/**
 * Return the line piece by piece, in units of the grid: the centre of the first cell is at (0.5, 0.5).
 *
 * `at(i)` is the value of cell i minus the level.
 */
export function contour(at: (i: number) => number, nA: number, nB: number, segment: (x0: number, y0: number, x1: number, y1: number) => void): void {
  for (let j = 0; j + 1 < nB; j++) {
    let topLeft = at(j * nA), bottomLeft = at((j + 1) * nA);
    for (let i = 0; i + 1 < nA; i++) {
      const topRight = at(j * nA + i + 1), bottomRight = at((j + 1) * nA + i + 1);
      const kind = (topLeft > 0 ? 1 : 0) | (topRight > 0 ? 2 : 0) | (bottomRight > 0 ? 4 : 0) | (bottomLeft > 0 ? 8 : 0);
      if (kind !== 0 && kind !== 15) {
        const x = i + 0.5, y = j + 0.5;
        const top = x + topLeft / (topLeft - topRight), bottom = x + bottomLeft / (bottomLeft - bottomRight);
        const left = y + topLeft / (topLeft - bottomLeft), right = y + topRight / (topRight - bottomRight);
        switch (kind) {
          case 1: case 14: segment(x, left, top, y); break;
          case 2: case 13: segment(top, y, x + 1, right); break;
          case 4: case 11: segment(x + 1, right, bottom, y + 1); break;
          case 8: case 7: segment(bottom, y + 1, x, left); break;
          case 3: case 12: segment(x, left, x + 1, right); break;
          case 6: case 9: segment(top, y, bottom, y + 1); break;
          case 5: segment(x, left, top, y); segment(x + 1, right, bottom, y + 1); break;
          case 10: segment(top, y, x + 1, right); segment(bottom, y + 1, x, left); break;
        }
      }
      topLeft = topRight;
      bottomLeft = bottomRight;
    }
  }
}
