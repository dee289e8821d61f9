declare module "mathsteps" {
  export interface EquationStep {
    readonly oldEquation: { ascii(): string };
    readonly newEquation: { ascii(): string };
  }
  export function solveEquation(equation: string): readonly EquationStep[];
}
