import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { ImageCanvas } from "../components/image-canvas.tsx";
import { cellName, cellOptions, type LabCell } from "./lab-grid.ts";
import type { LabSnapshot } from "./lab-run.ts";

export interface LabCellDialogProps {
  readonly cell: LabCell | undefined;
  readonly lab: Pick<LabSnapshot, "request" | "finished">;
  readonly onClose: () => void;
}

/** A cell, large, with what it was made with. */
export function LabCellDialog({ cell, lab, onClose }: LabCellDialogProps) {
  const outcome = cell && lab.finished.get(cell.key);
  if (!cell || !lab.request || !outcome || "failure" in outcome) return null;
  const { prompt, seed, guidance, clipGuidance, upscale } = cellOptions(cell, lab.request);
  const settings = {
    Prompt: prompt,
    Seed: seed,
    "Classifier-free scale": guidance === 1 ? "1 (none)" : guidance,
    "CLIP scale": clipGuidance || "0 (none)",
  };
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
    >
      <Modal className="card modal">
        <Dialog>
          <Heading slot="title">{cellName(cell)}</Heading>
          <ImageCanvas image={outcome.image} label={`${cellName(cell)}, large`} />
          <dl>
            {Object.entries({ ...settings, Enlarged: upscale ? "yes" : "no" }).map(
              ([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{String(value)}</dd>
                </div>
              ),
            )}
          </dl>
          <Button slot="close">Close</Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
