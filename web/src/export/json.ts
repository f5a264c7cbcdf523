/** JSON in which whole floats stay floats. */

/** A number that Python must read as a float: JSON of a whole one ends in `.0`. */
export class Float {
  constructor(readonly value: number) {}
}

/** JSON that is ready. */
export class Raw {
  constructor(readonly text: string) {}
}

/** Return JSON that keeps floats apart from whole numbers. */
export function toJson(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Float64Array) return `[${Array.from(value, floatText).join(", ")}]`;
  if (Array.isArray(value)) return `[${value.map(toJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${toJson(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

export function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}
