// The momentum update of the key encoder (He et al. 2020, equation 2).
import { add, mul, type Tensor1D, tidy } from "@tensorflow/tfjs-core";

/** θₖ ← m θₖ + (1 − m) θ_q over flat weights; returns the new θₖ and leaves both arguments. */
export function momentumUpdate(key: Tensor1D, query: Tensor1D, m: number): Tensor1D {
  return tidy(() => add(mul(key, m), mul(query, 1 - m)));
}
