import type { Parameters } from "../../trainer/network/parameters";
import type { Random } from "../../trainer/random";

/** The same network with outputs that say something and let gradients through: they begin at zero. */
export function withOpinions(parameters: Parameters, random: Random): Parameters {
  for (const name of ["classifier/kernel", "mask/kernel"])
    parameters.get(name)?.data.forEach((_, i, data) => {
      data[i] = random.normal();
    });
  return parameters;
}
