import type { Expression } from "../../notation/expression.ts";
import * as Q from "../../notation/rational.ts";
import { ToolError } from "../../tools/contract.ts";
import type { Calculated } from "./calculated.ts";
import { exactValue, fromRational } from "./exact.ts";
import { calculatedOf } from "./show.ts";

type Matrix = readonly (readonly Q.Rational[])[];

const MAX_SIZE = 8;

const isList = (of: Expression | undefined): of is Extract<Expression, { kind: "call" }> =>
  of?.kind === "call" && of.name === "list";

const matrixOf = (of: Expression | undefined): Matrix => {
  const usage = "A matrix is written by rows, of numbers: [[1, 2], [3, 4]].";
  if (!isList(of) || !of.args.every(isList)) throw new ToolError(usage);
  const rows = of.args.map((row) => (isList(row) ? row.args.map(exactValue) : []));
  const width = rows[0]?.length ?? 0;
  const isFull = rows.every((row) => row.length === width && row.every((value) => value !== null));
  if (!isFull || width === 0 || width > MAX_SIZE || rows.length > MAX_SIZE)
    throw new ToolError(
      `${usage} It may have at most ${MAX_SIZE} rows and columns, and all rows must have the same length.`,
    );
  return rows.map((row) => row.filter((value) => value !== null));
};
const squareOf = (of: Expression | undefined): Matrix => {
  const matrix = matrixOf(of);
  if (matrix.length !== matrix[0]?.length) throw new ToolError("The matrix must be square.");
  return matrix;
};
const at = (matrix: Matrix, row: number, column: number): Q.Rational => matrix[row]?.[column] ?? Q.ZERO;
const show = (matrix: Matrix): string => `[${matrix.map((row) => `[${row.map(Q.show).join(",")}]`).join(",")}]`;

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    (b[0] ?? []).map((_, column) =>
      row.reduce((sum, value, n) => Q.add(sum, Q.multiply(value, at(b, n, column))), Q.ZERO),
    ),
  );

/** Gaussian elimination, applied to the identity matrix as well. */
const eliminate = (matrix: Matrix): { readonly determinant: Q.Rational; readonly inverse: Matrix | null } => {
  const size = matrix.length;
  const rows = matrix.map((row, n) => [...row, ...row.map((_, m) => (n === m ? Q.ONE : Q.ZERO))]);
  let determinant = Q.ONE;
  for (let column = 0; column < size; column++) {
    const pivot = rows.findIndex((row, n) => n >= column && (row[column]?.n ?? 0n) !== 0n);
    if (pivot < 0) return { determinant: Q.ZERO, inverse: null };
    if (pivot !== column) {
      [rows[pivot], rows[column]] = [rows[column] ?? [], rows[pivot] ?? []];
      determinant = Q.negate(determinant);
    }
    const lead = rows[column]?.[column] ?? Q.ONE;
    determinant = Q.multiply(determinant, lead);
    rows[column] = (rows[column] ?? []).map((value) => Q.divide(value, lead));
    for (const [n, row] of rows.entries()) {
      const factor = row[column] ?? Q.ZERO;
      if (n !== column && factor.n !== 0n)
        rows[n] = row.map((value, m) => Q.add(value, Q.negate(Q.multiply(factor, rows[column]?.[m] ?? Q.ZERO))));
    }
  }
  return { determinant, inverse: rows.map((row) => row.slice(size)) };
};

/** Expansion by the first row: slow, but an independent check. */
const byCofactors = (matrix: Matrix): Q.Rational => {
  if (matrix.length === 1) return at(matrix, 0, 0);
  return (matrix[0] ?? []).reduce((sum, value, n) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, m) => m !== n));
    const part = Q.multiply(value, byCofactors(minor));
    return Q.add(sum, n % 2 === 0 ? part : Q.negate(part));
  }, Q.ZERO);
};

export const det = ([of]: readonly Expression[]): Calculated => {
  const matrix = squareOf(of);
  const { determinant } = eliminate(matrix);
  if (matrix.length <= 6 && Q.show(byCofactors(matrix)) !== Q.show(determinant))
    throw new ToolError("The determinant could not be verified.");
  const wrapped = (value: Q.Rational): string =>
    value.n < 0n || value.d !== 1n ? `(${Q.show(value)})` : Q.show(value);
  const [a, b, c, d] = matrix.flat().map(wrapped);
  const steps = matrix.length === 2 ? [`${a}*${d} - ${b}*${c} = ${Q.show(determinant)}`] : [];
  return { ...calculatedOf(fromRational(determinant)), steps };
};

export const inverse = ([of]: readonly Expression[]): Calculated => {
  const matrix = squareOf(of);
  const { inverse: found, determinant } = eliminate(matrix);
  if (found === null) throw new ToolError("The determinant is 0, so the matrix has no inverse.");
  const unit = matrix.map((row, n) => row.map((_, m) => (n === m ? Q.ONE : Q.ZERO)));
  if (show(times(matrix, found)) !== show(unit)) throw new ToolError("The inverse could not be verified.");
  return { result: show(found), steps: [`det = ${Q.show(determinant)}`] };
};

export const matmul = ([first, second]: readonly Expression[]): Calculated => {
  const [a, b] = [matrixOf(first), matrixOf(second)];
  if (a[0]?.length !== b.length)
    throw new ToolError("The first matrix must have as many columns as the second has rows.");
  return { result: show(times(a, b)) };
};
