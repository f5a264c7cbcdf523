/** The text encoding of a file, from its first bytes. */

import { Problem } from "../state/problem";

/** Return a decoder for a file that begins with these bytes; throws a `Problem` if it is no text. */
export function decoderOf(bytes: Uint8Array): TextDecoder {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be");
  const zeros = [0, 0];
  const sample = bytes.subarray(0, 4096);
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]!++;
  });
  const half = sample.length / 2;
  if (zeros[1]! > 0.4 * half && zeros[0]! < 0.1 * half) return new TextDecoder("utf-16le");
  if (zeros[0]! > 0.4 * half && zeros[1]! < 0.1 * half) return new TextDecoder("utf-16be");
  if (zeros[0]! + zeros[1]! > 0 || hasControls(sample)) throw new Problem({ code: "binary" });
  return new TextDecoder(isUtf8(sample) ? "utf-8" : "windows-1252");
}

/** Whether many bytes are control characters that no text has. */
function hasControls(sample: Uint8Array): boolean {
  const controls = sample.reduce((sum, byte) => sum + (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 ? 1 : 0), 0);
  return controls > sample.length / 50;
}

function isUtf8(sample: Uint8Array): boolean {
  try {
    // A character that the end of the sample cuts is no error in a stream.
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}
