/** Masks secrets in byte streams. */

/** One stream's masking state: secrets split over chunks are found, so a few bytes may be held back until `end`. */
export interface MaskedStream {
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

export interface Redactor {
  /** A fresh stream; stdout and stderr need one each. */
  stream(): MaskedStream;
  /** Masks a whole text, for argv, reasons and messages. */
  text(text: string): string;
}
