// The temperature that makes sigmoid(logit / T) fit held-out labels best (Guo et al. 2017).

/** Mean negative log-likelihood at a temperature, each class weighing half. */
function balancedLoss(
  real: ArrayLike<number>,
  fake: ArrayLike<number>,
  temperature: number,
): number {
  const mean = (logits: ArrayLike<number>, sign: number) => {
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      // log(1 + exp(−z)), written so that it does not overflow.
      const z = (sign * (logits[i] as number)) / temperature;
      sum += Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }
    return sum / logits.length;
  };
  return (mean(real, -1) + mean(fake, 1)) / 2;
}

/** Golden-section search over log T between 0.05 and 20. */
export function fitTemperature(real: ArrayLike<number>, fake: ArrayLike<number>): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.05);
  let high = Math.log(20);
  const loss = (logT: number) => balancedLoss(real, fake, Math.exp(logT));
  for (let i = 0; i < 60; i++) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
