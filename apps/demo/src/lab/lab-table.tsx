import { Button } from "react-aria-components";
import { ImageCanvas } from "../components/image-canvas.tsx";
import { cellName, guidanceNames, type LabCell, labRows } from "./lab-grid.ts";
import type { LabSnapshot } from "./lab-run.ts";

export interface LabTableProps {
  readonly scales: readonly number[];
  readonly lab: Pick<LabSnapshot, "request" | "finished" | "current" | "preview">;
  readonly onOpen: (cell: LabCell) => void;
}

/** The grid: how images are led, against how much. */
export function LabTable({ scales, lab, onOpen }: LabTableProps) {
  const { request } = lab;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="scroll lab" aria-label="The grid" tabIndex={0}>
      <table>
        <caption>
          {request
            ? `“${request.prompt}”, all from the noise of seed ${request.seed}`
            : "Not filled yet"}
        </caption>
        <thead>
          <tr>
            <th scope="col">Guidance</th>
            {scales.map((scale) => (
              <th key={scale} scope="col">
                Scale {scale}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labRows(scales).map(({ kind, cells }) => (
            <tr key={kind}>
              <th scope="row">{guidanceNames[kind]}</th>
              {cells.map((cell) => (
                <td key={cell.key} colSpan={kind === "none" ? scales.length : 1}>
                  <Cell cell={cell} lab={lab} onOpen={onOpen} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ cell, lab, onOpen }: Omit<LabTableProps, "scales"> & { readonly cell: LabCell }) {
  const outcome = lab.finished.get(cell.key);
  if (outcome && "failure" in outcome)
    return <div className="lab-cell failed">{outcome.failure}</div>;
  if (outcome) {
    return (
      <Button
        className="lab-cell"
        aria-label={`${cellName(cell)}: show large`}
        onPress={() => onOpen(cell)}
      >
        <ImageCanvas image={outcome.image} label={cellName(cell)} />
      </Button>
    );
  }
  if (lab.current === cell.key && lab.preview) {
    return (
      <div className="lab-cell running">
        <ImageCanvas image={lab.preview} label={`${cellName(cell)}, unfinished`} />
      </div>
    );
  }
  return <div className={lab.current === cell.key ? "lab-cell running" : "lab-cell"} />;
}
