/** What the file says of itself, set apart from what the detector saw. */
import type { Provenance } from "../../entrypoints/shared/evidence/evidence";
import { counted } from "../words";
import {
  credentialsSentences,
  credentialsTitles,
  provenanceNote,
  type ShownEvidence,
} from "./evidence-words";

export function ProvenanceSection({
  evidence: { provenance, fileMissing },
  waiting,
}: {
  evidence: ShownEvidence;
  waiting: boolean;
}) {
  return (
    <section class="evidence-part provenance">
      <h3>Provenance: what the file says of itself</h3>
      <p class="soft">{provenanceNote}</p>
      {provenance ? (
        <>
          <Credentials credentials={provenance.credentials} />
          <Marks marks={provenance.generatorMarks} />
          <Metadata facts={provenance.metadata} />
        </>
      ) : waiting ? (
        <div class="provenance-room pulse" />
      ) : (
        <p>{fileMissing ?? "It was not read."}</p>
      )}
    </section>
  );
}

function Credentials({ credentials }: Pick<Provenance, "credentials">) {
  const { state } = credentials;
  return (
    <div class={`credentials credentials-${state}`}>
      <h4>{credentialsTitles[state]}</h4>
      <p>{state === "unread" ? credentials.detail : credentialsSentences[state]}</p>
      {state !== "none" && state !== "unread" && (
        <>
          {credentials.failures.length > 0 && (
            <ul class="failures">
              {credentials.failures.map((failure) => (
                <li key={failure}>{failure}</li>
              ))}
            </ul>
          )}
          <dl class="facts">
            <dt>Signed by</dt>
            <dd>{credentials.issuer ?? "not said"}</dd>
            <dt>Signed on</dt>
            <dd>{credentials.signedAt ?? "no trusted time"}</dd>
            <dt>Made with</dt>
            <dd>{credentials.generator ?? "not said"}</dd>
            <dt>What was done</dt>
            <dd>
              {credentials.actions.length === 0 ? (
                "not said"
              ) : (
                <ul>
                  {credentials.actions.map((action, index) => (
                    <li key={`${index} ${action}`}>{action}</li>
                  ))}
                </ul>
              )}
            </dd>
          </dl>
        </>
      )}
    </div>
  );
}

function Marks({ marks }: { marks: string[] }) {
  return (
    <div>
      <h4>Marks of generators and editors</h4>
      {marks.length === 0 ? (
        <p class="soft">None in the metadata. They are easily removed.</p>
      ) : (
        <>
          <ul class="marks-found">
            {marks.map((mark) => (
              <li key={mark}>{mark}</li>
            ))}
          </ul>
          <p class="soft">Such marks are as easily forged as removed.</p>
        </>
      )}
    </div>
  );
}

function Metadata({ facts }: { facts: Provenance["metadata"] }) {
  if (facts.length === 0) {
    return (
      <div>
        <h4>Metadata</h4>
        <p class="soft">No EXIF, XMP, IPTC or PNG text.</p>
      </div>
    );
  }
  return (
    <details>
      <summary>Metadata: {counted(facts.length, "fact")}</summary>
      <table class="metadata">
        <thead>
          <tr>
            <th scope="col">Tag</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {facts.map(({ group, name, value }, index) => (
            <tr key={`${index} ${name}`}>
              <th scope="row">
                {name} <span class="soft">{group}</span>
              </th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
