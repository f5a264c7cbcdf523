/** The facts of the five classics, as sentences. */

import type { Fact } from "../data/classics";

const SENTENCES: Readonly<Record<string, (value: string) => string>> = {
  "fact-circles": (value) => `P(star) at (−0.5, −0.4) is ${value}`,
  "fact-ten-points": (value) => `P(star) at (0.7, 0.2) is still ${value}: at this rate nothing is learned. Choose the rate 1 and start again`,
  "fact-ten-points-cured": (value) => `At the larger rate ${value} points are right`,
  "fact-gaussians": (value) => `Ten steps lead the weights to ${value}`,
  "fact-moons": (value) => `${value} of the held-back points are right`,
  "fact-bumps": (value) => `${value} points are right`,
};

export function factSentence({ code, value, expected, holds }: Fact): string {
  const text = SENTENCES[code]?.(value) ?? value;
  return holds ? `${text}, as in the tutorial.\u00a0✓` : `${text}; the tutorial has ${expected}.`;
}
