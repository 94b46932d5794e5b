/** The bytes themselves: hash, size, type, and the addresses they came from. */
import { useState } from "preact/hooks";
import { clock, strengthWords } from "../words";
import { addressesOf, bytesWords, type ShownEvidence } from "./evidence-words";
import { searchLinks } from "./search-links";
import type { Thresholds } from "./strength";

export function FileSection({ evidence, waiting }: { evidence: ShownEvidence; waiting: boolean }) {
  const { file, fileMissing, width, height, duration, origin, detector, sampling } = evidence;
  return (
    <section class="evidence-part">
      <h3>File and check</h3>
      <dl class="facts">
        <dt>SHA-256</dt>
        <dd>
          {file ? (
            <Hash sha256={file.sha256} />
          ) : (
            <span class="hash-room">{waiting ? "…" : (fileMissing ?? "not known")}</span>
          )}
        </dd>
        <dt>Size</dt>
        <dd>
          {width && height ? `${width} × ${height} pixels` : "pixels not known"}
          {file && `, ${bytesWords(file.bytes)}`}
          {duration !== undefined && `, ${clock(duration)} long`}
        </dd>
        <dt>Type</dt>
        <dd>{file?.type || "not known"}</dd>
        {addressesOf(origin).map(({ name, url }) => (
          <Address key={name} name={name} url={url} />
        ))}
        {sampling && (
          <>
            <dt>Looked at</dt>
            <dd>{sampling}</dd>
          </>
        )}
        {detector && (
          <>
            <dt>Checked by</dt>
            <dd>
              {detector.model}, card {detector.cardSha256.slice(0, 12)}…, {detector.backend}, Unmask{" "}
              {detector.toolVersion}
            </dd>
          </>
        )}
      </dl>
      {detector && <Levels thresholds={detector.thresholds} />}
      {evidence.kind === "image" && <SearchLinks evidence={evidence} />}
    </section>
  );
}

/** What each level costs in false alarms: the only figures that give a level its meaning. */
function Levels({ thresholds }: { thresholds: Thresholds }) {
  return (
    <details>
      <summary>What the levels mean</summary>
      <table class="levels">
        <thead>
          <tr>
            <th scope="col">Signs</th>
            <th scope="col">From logit</th>
            <th scope="col">Unaltered pictures that reach it</th>
          </tr>
        </thead>
        <tbody>
          {(["unsure", "suspicious", "strong"] as const).map((level) => {
            const { logit, falsePositiveRate, realPictures } = thresholds[level];
            return (
              <tr key={level}>
                <th scope="row">{strengthWords[level]}</th>
                <td>{logit.toFixed(2)}</td>
                <td>
                  {(falsePositiveRate * 100).toFixed(1)} in 100, of{" "}
                  {realPictures.toLocaleString("en")} that were tried
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}

function Address({ name, url }: { name: string; url: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="address">{url}</dd>
    </>
  );
}

function Hash({ sha256 }: { sha256: string }) {
  const [said, setSaid] = useState("Copy");
  const copy = () =>
    navigator.clipboard.writeText(sha256).then(
      () => setSaid("Copied"),
      () => setSaid("Not copied"),
    );
  return (
    <span class="hash">
      <code>{sha256}</code>
      <button type="button" class="button small" onClick={() => void copy()}>
        {said}
        <span class="visually-hidden"> SHA-256</span>
      </button>
    </span>
  );
}

function SearchLinks({ evidence: { origin } }: { evidence: ShownEvidence }) {
  const links = searchLinks(origin);
  return (
    <div class="search">
      <h4>Search for other copies</h4>
      {links.length === 0 ? (
        <p class="soft">
          This picture has no address on the web that a search service could be given.
        </p>
      ) : (
        <>
          <p class="soft">
            A click opens the service and gives it this picture's address: that leaves your device.
          </p>
          <ul class="search-links">
            {links.map(({ service, href }) => (
              <li key={service}>
                <a class="button" href={href} target="_blank" rel="noopener noreferrer">
                  {service}
                  <span class="visually-hidden"> (sends the picture's address)</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
