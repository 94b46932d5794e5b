// Brings TensorFlow up once for a test file, setting it up first where that has not been done.
import { beforeAll } from "vitest";
import { startBackend } from "../../trainer/backend";
import { setupTensorflow } from "../../trainer/setup/tensorflow";

/** A fresh machine downloads the library here, which takes minutes. */
const setupDeadlineMs = 600_000;

export function useNativeBackend(): void {
  beforeAll(async () => {
    await setupTensorflow();
    await startBackend();
  }, setupDeadlineMs);
}
