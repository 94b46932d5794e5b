// The contrastive loss of MoCo (He et al. 2020, equation 1).
import {
  add,
  concat,
  logSumExp,
  matMul,
  mean,
  mul,
  type Scalar,
  squeeze,
  sub,
  sum,
  type Tensor2D,
} from "@tensorflow/tfjs-core";

export interface Negatives {
  /** The queue's keys, `[K, d]`. */
  queue: Tensor2D;
  /** 1 where a queue key must not count against a query, `[n, K]`. */
  excluded?: Tensor2D;
  /** One more negative for each query: its own picture, manipulated, `[n, d]`. */
  blended?: Tensor2D;
}

export interface Contrast {
  loss: Scalar;
  /** Similarities over T, `[n, 1 + K (+ 1)]`; column 0 is the positive. */
  logits: Tensor2D;
}

/** Added to an excluded similarity: its exponential is then exactly zero in float32. */
const OUT_OF_REACH = -1e4;

/**
 * InfoNCE, differentiable in `q`:
 *
 *     L = −(1/n) Σᵢ log( exp(qᵢ·kᵢ/T) / (exp(qᵢ·kᵢ/T) + Σⱼ exp(qᵢ·queueⱼ/T) + exp(qᵢ·bᵢ/T)) )
 *
 * The last term is there if `blended` is; j runs over the keys that are not excluded.
 *
 * @param q queries, `[n, d]`, each of length 1.
 * @param k the positive key of each, `[n, d]`, each of length 1.
 */
export function infoNce(q: Tensor2D, k: Tensor2D, negatives: Negatives, T: number): Contrast {
  const positive = sum(mul(q, k), 1, true);
  let queue = matMul(q, negatives.queue, false, true);
  if (negatives.excluded) queue = add(queue, mul(negatives.excluded, OUT_OF_REACH));
  const columns = [positive, queue];
  if (negatives.blended) columns.push(sum(mul(q, negatives.blended), 1, true));
  const logits = mul(concat(columns, 1), 1 / T) as Tensor2D;
  const loss = mean(sub(logSumExp(logits, 1), mul(squeeze(positive, [1]), 1 / T)));
  return { loss: loss as Scalar, logits };
}
