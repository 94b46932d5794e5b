/** Finding pictures on real pages, with a detector that answers by rule. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { mediaDir, type SiteFile } from "./harness";
import { expectBadges, expectMedia, seeBadges, standsOn } from "./page/inspect";
import { pageOf, servePages } from "./page/served-pages";

const portrait: SiteFile = { file: join(mediaDir, "portrait.jpg") };

const files: Record<string, SiteFile | string> = {
  "/flag-a.jpg": portrait,
  "/flag-b.jpg": portrait,
  "/flag-large.jpg": portrait,
  "/plain.jpg": { file: join(mediaDir, "coffee.jpg") },
  "/closed.jpg": portrait,
};
const served = servePages(files, { "/media/": mediaDir });
const { open } = served;

test("flags an img and leaves an ordinary one alone", async () => {
  const opened = await open(
    `<img id=f src=/flag-a.jpg width=300 height=300><img src=/plain.jpg width=300 height=300>`,
  );
  const [badge] = await expectBadges(opened, 1);
  expect(badge?.text).toBe("Strong signs");
  expect(badge && standsOn(badge, await opened.locator("#f").boundingBox())).toBe(true);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ level, status }) => `${level} ${status}`).sort()).toEqual([
      "no-sign done",
      "strong done",
    ]);
  });
  const tabBadge = await served.worker.evaluate(async (url) => {
    const [tab] = await chrome.tabs.query({ url });
    return chrome.action.getBadgeText({ tabId: tab?.id });
  }, opened.url());
  expect(tabBadge).toBe("1");
});

test("follows srcset, picture and lazy loading", async () => {
  const opened = await open(`
    <img id=set srcset="/plain.jpg 400w, /flag-large.jpg 4000w" sizes="2000px" width=300 height=200>
    <picture><source srcset="/flag-a.jpg"><img id=picture src=/plain.jpg width=300 height=200></picture>
    <div style="height:5000px"></div>
    <img id=lazy loading=lazy src=/flag-b.jpg width=300 height=300>`);
  await expectBadges(opened, 2);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ url }) => new URL(url).pathname).sort()).toEqual([
      "/flag-a.jpg",
      "/flag-large.jpg",
    ]);
  });
  await opened.locator("#lazy").scrollIntoViewIfNeeded();
  const [badge] = await expectBadges(opened, 1);
  expect(badge && standsOn(badge, await opened.locator("#lazy").boundingBox())).toBe(true);
});

test("scans a picture of another origin that sends no CORS headers", async () => {
  const opened = await open(
    `<img src="${served.site.otherOrigin}/flag-a.jpg" width=300 height=300>`,
  );
  await expectBadges(opened, 1);
});

test("finds large backgrounds, inline and from a style sheet, and their changes", async () => {
  const opened = await open(
    `<div id=inline style="width:300px;height:200px;background-image:url(/flag-a.jpg)"></div>
     <div id=sheet></div>`,
    {
      head: `<style>#sheet{width:300px;height:0;padding-top:200px;background:linear-gradient(#0000,#0000),url(/flag-b.jpg)}
             .other{background:url(/plain.jpg)!important}</style>`,
    },
  );
  await expectBadges(opened, 2);
  await opened.evaluate(() => document.querySelector("#sheet")?.classList.add("other"));
  const [badge] = await expectBadges(opened, 1);
  expect(badge && standsOn(badge, await opened.locator("#inline").boundingBox())).toBe(true);
});

test("looks into open and closed shadow roots, also those attached late", async () => {
  const opened = await open(
    `<div id=open></div><div id=closed></div><late-element></late-element>
     <script>
       const img = (src) => '<img width=250 height=200 src=' + src + '>';
       document.querySelector('#open').attachShadow({mode:'open'}).innerHTML = img('/flag-a.jpg');
       document.querySelector('#closed').attachShadow({mode:'closed'}).innerHTML = img('/flag-b.jpg');
       setTimeout(() => customElements.define('late-element', class extends HTMLElement {
         connectedCallback() { this.attachShadow({mode:'closed'}).innerHTML = img('/flag-large.jpg'); }
       }), 700);
     </script>`,
  );
  await expectBadges(opened, 3);
});

test("works in frames of the same site, of another, and without an address", async () => {
  files["/inner"] = pageOf(`<img src=/flag-a.jpg width=200 height=200>`);
  const opened = await open(`
    <iframe src=/inner width=250 height=220></iframe>
    <iframe src="${served.site.otherOrigin}/inner" width=250 height=220></iframe>
    <iframe srcdoc="<img src=/flag-b.jpg width=200 height=200>" width=250 height=220></iframe>
    <iframe sandbox srcdoc="<img src=${served.site.origin}/flag-b.jpg width=200 height=200>" width=250 height=220></iframe>`);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ level }) => level)).toEqual(["strong", "strong", "strong", "strong"]);
    expect(new Set(media.map(({ frameId }) => frameId)).size).toBe(4);
  });
  await opened
    .locator("iframe")
    .nth(1)
    .evaluate((frame) => frame.remove());
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(3));
});

test("reads data: and blob: pictures in the page, revoked ones from their pixels", async () => {
  const opened = await open(`
    <div id=place></div>
    <script>
      (async () => {
        const blob = await (await fetch('/flag-a.jpg')).blob();
        const add = (src) => { const i = new Image(200, 200); i.src = src; place.append(i); return i; };
        const reader = new FileReader();
        reader.onload = () => add(reader.result);
        reader.readAsDataURL(blob);
        add(URL.createObjectURL(blob));
        const revoked = URL.createObjectURL(blob);
        const img = add(revoked);
        img.onload = () => URL.revokeObjectURL(revoked);
      })();
    </script>`);
  await expectBadges(opened, 3);
  await expectMedia(served.worker, opened, (media) => {
    const kinds = media.map(({ url, detail }) => `${url.slice(0, 5)} ${detail}`).sort();
    // 255.216 begins a JPEG as the page had it, 137.80 the PNG made of its pixels.
    expect(kinds[0]).toMatch(/^blob: bytes 126999 255\.216/);
    expect(kinds[1]).toMatch(/^blob: bytes \d+ 137\.80/);
    expect(kinds[2]).toMatch(/^data: bytes 126999 255\.216/);
    expect(Math.max(...media.map(({ url }) => url.length))).toBeLessThan(100);
  });
});

test("reads the pixels of the page where the file cannot be fetched again", async () => {
  const opened = await open(`<img src=/closed.jpg width=300 height=300>
    <img src="${served.site.otherOrigin}/closed.jpg" width=300 height=300>`);
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => {
    const [other, own] = media.toSorted(
      (a, b) => Number(b.reason !== null) - Number(a.reason !== null),
    );
    expect(own?.detail).toMatch(/^bytes \d+ 137\.80/);
    expect(other).toMatchObject({ reason: "unreadable" });
  });
});

test("works under the strictest content-security policies", async () => {
  const policy =
    "default-src 'none'; img-src 'self' data: blob:; style-src 'none'; script-src 'none'; connect-src 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'; sandbox allow-same-origin";
  const png =
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='300' height='300'><rect width='300' height='300' fill='teal'/></svg>";
  const opened = await open(
    `<img src=/flag-a.jpg width=300 height=300><img src="${png}" width=200 height=200>`,
    { headers: { "content-security-policy": policy } },
  );
  const badges = await expectBadges(opened, 2);
  for (const badge of badges) expect(badge.height).toBe(28);
});

test("leaves small, hidden and distant pictures alone", async () => {
  const opened = await open(`
    <img src=/flag-a.jpg width=60 height=60>
    <img src=/flag-b.jpg width=300 height=300 style="display:none">
    <img src=/plain.jpg width=300 height=300 style="visibility:hidden">
    <canvas width=300 height=300></canvas>
    <img src=/flag-large.jpg width=300 height=300>
    <div style="height:6000px"></div>
    <img src=/closed.jpg width=300 height=300>`);
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ url }) => new URL(url).pathname)).toEqual(["/flag-large.jpg"]);
  });
  // One that grows or fades in later is looked at then.
  await opened.evaluate(() => {
    for (const image of document.images) {
      image.style.cssText = "visibility:visible;display:inline;width:200px;height:200px";
    }
  });
  await expectBadges(opened, 3);
});

test("takes a verdict off a recycled element at once, and gives it the new one", async () => {
  const opened = await open(`<img id=cell src=/flag-a.jpg width=300 height=300>`);
  await expectBadges(opened, 1);
  await opened.evaluate(() => {
    (document.querySelector("#cell") as HTMLImageElement).src = "/plain.jpg";
  });
  expect(await seeBadges(opened)).toEqual([]);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ url, level }) => `${new URL(url).pathname} ${level}`)).toEqual([
      "/plain.jpg no-sign",
    ]);
  });
  await opened.evaluate(() => {
    (document.querySelector("#cell") as HTMLImageElement).src = "/flag-a.jpg";
  });
  await expectBadges(opened, 1);
  await opened.evaluate(() => document.querySelector("#cell")?.remove());
  await expectBadges(opened, 0);
  await expectMedia(served.worker, opened, (media) => expect(media).toEqual([]));
});

test("follows a page that navigates within its document", async () => {
  const opened = await open(`<main><img src=/flag-a.jpg width=300 height=300></main>`);
  await expectBadges(opened, 1);
  await opened.evaluate(() => {
    history.pushState(null, "", "/elsewhere");
    const main = document.querySelector("main");
    if (main)
      main.innerHTML =
        '<img src="/flag-b.jpg" width=200 height=200><img src="/plain.jpg" width=200 height=200>';
  });
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ url }) => new URL(url).pathname).sort()).toEqual([
      "/flag-b.jpg",
      "/plain.jpg",
    ]);
  });
});

test("starts again on a document that has been written anew", async () => {
  const opened = await open(`<img src=/flag-a.jpg width=300 height=300>`);
  await expectBadges(opened, 1);
  await opened.evaluate(() => {
    document.open();
    document.write('<!doctype html><body><img src="/flag-b.jpg" width=200 height=200>');
    document.close();
  });
  const [badge] = await expectBadges(opened, 1);
  expect(badge && standsOn(badge, await opened.locator("img").boundingBox())).toBe(true);
});

test("gives a picture shown twice one line and two badges, and scans it once", async () => {
  const opened = await open(
    `<img src=/flag-a.jpg width=200 height=200> <img src=/flag-a.jpg width=300 height=300>`,
  );
  await expectBadges(opened, 2);
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(1));
});

test("scans on after the detector has closed itself in the middle", async () => {
  files["/close-detector-once.jpg"] = portrait;
  const opened = await open(`<img src=/close-detector-once.jpg width=300 height=300>`);
  await opened.evaluate(() => {
    const image = document.querySelector("img");
    if (image) setTimeout(() => (image.src = "/flag-a.jpg"), 1500);
  });
  await expectBadges(opened, 1);
});

test("is not confused by a page whose names cover those of the document", async () => {
  const names = [
    "documentElement",
    "createElement",
    "querySelectorAll",
    "addEventListener",
    "hidden",
  ];
  const more = ["elementsFromPoint", "createTreeWalker", "getElementsByTagName", "createElementNS"];
  const opened = await open(
    `${[...names, ...more].map((name) => `<img name="${name}" alt="">`).join("")}
     <form><input name=parentNode><input name=getAttribute><input name=getBoundingClientRect>
     <input name=localName><input name=style><img src=/flag-a.jpg width=300 height=300></form>`,
  );
  await expectBadges(opened, 1);
});

test("lists a picture that the browser could not show", async () => {
  const opened = await open("<img src=/missing.jpg width=200 height=200>");
  await expectMedia(served.worker, opened, (media) => {
    expect(media).toMatchObject([
      { status: "done", reason: "unreadable", detail: "the browser could not load or decode it" },
    ]);
  });
  await opened.evaluate(() => {
    const image = document.querySelector("img");
    if (image) image.src = "/flag-a.jpg";
  });
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(1));
});

test("believes no event that a script has made", async () => {
  const opened = await open("<img src=/flag-a.jpg width=300 height=300>");
  await expectBadges(opened, 1);
  await opened.evaluate(() => {
    window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    document.dispatchEvent(new CustomEvent("wxt:content-script-started"));
  });
  await opened.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", "<img src=/flag-b.jpg width=300 height=300>");
  });
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(2));
});

test("looks at what is near, in a page with thousands of pictures", async () => {
  const rows = Array.from(
    { length: 4000 },
    (_, i) => `<div><p>row ${i}</p><img loading=lazy src=/plain.jpg?${i} width=80 height=80></div>`,
  );
  const opened = await open(`<img src=/flag-a.jpg width=300 height=300>${rows.join("")}`);
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.every(({ status }) => status === "done")).toBe(true);
    expect(media.length).toBeLessThan(40);
  });
});
