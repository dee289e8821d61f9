/**
 * The result of `calculate`. `decimal` is set when the result is a number that is not whole. `steps` show the
 * derivation in mathematical signs, when it is worth showing.
 */
export interface Calculated {
  readonly result: string;
  readonly decimal?: string;
  readonly steps?: readonly string[];
}
