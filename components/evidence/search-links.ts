/** Searches for other copies of a picture, by services that are given its address. */
import type { Origin } from "../../entrypoints/shared/evidence/evidence";

export interface SearchLink {
  service: string;
  href: string;
}

/** Each with the address that the service itself uses for "search by image address". */
const services: readonly [service: string, address: (url: string) => string][] = [
  ["Google Lens", (url) => `https://lens.google.com/uploadbyurl?url=${url}`],
  [
    "Bing",
    (url) => `https://www.bing.com/images/search?view=detailv2&iss=sbi&form=SBIVSP&q=imgurl:${url}`,
  ],
  ["Yandex", (url) => `https://yandex.com/images/search?rpt=imageview&url=${url}`],
  ["TinEye", (url) => `https://tineye.com/search?url=${url}`],
];

/** Empty for media without an address that others could reach: files, cuts, `data:` pictures. */
export function searchLinks(origin: Origin): SearchLink[] {
  if (origin.kind !== "page" && origin.kind !== "link") return [];
  if (!/^https?:\/\//i.test(origin.url)) return [];
  const url = encodeURIComponent(origin.url);
  return services.map(([service, address]) => ({ service, href: address(url) }));
}
