/** A number as people write it in a table: `137`, `1,200원`, `$48.00`, `(1,200)`, `12.5 %`. */
export interface Quantity {
  readonly value: number;
  /** The format of the number, so that results can use it too. */
  readonly style: QuantityStyle;
}

export interface QuantityStyle {
  /** The number of digits after the decimal point. */
  readonly decimals: number;
  /** Thousands are separated by commas. */
  readonly isGrouped: boolean;
  /** A currency sign before and a unit after, with the space between. */
  readonly before: string;
  readonly after: string;
}

/**
 * Sign, currency, sign again, digits, unit. It allows no more digits than a number can hold, and no leading zeros,
 * which mark names.
 */
const QUANTITY =
  /^(\(?)([-−△▲+]?)\s?([₩￦$€£¥]?)\s?([-−]?)(\d{1,3}(?:,\d{3})+|0|[1-9]\d{0,14})(\.\d{1,9})?(\s?(?:[%‰℃]|\p{L}[\p{L}²³/]{0,5})?)(\)?)$/u;

/** Null when the text is not a number. */
export const parseQuantity = (text: string): Quantity | null => {
  const [, open, sign = "", before = "", inner = "", whole = "", fraction = "", after = "", close] =
    QUANTITY.exec(text.trim()) ?? [];
  if (whole === "" || (open === "") !== (close === "")) return null;
  const size = Number(whole.replaceAll(",", "") + fraction);
  const isNegative = open !== "" || /[-−△▲]/.test(sign + inner);
  const style = { decimals: Math.max(0, fraction.length - 1), isGrouped: whole.includes(","), before, after };
  return { value: isNegative ? -size : size, style };
};

/** Rounds to the style's decimals and keeps trailing zeros. */
export const formatQuantity = (value: number, { decimals, isGrouped, before, after }: QuantityStyle): string => {
  const digits = Math.abs(value).toFixed(decimals);
  const [whole = "", fraction] = digits.split(".");
  const grouped = isGrouped ? whole.replace(/\B(?=(?:\d{3})+$)/g, ",") : whole;
  const sign = value < 0 && Number(digits) !== 0 ? "-" : "";
  return `${sign}${before}${grouped}${fraction === undefined ? "" : `.${fraction}`}${after}`;
};
