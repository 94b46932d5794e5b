/** Choose or drop files, watch the verdicts come in. */
import { useEffect, useRef, useState } from "preact/hooks";
import { LevelMark } from "../../components/LevelMark";
import { counted, title } from "../../components/words";
import type { BackendName } from "../../model/backend/backend";
import type { DetectorDescription } from "../../model/detector/types";
import { findBridge, momentsAsked, withoutMaps } from "./bridge";
import { type Scanned, Scanner } from "./scanner";

/** Rows kept in the page. */
const mostRows = 500;

/** The command line keeps its own list, and thousands of redrawn rows would only cost time. */
const bridge = findBridge();

interface Row {
  id: number;
  name: string;
  scanned: Scanned | null;
}

interface Props {
  workers: number;
  backend: BackendName | undefined;
  /** For the command line's reports. */
  evidence: boolean;
}

export function ScanPage({ workers, backend, evidence }: Props) {
  const [rows, setRows] = useState<Row[]>([]);
  const [detector, setDetector] = useState<DetectorDescription | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const scanner = useRef<Scanner | null>(null);
  const nextId = useRef(0);

  useEffect(() => {
    const options = { workers, backend, evidence };
    const started = new Scanner(options, {
      onReady(description) {
        setDetector(description);
        void bridge?.({ type: "ready", description });
      },
      onFailed(message) {
        setFailure(message);
        void bridge?.({ type: "failed", message });
      },
      onStarted(id) {
        void bridge?.({ type: "started", id });
      },
      onFrame(id) {
        void bridge?.({ type: "frame", id });
      },
      onScanned(id, scanned) {
        if (bridge) void bridge({ type: "scanned", id, scanned: withoutMaps(scanned) });
        else setRows((now) => now.map((row) => (row.id === id ? { ...row, scanned } : row)));
      },
    });
    scanner.current = started;
    return () => started.close();
  }, [workers, backend, evidence]);

  const take = (list: FileList | null | undefined) => {
    const files = Array.from(list ?? [], (file) => ({ id: nextId.current++, file }));
    scanner.current?.add(files.map(({ id, file }) => ({ id, file, moments: momentsAsked(id) })));
    if (bridge) return;
    const added = files.map(({ id, file }) => ({ id, name: file.name, scanned: null }));
    setRows((now) => [...added.toReversed(), ...now].slice(0, mostRows));
  };

  return (
    <>
      <h1>Check your own files</h1>
      <p>Pictures and videos from this device. Nothing is uploaded: they are read here.</p>
      <div
        class={`drop${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer?.files);
        }}
      >
        <label for="files">Drop files here, or choose them:</label>
        <input
          id="files"
          type="file"
          multiple
          onChange={(event) => take(event.currentTarget.files)}
        />
      </div>
      {failure && (
        <p class="failed" role="alert">
          The detector cannot work: {failure}
        </p>
      )}
      {detector && !detector.trained && (
        <p class="failed">The network in use was never trained: its results mean nothing.</p>
      )}
      <p role="status">{statusLine(rows, detector)}</p>
      {rows.length > 0 && <Results rows={rows} />}
    </>
  );
}

function statusLine(rows: Row[], detector: DetectorDescription | null): string {
  if (rows.length === 0) return detector ? `Ready: ${detector.model}.` : "";
  const done = rows.filter(({ scanned }) => scanned).length;
  return done === rows.length
    ? `Checked ${counted(done, "file")}.`
    : `Checking: ${done} of ${counted(rows.length, "file")} done.`;
}

function Results({ rows }: { rows: Row[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Result</th>
          <th scope="col">Faces</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name, scanned }) => (
          <tr key={id}>
            <td>{name}</td>
            <td>{scanned ? <Result scanned={scanned} /> : "Waiting"}</td>
            <td>{scanned?.verdict.faces.length ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Result({ scanned: { verdict, error } }: { scanned: Scanned }) {
  return (
    <>
      <span class="outcome">
        <LevelMark level={verdict.level} size={14} />
        <span>{title(verdict)}</span>
      </span>
      {error && <p>{error}</p>}
    </>
  );
}
