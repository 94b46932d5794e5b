/** Sampling videos on real pages, with a detector that says what it was sent. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { MediaReport } from "../../entrypoints/shared/messages";
import { mediaDir, type SiteFile } from "./harness";
import { expectBadges, expectMedia } from "./page/inspect";
import { servePages } from "./page/served-pages";

const file = (name: string): SiteFile => ({ file: join(mediaDir, name) });
const files: Record<string, SiteFile | string> = {
  "/portrait.webm": file("portrait.webm"),
  "/swap.webm": file("swap.webm"),
  "/portrait.mp4": file("portrait.mp4"),
  "/broken.mp4": file("broken.png"),
  "/stalls.webm": { ...file("portrait.webm"), stallAfterBytes: 100 },
  "/flag.jpg": file("portrait.jpg"),
};

const served = servePages(files);
const { open } = served;

const expectVideo = (page: Page, check: (video: MediaReport) => void) =>
  expectMedia(served.worker, page, (media) => {
    const [video] = media;
    if (!video) throw new Error("no video yet");
    check(video);
  });

const attributes = "muted autoplay loop width=320 height=240";

test("samples a playing video: reduced frame, sharp crops, edges repeated", async () => {
  const opened = await open(`<video id=v src=/portrait.webm ${attributes}></video>`);
  const [badge] = await expectBadges(opened, 1);
  expect(badge?.text).toBe("Signs of manipulation");
  const [width, height] = await opened.evaluate(() => {
    const video = document.querySelector("video") as HTMLVideoElement;
    return [video.videoWidth, video.videoHeight];
  });
  await expectVideo(opened, ({ frames, status, detail }) => {
    expect(frames).toBeGreaterThanOrEqual(8);
    expect(status).toBe("done");
    const side = Math.min(width ?? 0, height ?? 0);
    expect(detail).toContain(`${width}x${height} reduced `);
    expect(detail).toContain(`crops ${side / 2}x${side / 2},100x100 `);
    // Pixels arrived: the mean is of a picture and not of an empty canvas.
    expect(detail).not.toContain("mean 0.0.0");
  });
});

test("plays from a MediaSource and from an iframe just as well", async () => {
  files["/inner"] =
    `<!doctype html><body style="margin:0"><video ${attributes} src=/swap.webm></video>`;
  const opened = await open(`
    <video id=mse ${attributes}></video><iframe src=/inner width=340 height=260></iframe>
    <script>
      const source = new MediaSource();
      document.querySelector('#mse').src = URL.createObjectURL(source);
      source.onsourceopen = async () => {
        const buffer = source.addSourceBuffer('video/webm; codecs="vp9"');
        buffer.appendBuffer(await (await fetch('/portrait.webm')).arrayBuffer());
        buffer.onupdateend = () => source.endOfStream();
      };
    </script>`);
  await expectMedia(served.worker, opened, (media) => {
    expect(media.map(({ level }) => level)).toEqual(["suspicious", "suspicious"]);
    expect(media.some(({ url }) => url.startsWith("blob:"))).toBe(true);
  });
});

test("looks once at a paused frame, again where it was sought, and at nothing out of view", async () => {
  const opened = await open(
    `<video id=v src=/portrait.webm preload=auto muted width=320 height=240></video><div style="height:4000px"></div>`,
  );
  await expectVideo(opened, ({ frames, status }) => {
    expect(status).toBe("done");
    expect(frames).toBe(1);
  });
  await opened.evaluate(() => {
    (document.querySelector("#v") as HTMLVideoElement).currentTime = 1;
  });
  await expectVideo(opened, ({ frames }) => expect(frames).toBe(2));
});

test("takes frames of a video from another origin out of a picture of the tab", async () => {
  const opened = await open(
    `<div style="height:40px"></div><video id=v src="${served.site.otherOrigin}/portrait.webm" ${attributes} style="object-fit:contain;background:#fff"></video>`,
  );
  const [badge] = await expectBadges(opened, 1);
  expect(badge).toBeDefined();
  const ratio = await opened.evaluate(() => {
    const video = document.querySelector("video") as HTMLVideoElement;
    return video.videoWidth / video.videoHeight;
  });
  await expectVideo(opened, ({ detail }) => {
    const [width = 0, height = 0] =
      /^(\d+)x(\d+) /
        .exec(detail ?? "")
        ?.slice(1)
        .map(Number) ?? [];
    // The bars beside the picture are left out.
    expect(Math.abs(width / height - ratio)).toBeLessThan(0.03);
    expect(Math.max(width / 320, height / 240)).toBeCloseTo(1, 1);
  });
});

test("says so where a frame of another site shows a video of a third", async () => {
  files["/foreign"] =
    `<!doctype html><body><video ${attributes} src="${served.site.origin}/portrait.webm"></video>`;
  const opened = await open(
    `<iframe src="${served.site.otherOrigin}/foreign" width=400 height=300></iframe>`,
  );
  await expectVideo(opened, ({ reason, detail, status }) => {
    expect({ reason, status }).toEqual({ reason: "unreadable", status: "done" });
    expect(detail).toMatch(/does not allow reading/);
  });
});

test("says why there is nothing to see in videos that do not play", async () => {
  const opened = await open(`
    <video src=/broken.mp4 controls width=320 height=240></video>
    <video src=/portrait.webm preload=none controls width=320 height=240></video>`);
  await expectMedia(served.worker, opened, (media) => {
    const said = Object.fromEntries(
      media.map(({ url, reason, detail }) => [new URL(url).pathname, `${reason}: ${detail}`]),
    );
    expect(said).toEqual({
      "/broken.mp4": "unreadable: the browser cannot play it",
      "/portrait.webm": "not-scanned: it has not been played yet",
    });
  });
  await opened.evaluate(() => {
    const video = document.querySelectorAll("video")[1];
    if (video) {
      video.muted = true;
      void video.play();
    }
  });
  await expectMedia(served.worker, opened, (media) => {
    expect(media.some(({ level }) => level === "suspicious" || level === "unsure")).toBe(true);
  });
});

test("gives up on a video that never loads, and goes on when it gets another source", async () => {
  const opened = await open(`<video id=v src=/stalls.webm ${attributes}></video>`);
  await expect
    .poll(
      async () => {
        let seen = "";
        await expectVideo(opened, ({ reason, detail }) => {
          seen = `${reason}: ${detail}`;
        });
        return seen;
      },
      { timeout: 40_000, interval: 500 },
    )
    .toBe("unreadable: it has not loaded");
  await opened.evaluate(() => {
    (document.querySelector("#v") as HTMLVideoElement).src = "/swap.webm";
  });
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(1));
});

test("forgets a video that is removed or changed while it is scanned", async () => {
  const opened = await open(`<video id=v src=/portrait.webm ${attributes}></video>`);
  await expectBadges(opened, 1);
  await opened.evaluate(() => {
    const video = document.querySelector("#v") as HTMLVideoElement;
    video.src = "/swap.webm";
  });
  await expectBadges(opened, 0);
  await expectBadges(opened, 1);
  await opened.evaluate(() => document.querySelector("#v")?.remove());
  await expectBadges(opened, 0);
  await expectMedia(served.worker, opened, (media) => expect(media).toEqual([]));
  // The place it held is free for the next one.
  await opened.evaluate(() => {
    document.body.innerHTML = [1, 2, 3, 4]
      .map(() => '<video src="/swap.webm" muted autoplay loop width=250 height=200></video>')
      .join("");
  });
  await expectBadges(opened, 4);
});

/** A video of a canvas, made in the page: `paint` draws it. */
const recorded = (paint: string, setUp: string) => `
  <video id=v ${attributes}></video>
  <script>
    (async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      const context = canvas.getContext('2d');
      const draw = () => { ${paint}; requestAnimationFrame(draw); };
      draw();
      const stream = canvas.captureStream(10);
      const video = document.querySelector('#v');
      ${setUp}
      video.play();
    })();
  </script>`;

test("samples a live stream", async () => {
  const paint =
    "context.fillStyle = 'rgb(200,120,' + (Date.now() % 200) + ')'; context.fillRect(0, 0, 320, 240)";
  const opened = await open(recorded(paint, "video.srcObject = stream;"));
  await expectBadges(opened, 1);
});

test("says that the picture of a protected video is not handed out", async () => {
  const paint =
    "context.fillStyle = Date.now() % 2 ? '#000' : '#010101'; context.fillRect(0, 0, 320, 240)";
  const opened = await open(
    recorded(
      paint,
      `const recorder = new MediaRecorder(stream, { mimeType: 'video/webm' });
       const chunk = new Promise((done) => { recorder.ondataavailable = ({ data }) => done(data); });
       recorder.start();
       setTimeout(() => recorder.stop(), 1500);
       const access = await navigator.requestMediaKeySystemAccess('org.w3.clearkey', [
         { initDataTypes: ['webm'], videoCapabilities: [{ contentType: 'video/webm; codecs="vp8"' }] },
       ]);
       await video.setMediaKeys(await access.createMediaKeys());
       video.src = URL.createObjectURL(await chunk);`,
    ),
  );
  await expectVideo(opened, ({ reason, detail, status }) => {
    expect({ reason, status }).toEqual({ reason: "unreadable", status: "done" });
    expect(detail).toMatch(/protected \(DRM\)/);
  });
});
