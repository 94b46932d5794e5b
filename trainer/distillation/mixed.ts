// Crops of a lesson laid over each other (Zhang et al., "mixup", ICLR 2018): a teacher can be asked of pictures
// that are in no data set, and a student that learns its answers to ever new ones learns the teacher, not the
// pictures by heart (Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", CVPR 2022).
import type { Random } from "../random";

/** A crop of a batch as the sum of two: another one with the weight `amount`, and with what is left of 1 itself. */
export interface Mixture {
  slot: number;
  other: number;
  /** 0–1. */
  amount: number;
}

/** @param share of the `n` crops of a batch that become mixtures; those of a batch of one have no other. */
export function drawMixtures(random: Random, n: number, share: number): Mixture[] {
  if (share === 0 || n < 2) return [];
  const slots = Array.from({ length: n }, (_, slot) => slot).filter(() => random.chance(share));
  return slots.map((slot) => ({
    slot,
    other: (slot + 1 + random.integer(n - 1)) % n,
    amount: random.uniform(0, 1),
  }));
}

/**
 * Mixes crops in place, each with the other as it was before.
 *
 * @param crops bytes of `n` crops of one size, one after the other.
 */
export function mixCrops(crops: Uint8Array, n: number, mixtures: readonly Mixture[]): void {
  const each = crops.length / n;
  const before = crops.slice();
  for (const { slot, other, amount } of mixtures)
    for (let i = 0; i < each; i++) {
      const own = before[slot * each + i] as number;
      const added = before[other * each + i] as number;
      crops[slot * each + i] = Math.round(own + amount * (added - own));
    }
}
