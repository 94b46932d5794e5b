/** Types of find-browser.mjs, which has to stay plain JavaScript. */
export const minimumMajor: number;
export function onPath(name: string): string | null;
export function browserMajor(path: string): number | null;
export function findBrowser(): { path: string | null; problem: string | null };
