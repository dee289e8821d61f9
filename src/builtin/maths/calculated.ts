/**
 * What `calculate` answers. `decimal` is there when the result is a number that is not whole; `steps` are how it comes about, in signs
 * alone, where that is worth telling.
 */
export interface Calculated {
  readonly result: string;
  readonly decimal?: string;
  readonly steps?: readonly string[];
}
