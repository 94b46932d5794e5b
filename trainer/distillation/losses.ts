// What a student is asked for: the teacher's logit, its features, and where there is one the label.
import {
  abs,
  add,
  exp,
  log1p,
  mean,
  mul,
  relu,
  type Scalar,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

/** (1/n) Σ (zₛ − zₜ)² over logits (Ba & Caruana 2014), or over the cells of maps of logits. */
export function logitMse(student: Tensor, teacher: Tensor): Scalar {
  return mean(square(sub(student, teacher)));
}

/**
 * τ² · KL(σ(zₜ/τ) ‖ σ(zₛ/τ)), averaged (Hinton et al. 2015). The factor keeps the gradient's size
 * when τ changes: for large τ it tends to (zₛ − zₜ)²/8.
 */
export function logitKl(student: Tensor1D, teacher: Tensor1D, tau: number): Scalar {
  const wanted = sigmoid(mul(teacher, 1 / tau));
  const crossEntropy = binaryCrossEntropy(wanted, mul(student, 1 / tau));
  const entropy = binaryCrossEntropy(wanted, mul(teacher, 1 / tau));
  return mul(mean(sub(crossEntropy, entropy)), tau ** 2) as Scalar;
}

/** Mean over pictures and cells of ‖s − t‖² of two maps `[n, h, w, c]` of unit vectors. */
export function featureMse(student: Tensor4D, teacher: Tensor4D): Scalar {
  return mean(sum(square(sub(student, teacher)), 3));
}

/** Cross-entropy with the labels, averaged over the pictures whose label may be used. */
export function labelLoss(
  logit: Tensor1D,
  labels: Tensor1D,
  known: Tensor1D,
  count: number,
): Scalar {
  return mul(sum(mul(binaryCrossEntropy(labels, logit), known)), 1 / Math.max(1, count)) as Scalar;
}

/** −y log σ(z) − (1 − y) log(1 − σ(z)), element by element and without overflow. */
function binaryCrossEntropy(y: Tensor, z: Tensor): Tensor {
  return add(sub(relu(z), mul(z, y)), log1p(exp(mul(abs(z), -1))));
}
