/** The whole state in a link: `#1.` (the version), then JSON, compressed, in base64url. */

import { readDoc } from "./check";
import { MAX_EPOCHS } from "./defaults";
import { Problem } from "./problem";
import type { LinkState } from "./document";
import type { Session } from "./types";

/** Raised when an older page could misread what is written; older versions stay readable below. */
export const LINK_VERSION = 1;
const MAX_LINK = 1_000_000;
const MAX_JSON = 10_000_000;

/** Return what must be in a link to a session as it is now. */
export function linkState(session: Session): LinkState {
  const { doc, branches, position, theta } = session;
  // After an edit the way here cannot be computed from the settings: the weights themselves go into the link.
  if (branches.length === 0) return { doc, epoch: position.epoch };
  const network = { ...doc.network, given: { theta: Array.from(theta) } };
  return { doc: { ...doc, network }, epoch: 0 };
}

export async function writeLink({ doc, epoch }: LinkState): Promise<string> {
  const given = doc.network.given;
  const network = { ...doc.network, given: given === null ? null : base64(bytesOf(given.theta)) };
  const json = JSON.stringify({ ...doc, network, epoch });
  return `#${LINK_VERSION}.${base64(await throughStream(new TextEncoder().encode(json), new CompressionStream("deflate-raw")))}`;
}

/** Read a link's part after the page's address; throws a `Problem` if it is broken, or newer than this page. */
export async function readLink(hash: string): Promise<LinkState> {
  const [, version, content] = /^#(\d{1,6})\.([\w-]+)$/u.exec(hash.slice(0, MAX_LINK)) ?? [];
  if (version === undefined || content === undefined) throw new Problem({ code: "link-broken" });
  if (Number(version) > LINK_VERSION || Number(version) < 1) {
    throw new Problem({ code: "link-version", version: Number(version), known: LINK_VERSION });
  }
  const value = await parse(content);
  const network = value.network as Record<string, unknown> | undefined;
  const given = typeof network?.given === "string" ? { theta: numbersOf(fromBase64(network.given)) } : null;
  const doc = readDoc({ ...value, network: { ...network, given } });
  const epoch = Number.isInteger(value.epoch) ? Math.max(0, Math.min(MAX_EPOCHS, value.epoch as number)) : 0;
  return { doc, epoch };
}

async function parse(content: string): Promise<Record<string, unknown>> {
  try {
    const bytes = await throughStream(fromBase64(content), new DecompressionStream("deflate-raw"));
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Cut, retyped or not ours: whatever failed, the link cannot be read.
  }
  throw new Problem({ code: "link-broken" });
}

async function throughStream(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough<Uint8Array<ArrayBuffer>>(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > MAX_JSON) throw new Problem({ code: "link-broken" }); // a few bytes can unfold to gigabytes
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Problem({ code: "link-broken" });
  }
}

/** Doubles as little-endian bytes, whatever the machine. */
function bytesOf(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return new Uint8Array(view.buffer);
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => view.getFloat64(8 * i, true));
}
